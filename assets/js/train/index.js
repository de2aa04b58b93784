// The Train page: a walk from a collection of songs to an adapter in the chat. Each step reads what the one before left
// on the disk or in the database, so the page may be closed at any time.

import { on } from '../bus.js';
import { el, replace } from '../dom.js';
import { recall, remember } from '../memory.js';
import { CollectionStep } from './collection.js';
import { DatasetStep } from './dataset.js';
import { RecipeStep } from './recipe.js';
import { ReportStep } from './report.js';
import { RunStep } from './runs.js';
import { UseStep } from './use.js';

const STEPS = [
  ['collection', 'Collection', 'Which songs', CollectionStep],
  ['dataset', 'Dataset', 'What they give', DatasetStep],
  ['recipe', 'Recipe', 'How it learns', RecipeStep],
  ['run', 'Run', 'Learning', RunStep],
  ['report', 'Report', 'What was gained', ReportStep],
  ['use', 'Use', 'In the chat', UseStep],
];

class Train {
  constructor(element) {
    this.chosen = recall('train', {});
    this.list = el('ol', { class: 'ma-walk' });
    this.place = el('div', { class: 'ma-step' });
    this.parts = new Map();
    replace(element, el('div', { class: 'ma-train' }, el('h1', {}, 'Train'), el('nav', { 'aria-label': 'Steps of training' }, this.list), this.place));
    on('ma:where', ({ page }) => { if (page === 'train') this.part.shown(); else this.part.left?.(); });
    this.go(STEPS.some(([id]) => id === this.chosen.step) ? this.chosen.step : STEPS[0][0]);
  }

  // Shows a step; `choice` is what was chosen on the way: collection, dataset, run ...
  go(step, choice = {}) {
    this.choose({ ...choice, step });
    if (this.part) this.part.left?.();
    if (!this.parts.has(step)) {
      const Part = STEPS.find(([id]) => id === step)[3];
      this.parts.set(step, new Part(this));
    }
    this.part = this.parts.get(step);
    replace(this.place, this.part.element);
    this.drawWalk();
    this.part.shown();
  }

  choose(choice) {
    Object.assign(this.chosen, choice);
    remember('train', this.chosen);
  }

  drawWalk() {
    replace(this.list, STEPS.map(([id, name, about], index) => el('li', {},
      el('button', { type: 'button', class: 'ma-walk-step', 'aria-current': id === this.chosen.step ? 'step' : null, onclick: () => this.go(id) },
        el('b', { 'aria-hidden': 'true' }, String(index + 1)), el('span', {}, name, el('small', {}, about))))));
    const current = this.list.querySelector('[aria-current]');
    this.list.scrollLeft = current.offsetLeft - (this.list.clientWidth - current.clientWidth) / 2; // on narrow screens
  }
}

export function mount(element) {
  return new Train(element);
}
