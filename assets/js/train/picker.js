// The library beside a collection: search it, tick songs, take all that a search finds, or all with a tag.

import { getJson, send } from '../api.js';
import { el, iconButton, replace, write } from '../dom.js';
import { clock } from '../format.js';
import { Filters } from '../library/filters.js';
import { complain } from '../toast.js';
import { many } from './format.js';

const PAGE = 40;
const SHOWN_TAGS = 18;
const KINDS = { label: 'labelled', instrument: 'instrument', genre: 'genre', mood: 'mood', voice: 'voice', era: 'era' };

export class Picker {
  constructor(changed) {
    this.changed = changed;
    this.held = new Set();
    this.filters = new Filters(() => this.load(0));
    this.count = el('p', { class: 'ma-quiet', role: 'status', 'aria-live': 'polite' });
    this.all = iconButton('plus', 'Add all that were found', () => this.change('put_found', { query: this.filters.values() }), { text: 'Add all' });
    this.list = el('ul', { class: 'ma-songs ma-ticks' });
    this.more = iconButton('plus', 'Show more songs of the library', () => this.load(this.rows.length), { text: 'Show more', class: 'ma-button ma-more' });
    this.tags = el('div', { class: 'ma-tag-row', role: 'group', 'aria-label': 'All with a tag' });
    this.element = el('div', { class: 'ma-panel' }, el('h3', {}, 'Add from the library'), this.filters.element, this.tags,
      el('div', { class: 'ma-library-line' }, this.count, this.all), this.list, this.more);
  }

  async show(collection) {
    this.id = collection.id;
    this.held = new Set(collection.tracks.map((track) => track.id));
    await Promise.all([this.load(0), this.loadTags()]);
  }

  async loadTags() {
    try {
      const tags = await getJson('ma/train/tags.json');
      const chip = ({ kind, name, n }) => el('button', { type: 'button', class: 'ma-chip', title: `Add every song ${kind === 'label' ? `labelled ${name}` : `in which ${name} (${KINDS[kind] ?? kind}) was heard`}`, onclick: () => this.change('put_tagged', { kind, name }) },
        name, el('small', {}, ` ${kind === 'label' ? 'label, ' : ''}${n}`));
      const rest = tags.slice(SHOWN_TAGS);
      replace(this.tags, tags.length ? el('span', { class: 'ma-quiet' }, 'All with') : null, tags.slice(0, SHOWN_TAGS).map(chip),
        rest.length ? iconButton('plus', 'More tags', (event) => event.currentTarget.replaceWith(...rest.map(chip)), { text: `${rest.length} more`, class: 'ma-button ma-text' }) : null);
    } catch (error) {
      complain(error);
    }
  }

  async load(offset) {
    const round = (this.round = (this.round ?? 0) + 1);
    const limit = offset ? PAGE : Math.max(PAGE, Math.min(this.rows?.length ?? 0, 500));
    const asked = new URLSearchParams({ ...this.filters.values(), sort: 'title', descending: '0', offset, limit });
    try {
      const { rows, total } = await getJson(`ma/library.json?${asked}`);
      if (round !== this.round) return;
      this.filters.complain(null);
      this.rows = offset ? [...this.rows, ...rows] : rows;
      this.draw(total);
    } catch (error) {
      if (round === this.round) this.filters.complain(error);
    }
  }

  draw(total) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.value : null;
    write(this.count, total ? `${many(total, 'song')} ${this.filters.active() ? 'found' : 'in the library'}` : this.filters.active() ? 'No song fits all of that.' : 'The library is empty. Drop songs on the Listen page first.');
    this.all.hidden = !total;
    this.more.hidden = this.rows.length >= total;
    replace(this.list, this.rows.map((row) => this.tick(row)));
    if (focused) this.list.querySelector(`input[value="${focused}"]`)?.focus();
  }

  tick(row) {
    const box = el('input', { type: 'checkbox', value: row.id, checked: this.held.has(row.id), onchange: () => this.change(box.checked ? 'put' : 'take', { tracks: [row.id] }) });
    const about = [row.artist, row.key, row.bpm === null ? null : `${Math.round(row.bpm)} BPM`, row.analysed ? null : 'not analysed'].filter(Boolean).join(', ');
    return el('li', {}, el('label', { class: 'ma-grow' }, box, el('span', {}, el('b', {}, row.title), el('small', {}, about))), el('span', { class: 'ma-quiet' }, clock(row.duration)));
  }

  async change(action, values) {
    try {
      await send(`ma/train/collections/${this.id}/${action}`, values);
    } catch (error) {
      complain(error);
    }
    await this.changed();
  }
}
