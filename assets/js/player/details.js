// What is known and said of the track, as tabs under the timeline; each is built when it is first looked at.

import { el } from '../dom.js';
import { recall, remember } from '../memory.js';
import { Captions } from '../speech/captions.js';
import { Chat } from '../speech/chat.js';
import { Description } from '../speech/description.js';
import { Chart } from './chart.js';
import { Measured } from './measured.js';
import { Table } from './table.js';

export class Details {
  constructor(player) {
    this.panels = { chart: new Chart(player), table: new Table(player), measured: new Measured(player), description: new Description(), captions: new Captions(), chat: new Chat() };
    const names = { chart: 'Chord chart', table: 'Table', measured: 'Measured', description: 'In words', captions: 'Captions', chat: 'Ask' };
    this.tabs = Object.keys(names).map((name) => el('button', {
      type: 'button', role: 'tab', id: `ma-tab-${name}`, 'aria-controls': `ma-panel-${name}`, dataset: { name }, onclick: () => this.choose(name),
    }, names[name]));
    this.boxes = Object.fromEntries(Object.entries(this.panels).map(([name, panel]) => [
      name, el('div', { role: 'tabpanel', id: `ma-panel-${name}`, 'aria-labelledby': `ma-tab-${name}` }, panel.element),
    ]));
    const list = el('div', { role: 'tablist', class: 'ma-tabs', 'aria-label': 'The track in detail' }, this.tabs);
    list.addEventListener('keydown', (event) => this.move(event));
    this.element = el('div', { class: 'ma-details' }, list, Object.values(this.boxes));
    this.choose(recall('details', 'chart'));
  }

  choose(name) {
    this.chosen = name in this.panels ? name : 'chart';
    remember('details', this.chosen);
    for (const tab of this.tabs) {
      const mine = tab.dataset.name === this.chosen;
      tab.setAttribute('aria-selected', String(mine));
      tab.tabIndex = mine ? 0 : -1;
    }
    for (const [key, panel] of Object.entries(this.boxes)) panel.hidden = key !== this.chosen;
    this.fill();
  }

  move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.tabs.findIndex((tab) => tab.dataset.name === this.chosen);
    const tab = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.choose(tab.dataset.name);
    tab.focus();
  }

  show(song) {
    this.song = song;
    this.filled = new Set();
    this.fill();
  }

  fill() {
    if (!this.song || this.filled.has(this.chosen)) return;
    this.filled.add(this.chosen);
    this.panels[this.chosen].show(this.song);
  }

  frame(t, following) {
    this.panels[this.chosen].frame(t, following);
  }
}
