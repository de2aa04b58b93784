// The charts follow playback: a thin line over each plot that has time on its x axis, and a click that seeks.

import { emit, on } from './bus.js';
import { el } from './dom.js';

const CURSORS = new WeakMap();
const root = () => document.querySelectorAll('#ma-charts .js-plotly-plot');
let now = 0;

export function mount(element, { props, trigger }) {
  on('ma:time', ({ t }) => { now = t; move(); });
  on('ma:theme', recolour);
  on('ma:track', ({ id }) => { props.value = { id }; trigger('track', { id }); });
  new MutationObserver(settle).observe(document.querySelector('#ma-charts') ?? document.body, { childList: true, subtree: true });
  settle();
}

let settling = 0;
function settle() {
  cancelAnimationFrame(settling);
  settling = requestAnimationFrame(() => {
    for (const plot of root()) if (!CURSORS.has(plot) && plot._fullLayout?.meta?.time) dress(plot);
    recolour();
    move();
  });
}

function dress(plot) {
  const line = el('div', { class: 'ma-chart-cursor', 'aria-hidden': 'true' });
  plot.append(line);
  CURSORS.set(plot, line);
  plot.addEventListener('click', (event) => {
    const { xaxis, _size } = plot._fullLayout;
    const frame = plot.getBoundingClientRect();
    const x = event.clientX - frame.left - _size.l;
    if (x < 0 || x > _size.w || event.target.closest('.modebar')) return;
    emit('ma:seek', { t: xaxis.p2d(x) });
  }, true);
  plot.on('plotly_relayout', move);
}

function move() {
  for (const plot of root()) {
    const line = CURSORS.get(plot);
    if (!line?.isConnected || !plot._fullLayout) continue;
    const { xaxis, _size } = plot._fullLayout;
    const x = xaxis.d2p(now);
    line.hidden = x < 0 || x > _size.w;
    line.style.transform = `translateX(${_size.l + x}px)`;
    line.style.top = `${_size.t}px`;
    line.style.height = `${_size.h}px`;
  }
}

// Plots are drawn with transparent grounds; only ink and grid differ between light and dark.
function recolour() {
  const plotly = window.Plotly;
  const style = getComputedStyle(document.body);
  const ink = style.getPropertyValue('--ma-soft').trim();
  const line = style.getPropertyValue('--ma-line').trim();
  for (const plot of root()) {
    if (!plotly || !plot._fullLayout || plot.dataset.ink === ink) continue;
    plot.dataset.ink = ink;
    const layout = { 'font.color': ink };
    for (const axis of ['xaxis', 'yaxis']) Object.assign(layout, { [`${axis}.gridcolor`]: line, [`${axis}.linecolor`]: line, [`${axis}.zerolinecolor`]: line });
    plotly.relayout(plot, layout);
  }
}
