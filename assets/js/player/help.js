// The list of keys and gestures, in a dialog.

import { el } from '../dom.js';
import { SHORTCUTS } from './keyboard.js';

const GESTURES = [
  ['Click', 'Go there; on a chord or section, to where it begins'],
  ['Drag', 'Loop that stretch (hold Alt to leave the beats)'],
  ['Double click a section', 'Loop it'],
  ['Ctrl + wheel, pinch', 'Zoom'],
  ['Shift + wheel, swipe', 'Scroll'],
  ['Long press, then drag', 'Loop, on a touch screen'],
];

function rows(pairs, tag) {
  return pairs.map(([keys, about]) => el('div', { class: 'ma-help-row' }, el('dt', {}, el(tag, {}, keys)), el('dd', {}, about)));
}

export class Help {
  constructor() {
    const close = el('button', { type: 'button', class: 'ma-button ma-primary', onclick: () => this.element.close() }, 'Close');
    this.element = el(
      'dialog',
      { class: 'ma-dialog', 'aria-labelledby': 'ma-help-title' },
      el('h2', { id: 'ma-help-title' }, 'Keys and gestures'),
      el('dl', {}, rows(SHORTCUTS, 'kbd'), rows(GESTURES, 'span')),
      el('div', { class: 'ma-dialog-foot' }, close),
    );
    this.element.addEventListener('click', (event) => event.target === this.element && this.element.close());
  }

  open() {
    if (!this.element.open) this.element.showModal();
  }
}
