// The models that can speak: what each is, what it takes, whether it fits, its licence, and where it lies.

import { getJson, send } from './api.js';
import { emit, on } from './bus.js';
import { el, iconButton, replace } from './dom.js';
import { percent } from './format.js';
import { complain } from './toast.js';

const BUSY_MS = 700;

class Models {
  constructor(element) {
    this.accepted = new Set();
    this.list = el('div', { class: 'ma-models' });
    replace(element, el('h2', {}, 'Models'), el('p', { class: 'ma-quiet' }, 'What was measured never needs a model. A model writes captions and answers beyond that; it runs on this computer, except a server that you name yourself.'), this.list);
    on('ma:where', ({ page }) => page === 'settings' && this.refresh());
    this.refresh();
  }

  async refresh() {
    clearTimeout(this.timer);
    try {
      const { models, chosen } = await getJson('ma/models.json');
      this.draw(models, chosen);
      if (models.some((model) => model.busy)) this.timer = setTimeout(() => this.refresh(), BUSY_MS);
    } catch (error) {
      replace(this.list, el('p', { class: 'ma-notice', role: 'alert' }, [error.what, error.advice].filter(Boolean).join(' ')));
    }
  }

  draw(models, chosen) {
    const text = JSON.stringify([models, chosen, [...this.accepted]]);
    if (text === this.drawn) return;
    this.drawn = text;
    const open = new Set([...this.list.querySelectorAll('details[open]')].map((node) => node.dataset.id));
    replace(this.list, models.map((model) => this.card(model, model.id === chosen, open.has(model.id))));
  }

  card(model, isChosen, isOpen) {
    const pick = el('input', { type: 'radio', name: 'ma-model', value: model.id, checked: isChosen, onchange: () => this.act(model, 'choose') });
    const about = el('details', { dataset: { id: model.id }, open: isOpen || isChosen },
      el('summary', { class: 'ma-quiet' }, 'Size, licence, place'),
      model.sizes.length ? this.sizes(model) : null,
      el('p', { class: 'ma-quiet' }, model.hears),
      model.licence ? el('p', { class: 'ma-quiet' }, el('b', {}, `${model.licence.name}. `), model.licence.summary, ' ', el('a', { href: model.licence.url, target: '_blank', rel: 'noreferrer noopener' }, 'Its page')) : null,
      model.folder ? el('p', { class: 'ma-quiet' }, `Stored in ${model.folder}`) : null);
    return el('article', { class: 'ma-model', dataset: { chosen: String(isChosen) } },
      el('label', { class: 'ma-model-head' }, pick, el('b', {}, model.name), el('span', { class: 'ma-quiet' }, model.label)),
      el('p', {}, model.about), model.sentence ? el('p', { class: 'ma-notice', role: 'status' }, model.sentence) : null,
      model.busy ? el('div', { class: 'ma-progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': Math.round((model.fraction ?? 0) * 100), 'aria-label': `${model.label}: ${model.name}` }, el('i', { style: `width: ${percent(model.fraction ?? 0)}` })) : null,
      about, this.tools(model));
  }

  sizes(model) {
    const head = ['', 'Precision', 'On disk', 'In memory', 'On this machine'].map((name) => el('th', { scope: 'col' }, name));
    const line = (row) => el('tr', {},
      el('td', {}, model.sizes.length > 1 ? el('input', { type: 'radio', name: `ma-precision-${model.id}`, 'aria-label': `Use ${row.name}`, checked: row.chosen, onchange: () => this.act(model, 'choose', { precision: row.name }) }) : null),
      el('th', { scope: 'row' }, row.name), el('td', {}, row.disk), el('td', {}, row.memory), el('td', { dataset: { fit: row.verdict } }, row.fit));
    return el('div', { class: 'ma-wide' }, el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, model.sizes.map(line))));
  }

  tools(model) {
    const button = (name, text, action) => iconButton(name, `${text}: ${model.name}`, () => this.act(model, action), { text, class: 'ma-button ma-text' });
    if (model.busy) return el('div', { class: 'ma-group' }, model.can.includes('cancel') ? button('close', 'Cancel', 'cancel') : null);
    const tools = [];
    if (model.can.includes('fetch')) {
      const accept = el('input', { type: 'checkbox', checked: this.accepted.has(model.id), onchange: () => { accept.checked ? this.accepted.add(model.id) : this.accepted.delete(model.id); this.refresh(); } });
      tools.push(el('label', { class: 'ma-check' }, accept, el('span', {}, `I accept the ${model.licence.name}`)));
      const fetchIt = iconButton('save', `Download: ${model.name}`, () => this.act(model, 'fetch', { accepted: true }), { text: `Download ${model.download}`, class: 'ma-button ma-text', disabled: !this.accepted.has(model.id) });
      tools.push(fetchIt);
    }
    if (model.can.includes('load')) tools.push(button('play', 'Load', 'load'));
    if (model.can.includes('unload')) tools.push(button('close', 'Unload', 'unload'));
    if (model.can.includes('remove')) tools.push(button('trash', 'Remove', 'remove'));
    return el('div', { class: 'ma-group' }, tools);
  }

  async act(model, action, values = {}) {
    try {
      await send(`ma/models/${model.id}/${action}`, values);
      if (action === 'choose') emit('ma:voice');
    } catch (error) {
      complain(error);
    }
    this.drawn = null;
    this.refresh();
  }
}

export function mount(element) {
  return new Models(element);
}
