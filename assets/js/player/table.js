// The same data as a table: one row for each bar (or chord, without bars), with section, key and chords. A row is a
// door: a click goes there.

import { el } from '../dom.js';
import { clock, percent } from '../format.js';
import { keepInSight } from './chart.js';
import { lastAt } from './song.js';

const HEADS = { bar: 'Bar', time: 'Time', section: 'Section', key: 'Key', chords: 'Chords', roman: 'Degrees', sure: 'Sure', plays: 'Plays' };

export class Table {
  constructor(player) {
    this.player = player;
    this.body = el('tbody');
    this.head = el('tr');
    this.caption = el('caption', { class: 'ma-hidden' });
    this.element = el('div', { class: 'ma-rows', tabindex: '0', role: 'region', 'aria-label': 'Bars, chords, keys, sections and what plays as a table' },
      el('table', {}, this.caption, el('thead', {}, this.head), this.body));
    this.body.addEventListener('click', (event) => {
      const row = event.target.closest('tr');
      if (row) player.seek(Number(row.dataset.t));
    });
  }

  show(song) {
    this.song = song;
    this.current = -1;
    const rows = song.bars.length ? song.bars.map((bar) => this.barRow(bar)) : song.chords.map((chord) => this.chordRow(chord));
    const columns = song.bars.length ? ['bar', 'time', 'section', 'key', 'chords', 'roman', 'sure'] : ['time', 'section', 'key', 'chords', 'roman', 'sure'];
    if (song.instruments.length) columns.push('plays');
    this.columns = columns;
    this.starts = Float64Array.from(rows, (row) => row.t);
    this.caption.textContent = `${song.title}: ${rows.length} rows. Choose a time to go there.`;
    this.head.replaceChildren(...columns.map((name) => el('th', { scope: 'col', dataset: { name } }, HEADS[name])));
    this.rows = rows.map((row) => this.row(row));
    this.body.replaceChildren(...(rows.length ? this.rows : [el('tr', {}, el('td', { colspan: columns.length }, 'Nothing was measured that could stand in a table.'))]));
  }

  barRow(bar) {
    const chords = bar.chords.map(([index]) => this.song.chords[index]);
    return { t: bar.s, bar: bar.n || '–', ...this.around(bar.s + 0.05), ...this.told(chords), plays: this.plays(bar) };
  }

  chordRow(chord) {
    return { t: chord.s, ...this.around(chord.s + 0.05), ...this.told([chord]), plays: this.plays(chord) };
  }

  around(t) {
    const { song } = this;
    return { section: song.sections[song.at('sections', t)]?.name ?? '', key: song.keys[song.at('keys', t)]?.name ?? '' };
  }

  // What plays in the middle of a bar or chord.
  plays({ s, e }) {
    return this.song.playing((s + e) / 2).map((row) => row.name).join(', ');
  }

  told(chords) {
    const rated = chords.map((chord) => chord.c).filter((c) => c !== null);
    return {
      chords: chords.map((chord) => chord.name).join('  '),
      roman: chords.map((chord) => chord.roman).filter(Boolean).join('  '),
      sure: rated.length ? percent(Math.min(...rated)) : '',
    };
  }

  row(row) {
    const go = el('button', { type: 'button', class: 'ma-text', 'aria-label': `Go to ${clock(row.t, true)}` }, clock(row.t, true));
    const cell = (name) => el(name === 'bar' ? 'th' : 'td', name === 'bar' ? { scope: 'row' } : { dataset: { name } }, name === 'time' ? go : String(row[name]));
    return el('tr', { dataset: { t: row.t } }, this.columns.map(cell));
  }

  frame(t, following) {
    if (!this.rows?.length) return;
    const index = lastAt(this.starts, t + 1e-4);
    if (index === this.current) return;
    this.rows[this.current]?.removeAttribute('aria-current');
    this.current = index;
    this.rows[index]?.setAttribute('aria-current', 'true');
    if (this.rows[index] && following) keepInSight(this.element, this.rows[index]);
  }
}
