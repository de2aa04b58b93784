// Curves drawn by plotly, which comes from the studio itself and is loaded when the first curve is shown.

import { address } from '../api.js';
import { on } from '../bus.js';
import { el, replace } from '../dom.js';

const CONFIG = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'toImage'] };
let loading = null;

function plotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  loading ??= new Promise((resolve, reject) => {
    const script = el('script', { src: address('ma/train/plotly.js') });
    script.addEventListener('load', () => resolve(window.Plotly));
    script.addEventListener('error', () => { loading = null; reject(new Error('plotly did not load')); });
    document.head.append(script);
  });
  return loading;
}

export class Curves {
  constructor() {
    this.element = el('div', { class: 'ma-curves' });
    this.plots = new Map();
    // plotly follows the window's size by itself, but not that of its box
    this.watch = new ResizeObserver((changes) => { for (const { target } of changes) if (target.data && target.isConnected) window.Plotly?.Plots.resize(target); });
    on('ma:theme', () => this.figures && this.element.isConnected && this.draw(this.figures));
  }

  clear() {
    this.watch.disconnect();
    this.plots.clear();
    this.figures = null;
    replace(this.element);
  }

  // Charts stay in place while points come, so that a zoom and the place on the page are kept.
  async draw(figures) {
    this.figures = figures;
    const Plotly = await plotly();
    if (figures !== this.figures) return;
    for (const title of [...this.plots.keys()]) {
      if (figures.some((figure) => figure.title === title)) continue;
      this.watch.unobserve(this.plots.get(title).plot);
      this.plots.get(title).box.remove();
      this.plots.delete(title);
    }
    for (const figure of figures) {
      const { plot } = this.plots.get(figure.title) ?? this.add(figure);
      plot.style.height = figure.layout.height ? `${figure.layout.height}px` : ''; // else a narrower window leaves none
      Plotly.react(plot, figure.data, inked(figure.layout), CONFIG);
      plot.setAttribute('aria-label', spoken(figure));
    }
  }

  add({ title, about }) {
    const plot = el('div', { class: 'ma-curve', role: 'img' });
    const box = el('figure', {}, el('figcaption', {}, el('b', {}, title), about ? el('small', {}, about) : null), plot);
    this.element.append(box);
    this.watch.observe(plot);
    this.plots.set(title, { box, plot });
    return this.plots.get(title);
  }
}

// Ink and grid of the theme that is on.
function inked(layout) {
  const style = getComputedStyle(document.body);
  const ink = style.getPropertyValue('--ma-soft').trim();
  const line = style.getPropertyValue('--ma-line').trim();
  const axis = (given) => ({ ...given, gridcolor: line, linecolor: line, zerolinecolor: line });
  const label = { bgcolor: style.getPropertyValue('--ma-card').trim(), bordercolor: line, font: { color: style.getPropertyValue('--ma-ink').trim() } };
  return { ...layout, font: { ...layout.font, color: ink }, xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis), hoverlabel: label };
}

function spoken({ title, data }) {
  const end = (line) => `${line.name} ${Number(line.y.at(-1)).toPrecision(4)} at step ${line.x.at(-1)}`;
  return `${title}: ${data.map(end).join('; ')}`;
}
