// What to look for: words, key, tempo, progression.

import { el, icon, iconButton, write } from '../dom.js';

const WAIT_MS = 200;
const TONICS = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];

export class Filters {
  constructor(changed) {
    this.changed = changed;
    this.fields = {
      text: field('search', 'Search', 'Title, artist, album …'),
      key: keyField(),
      bpm_min: field('text', 'Slowest', 'BPM from', { inputmode: 'decimal', size: 6 }),
      bpm_max: field('text', 'Fastest', 'to', { inputmode: 'decimal', size: 6 }),
      progression: field('text', 'Progression', 'I-V-vi-IV or C-G-Am-F', { spellcheck: 'false', autocapitalize: 'off' }),
    };
    this.compatible = el('input', { type: 'checkbox' });
    this.problem = el('p', { class: 'ma-notice', role: 'alert', hidden: true });
    this.wipe = iconButton('close', 'Clear the search', () => this.clear(), { text: 'Clear', class: 'ma-button ma-text' });
    const labelled = Object.entries(this.fields).map(([name, input]) => el('label', { class: `ma-field ma-field-${name}` }, el('span', {}, input.dataset.label), input));
    this.element = el('form', { class: 'ma-filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      el('span', { class: 'ma-search-icon' }, icon('search')), labelled,
      el('label', { class: 'ma-check' }, this.compatible, 'and keys that mix with it'), this.wipe, this.problem);
    this.element.addEventListener('input', () => this.later());
    this.update();
  }

  later() {
    clearTimeout(this.timer);
    this.update();
    this.timer = setTimeout(() => this.changed(), WAIT_MS);
  }

  update() {
    this.wipe.hidden = !this.active();
    this.compatible.disabled = !this.fields.key.value;
  }

  values() {
    const values = {};
    for (const [name, input] of Object.entries(this.fields)) if (input.value.trim()) values[name] = input.value.trim();
    if (values.key && this.compatible.checked) values.compatible = '1';
    return values;
  }

  active() {
    return Object.keys(this.values()).length > 0;
  }

  clear() {
    this.element.reset();
    this.update();
    this.changed();
  }

  complain(error) {
    write(this.problem, error ? [error.what, error.advice].join(' ') : '');
    this.problem.hidden = !error;
  }
}

function field(type, label, placeholder, more = {}) {
  return el('input', { type, placeholder, dataset: { label }, 'aria-label': label, autocomplete: 'off', ...more });
}

function keyField() {
  const options = ['major', 'minor'].map((mode) => el('optgroup', { label: mode },
    TONICS.map((tonic) => el('option', { value: `${tonic} ${mode}` }, `${tonic.replace('#', '♯').replace('b', '♭')} ${mode}`))));
  return el('select', { dataset: { label: 'Key' }, 'aria-label': 'Key' }, el('option', { value: '' }, 'Any key'), options);
}
