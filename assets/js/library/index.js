// The library: search, filters, sorting, and a row for each track. Rows come a page at a time.

import { getJson } from '../api.js';
import { on } from '../bus.js';
import { el, iconButton, replace, write } from '../dom.js';
import { shownTab } from '../page.js';
import { Filters } from './filters.js';
import { trackRow } from './row.js';

const PAGE = 60;
const COLUMNS = [
  ['title', 'Title'], ['artist', 'Artist'], ['duration', 'Length'], ['bpm', 'BPM'], ['key', 'Key'], ['camelot', 'Camelot'],
  ['metre', 'Metre'], [null, 'Chords'], ['added_at', 'Added'], [null, ''],
];
const RISING = new Set(['title', 'artist', 'key', 'camelot', 'metre', 'bpm', 'duration']);

class Library {
  constructor(element) {
    this.sort = { by: 'added_at', descending: true };
    this.filters = new Filters(() => this.search());
    this.count = el('p', { class: 'ma-quiet', role: 'status', 'aria-live': 'polite' });
    this.body = el('tbody');
    this.heads = el('tr');
    this.order = el('select', { class: 'ma-order', 'aria-label': 'Sort by', onchange: () => this.sortBy(this.order.value) },
      COLUMNS.filter(([by]) => by).map(([by, name]) => el('option', { value: by }, `Sort by ${name.toLowerCase()}`)));
    this.table = el('table', { class: 'ma-tracks' }, el('caption', { class: 'ma-hidden' }, 'Tracks in the library'), el('thead', {}, this.heads), this.body);
    this.more = iconButton('plus', 'Show more tracks', () => this.load(this.rows.length), { text: 'Show more', class: 'ma-button ma-more' });
    this.message = el('div', { class: 'ma-empty', hidden: true });
    replace(element, el('div', { class: 'ma-library' }, el('h1', {}, 'Library'), this.filters.element,
      el('div', { class: 'ma-library-line' }, this.count, this.order), this.table, this.message, this.more));
    this.drawHeads();
    this.search();
    on('ma:library', () => this.search());
    on('ma:where', ({ page }) => page === 'library' && this.search());
  }

  sortBy(by) {
    const same = this.sort.by === by;
    this.sort = { by, descending: same ? !this.sort.descending : !RISING.has(by) };
    this.drawHeads();
    this.search();
  }

  drawHeads() {
    this.order.value = this.sort.by;
    replace(this.heads, COLUMNS.map(([by, name]) => {
      if (!by) return el('th', { scope: 'col' }, name || el('span', { class: 'ma-hidden' }, 'Actions'));
      const chosen = this.sort.by === by;
      const direction = this.sort.descending ? 'descending' : 'ascending';
      return el('th', { scope: 'col', 'aria-sort': chosen ? direction : 'none' },
        el('button', { type: 'button', class: 'ma-text', onclick: () => this.sortBy(by) }, name, el('i', { 'aria-hidden': 'true' }, chosen ? (this.sort.descending ? '↓' : '↑') : '')));
    }));
  }

  search() {
    return this.load(0);
  }

  async load(offset) {
    const round = (this.round = (this.round ?? 0) + 1);
    const limit = offset ? PAGE : Math.max(PAGE, Math.min(this.rows?.length ?? 0, 500));
    const asked = new URLSearchParams({ ...this.filters.values(), sort: this.sort.by, descending: this.sort.descending ? '1' : '0', offset, limit });
    try {
      const { rows, total } = await getJson(`ma/library.json?${asked}`);
      if (round !== this.round) return;
      this.filters.complain(null);
      this.show(offset ? [...this.rows, ...rows] : rows, total);
    } catch (error) {
      if (round !== this.round) return;
      this.filters.complain(error);
    }
  }

  show(rows, total) {
    const focused = this.body.contains(document.activeElement) ? document.activeElement.closest('tr')?.dataset.id : null;
    this.rows = rows;
    replace(this.body, rows.map((row) => trackRow(row, this)));
    this.table.hidden = !rows.length;
    this.order.hidden = !rows.length;
    this.more.hidden = rows.length >= total;
    write(this.count, total ? `${total.toLocaleString()} ${total === 1 ? 'track' : 'tracks'}` : '');
    this.message.hidden = rows.length > 0;
    if (!rows.length) this.showEmpty();
    if (focused && shownTab() === 'library') this.body.querySelector(`tr[data-id="${focused}"] button`)?.focus();
  }

  showEmpty() {
    const searching = this.filters.active();
    replace(this.message,
      el('h2', {}, searching ? 'No track fits all of that' : 'The library is empty'),
      el('p', {}, searching ? 'Take a word or a filter away.' : 'Every song you drop on the Listen page is kept here with its chords, key and tempo.'),
      searching ? iconButton('close', 'Clear the search', () => this.filters.clear(), { text: 'Clear the search' }) : null);
  }
}

export function mount(element) {
  return new Library(element);
}
