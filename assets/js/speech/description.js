// The measured description: what the engines heard, in words; nothing here was written by a model.

import { getJson } from '../api.js';
import { el, replace } from '../dom.js';
import { prose } from './prose.js';

export class Description {
  constructor() {
    this.element = el('div', { class: 'ma-words' });
  }

  async show(song) {
    this.id = song.id;
    replace(this.element, el('div', { class: 'ma-skeleton', role: 'status' }, el('span', { class: 'ma-hidden' }, 'Writing the description'), el('i'), el('i')));
    try {
      const { blocks } = await getJson(`ma/tracks/${song.id}/description.json`);
      if (this.id !== song.id) return;
      replace(this.element, el('p', { class: 'ma-source', dataset: { source: 'measured' } }, 'Measured. Every sentence follows from what the engines heard; times play from there.'), prose(blocks));
    } catch (error) {
      if (this.id === song.id) replace(this.element, el('p', { class: 'ma-notice', role: 'alert' }, `${error.what ?? 'The description could not be written.'} ${error.advice ?? ''}`));
    }
  }

  frame() {}
}
