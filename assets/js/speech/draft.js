// An answer while it is written: its words so far, its thoughts folded away, and a button that stops it.

import { el, iconButton, replace, write } from '../dom.js';
import { prose } from './prose.js';

export class Draft {
  constructor(label, stop) {
    this.text = '';
    this.thought = '';
    this.state = el('p', { class: 'ma-quiet', role: 'status' }, 'Starting…');
    this.thoughts = el('details', { class: 'ma-thought', hidden: true }, el('summary', {}, 'Thinking'), el('p', {}));
    this.words = el('div', { class: 'ma-prose ma-draft', 'aria-live': 'off' });
    this.stopper = iconButton('close', 'Stop writing', stop, { text: 'Stop', class: 'ma-button' });
    this.element = el('article', { class: 'ma-note', dataset: { writing: 'yes' } },
      el('header', { class: 'ma-note-head' }, el('b', {}, label), this.state, this.stopper), this.thoughts, this.words);
  }

  hear(event) {
    if (event.type === 'waiting') write(this.state, event.position > 1 ? `Waiting: ${event.position} answers come first.` : 'Waiting until the model has finished another answer.');
    if (event.type === 'loading') write(this.state, event.sentence);
    if (event.type === 'thought') {
      this.thought += event.text;
      this.thoughts.hidden = false;
      write(this.state, 'Thinking…');
      write(this.thoughts.lastChild, this.thought);
    }
    if (event.type === 'text') {
      this.text += event.text;
      write(this.state, 'Writing…');
      write(this.words, this.text);
    }
  }

  fail({ what, advice }) {
    this.element.dataset.writing = 'no';
    this.stopper.remove();
    replace(this.state, el('span', { role: 'alert' }, [what, advice].filter(Boolean).join(' ')));
  }
}

// A finished text: thoughts folded, words with doors and verdicts.
export function written({ blocks, thought }) {
  const fold = thought ? el('details', { class: 'ma-thought' }, el('summary', {}, 'What the model thought first'), el('p', {}, thought)) : null;
  return [fold, prose(blocks)];
}

export function source({ measured, backend, tiny, nano, finish }) {
  const ended = { cancelled: ' · stopped', length: ' · cut at the longest length', failed: ' · broke off' }[finish] ?? '';
  const little = tiny ? ', a tiny model that cannot hear' : nano ? ', a tiny model taught on synthetic music; measurements count more' : '';
  const words = measured ? 'Measured' : `Written by ${backend}${little}`;
  return el('span', { class: 'ma-source', dataset: { source: measured ? 'measured' : 'generated' } }, words + ended);
}
