// The chord chart: bars in rows of four under their sections, the current bar lit, each bar a button.

import { el } from '../dom.js';
import { sectionHue } from './colours.js';

export class Chart {
  constructor(player) {
    this.player = player;
    this.element = el('div', { class: 'ma-chart' });
    this.element.addEventListener('click', (event) => this.click(event));
  }

  // Built when first looked at: an hour of music is two thousand bars.
  show(song) {
    this.song = song;
    this.cells = [];
    this.current = -1;
    if (!song.bars.length) {
      this.element.replaceChildren(el('p', { class: 'ma-empty' }, 'No beats were found here, so there are no bars to lay the chords out in. The table has the chords by time.'));
      return;
    }
    this.element.replaceChildren(...this.groups().map((group) => this.group(group)));
  }

  // Bars by section; without sections all of them in one group.
  groups() {
    const groups = [];
    this.song.bars.forEach((bar, index) => {
      const section = this.song.at('sections', Math.min(bar.s + 0.1, bar.e));
      if (!groups.length || groups.at(-1).section !== section) groups.push({ section, bars: [] });
      groups.at(-1).bars.push(index);
    });
    return groups;
  }

  group({ section, bars }) {
    const row = this.song.sections[section];
    const hue = row ? sectionHue(row.label) : null;
    const head = row && el('h3', {},
      el('button', { type: 'button', class: 'ma-text', dataset: { t: row.s }, title: `Go to ${row.name}` }, row.name),
      el('button', { type: 'button', class: 'ma-text ma-quiet', dataset: { loop: section } , 'aria-label': `Loop ${row.name}` }, 'loop'));
    return el('section', { class: 'ma-part', style: hue === null ? '' : `--ma-hue: ${hue}` }, head,
      el('ol', { class: 'ma-bars' }, bars.map((index) => this.bar(index))));
  }

  bar(index) {
    const bar = this.song.bars[index];
    const names = bar.chords.map(([chord, , held]) => {
      const { name, c } = this.song.chords[chord];
      return el('span', { class: held ? 'held' : c !== null && c < 0.5 ? 'unsure' : '' }, name);
    });
    const spoken = bar.chords.map(([chord]) => this.song.spoken[this.song.chords[chord].name]).join(', then ');
    const label = `${bar.n ? `Bar ${bar.n}` : 'Pickup'}: ${spoken || 'no chord'}`;
    const button = el('button', { type: 'button', dataset: { t: bar.s }, 'aria-label': label }, el('small', {}, bar.n || ''), names);
    this.cells[index] = button;
    return el('li', { class: names.length > 2 ? 'busy' : '' }, button);
  }

  click(event) {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.loop !== undefined) this.player.loopSection(Number(button.dataset.loop));
    else this.player.seek(Number(button.dataset.t));
    if (event.detail > 0) button.blur();
  }

  frame(t, following) {
    if (!this.cells?.length) return;
    const index = this.song.barAt(t);
    if (index === this.current) return;
    this.cells[this.current]?.removeAttribute('aria-current');
    this.current = index;
    const cell = this.cells[index];
    cell?.setAttribute('aria-current', 'true');
    if (cell && following) keepInSight(this.element, cell);
  }
}

// Scrolls inside the box only; the page itself stays where it is.
export function keepInSight(box, node) {
  const top = node.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (top < 8 || top > box.clientHeight - node.offsetHeight * 2) box.scrollTop += top - box.clientHeight * 0.25;
}
