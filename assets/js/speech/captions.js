// Captions of the open track: asked for, streamed, kept side by side, edited, one preferred of each kind.

import { getJson, send } from '../api.js';
import { on } from '../bus.js';
import { el, iconButton, replace } from '../dom.js';
import { clock, day } from '../format.js';
import { recall, remember } from '../memory.js';
import { complain, toast } from '../toast.js';
import { Draft, source, written } from './draft.js';
import { counts } from './prose.js';
import { Talk } from './talk.js';
import { modelLine } from './voice.js';

const UNDO_S = 8;
const KINDS = [
  ['summary', 'Short summary'], ['key_facts', 'Key facts'], ['full', 'Full caption, layer by layer'],
  ['critic', 'A critic’s view'], ['lyrics', 'Lyric sheet'], ['custom', 'My own prompt'],
];

export class Captions {
  constructor() {
    this.kind = el('select', { 'aria-label': 'What to write', onchange: () => this.chosen() }, KINDS.map(([value, text]) => el('option', { value }, text)));
    this.kind.value = recall('caption', 'full');
    this.prompt = el('textarea', { rows: 2, maxlength: 4000, placeholder: 'What should be written about this music?', 'aria-label': 'My own prompt' });
    this.facts = el('input', { type: 'checkbox', checked: recall('facts', true), onchange: () => remember('facts', this.facts.checked) });
    this.looped = el('input', { type: 'checkbox', disabled: true });
    this.scope = el('label', { class: 'ma-check' }, this.looped, el('span', {}, 'Only the loop'));
    this.go = iconButton('note', 'Write it', () => this.write(), { text: 'Write', class: 'ma-button ma-primary' });
    this.model = el('p', { class: 'ma-quiet' });
    this.list = el('div', { class: 'ma-notes' });
    this.element = el('div', { class: 'ma-words' },
      el('div', { class: 'ma-ask-bar' }, this.kind, this.scope, el('label', { class: 'ma-check' }, this.facts, el('span', {}, 'Use measured facts')), this.go),
      this.prompt, this.model, this.list);
    this.compared = [];
    on('ma:loop', (loop) => this.loopChanged(loop));
    on('ma:voice', () => this.id && modelLine(this.model));
    this.chosen();
  }

  chosen() {
    remember('caption', this.kind.value);
    this.prompt.hidden = this.kind.value !== 'custom';
  }

  loopChanged(loop) {
    this.loop = loop;
    this.looped.disabled = !loop;
    if (!loop) this.looped.checked = false;
    this.scope.lastChild.textContent = loop ? `Only the loop, ${clock(loop.start)} to ${clock(loop.end)}` : 'Only the loop';
  }

  async show(song) {
    this.id = song.id;
    this.compared = [];
    this.talk = null;
    this.draft = null;
    modelLine(this.model);
    await this.refresh();
    for (const row of await getJson(`ma/tracks/${song.id}/talks.json`).catch(() => [])) if (row.kind === 'caption') this.listen(row.id, row.label);
  }

  frame() {}

  async refresh() {
    const id = this.id;
    try {
      const rows = await getJson(`ma/tracks/${id}/captions.json`);
      if (id === this.id) { this.rows = rows; this.draw(); }
    } catch (error) {
      if (id === this.id) replace(this.list, el('p', { class: 'ma-notice', role: 'alert' }, `${error.what ?? 'The captions could not be read.'} ${error.advice ?? ''}`));
    }
  }

  async write() {
    const region = this.looped.checked && this.loop ? { start: this.loop.start, end: this.loop.end } : {};
    const label = this.kind.selectedOptions[0].textContent;
    this.go.disabled = true;
    try {
      const { talk } = await send(`ma/tracks/${this.id}/caption`, { kind: this.kind.value, facts: this.facts.checked, prompt: this.prompt.hidden ? '' : this.prompt.value, ...region });
      this.listen(talk, label);
    } catch (error) {
      complain(error);
    }
    this.go.disabled = false;
  }

  listen(talkId, label) {
    const id = this.id;
    const draft = new Draft(label, () => this.talk?.stop().catch(complain));
    this.draft = draft;
    this.draw();
    this.talk = new Talk(talkId, (event) => {
      if (id !== this.id) return;
      draft.hear(event);
      if (event.type === 'failed') draft.fail(event);
      if (event.type === 'done') { this.draft = null; this.refresh(); }
      if (event.type === 'failed' && event.kept) this.refresh();
    });
  }

  draw() {
    const rows = this.rows ?? [];
    const pair = rows.filter((row) => this.compared.includes(row.id));
    const rest = pair.length === 2 ? rows.filter((row) => !this.compared.includes(row.id)) : rows;
    const empty = rows.length || this.draft ? null : el('p', { class: 'ma-quiet' }, 'Nothing is written yet. Choose what to write; it is kept here with the song.');
    replace(this.list, this.draft?.element, pair.length === 2 ? el('div', { class: 'ma-pair' }, pair.map((row) => this.card(row))) : null, rest.map((row) => this.card(row)), empty);
  }

  card(row) {
    const region = row.start === null ? 'whole song' : `${clock(row.start)} to ${clock(row.end)}`;
    const act = (name, label, run, more = {}) => iconButton(name, `${label}: ${row.label}`, run, { text: label, class: 'ma-button ma-text', ...more });
    const tools = el('div', { class: 'ma-group' },
      act('note', row.preferred ? 'Preferred' : 'Prefer', () => this.change(row, 'prefer', { preferred: !row.preferred }), { 'aria-pressed': String(row.preferred) }),
      act('edit', 'Edit', () => this.edit(row, card)),
      act('fit', 'Compare', () => this.compare(row), { 'aria-pressed': String(this.compared.includes(row.id)) }),
      act('trash', 'Delete', () => this.remove(row)));
    const card = el('article', { class: 'ma-note', dataset: { preferred: String(row.preferred) } },
      el('header', { class: 'ma-note-head' }, el('b', {}, row.label), source(row), el('span', { class: 'ma-quiet' }, `${region} · ${day(row.created_at)}${row.edited ? ' · edited by you' : ''}`)),
      written(row), row.note ? el('p', { class: 'ma-quiet' }, row.note) : null, row.measured ? null : counts(row.counts), tools);
    return card;
  }

  compare(row) {
    this.compared = this.compared.includes(row.id) ? this.compared.filter((id) => id !== row.id) : [...this.compared, row.id].slice(-2);
    this.draw();
    if (this.compared.length === 1) toast('Choose a second caption to see both side by side.');
  }

  async change(row, action, values = {}) {
    try {
      await send(`ma/captions/${row.id}/${action}`, values);
    } catch (error) {
      complain(error);
    }
    await this.refresh();
  }

  edit(row, card) {
    const words = el('textarea', { rows: 12, maxlength: 40000, 'aria-label': `Text of ${row.label}` });
    words.value = row.text;
    const save = el('button', { type: 'button', class: 'ma-button ma-primary', onclick: () => this.change(row, 'edit', { text: words.value }) }, 'Save');
    const cancel = el('button', { type: 'button', class: 'ma-button', onclick: () => this.draw() }, 'Cancel');
    replace(card, el('b', {}, row.label), words, el('div', { class: 'ma-group' }, save, cancel));
    words.focus();
  }

  // The row goes at once, the caption when nobody has undone it.
  remove(row) {
    this.rows = this.rows.filter((other) => other.id !== row.id);
    this.draw();
    const timer = setTimeout(() => this.change(row, 'delete'), UNDO_S * 1000);
    toast(`“${row.label}” is deleted.`, { label: 'Undo', seconds: UNDO_S, action: () => { clearTimeout(timer); this.refresh(); } });
  }
}
