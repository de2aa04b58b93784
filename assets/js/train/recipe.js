// Step three: how the model learns. A recipe in three sizes, each line explained with what it costs, and a start.

import { getJson, send } from '../api.js';
import { el, iconButton, replace } from '../dom.js';
import { complain } from '../toast.js';

const LOOK_MS = 1500;

export class RecipeStep {
  constructor(train) {
    this.train = train;
    this.changes = {};
    this.form = el('form', { class: 'ma-recipe', onsubmit: (event) => event.preventDefault() });
    this.element = el('div', { class: 'ma-open-collection' }, this.form);
  }

  async shown() {
    try {
      const [{ stages, bases }, datasets, adapters] = await Promise.all(['recipes', 'datasets', 'adapters'].map((name) => getJson(`ma/train/${name}.json`)));
      Object.assign(this, { stages, bases, datasets, adapters });
      this.trial = (await getJson('ma/train/trial.json')).trial;
      this.draw();
      if (this.trial?.busy) this.lookAtTrial();
    } catch (error) {
      complain(error);
    }
  }

  // What is chosen, with a fitting value where nothing is.
  get choice() {
    const { chosen } = this.train;
    const ready = this.bases.filter((base) => base.here);
    return {
      stage: chosen.stage ?? 'sft',
      size: chosen.size ?? 'small',
      model: ready.some((base) => base.id === chosen.model) ? chosen.model : ready[0]?.id ?? '',
      dataset: this.datasets.some((row) => row.name === chosen.dataset) ? chosen.dataset : this.datasets[0]?.name ?? '',
      adapter: this.adapters.some((row) => row.name === chosen.adapter && row.base_model === (chosen.model ?? ready[0]?.id)) ? chosen.adapter : '',
    };
  }

  pick(values) {
    this.train.choose(values);
    if ('stage' in values || 'size' in values) this.changes = {};
    this.draw();
  }

  draw() {
    const choice = this.choice;
    const stage = this.stages.find((row) => row.stage === choice.stage);
    const size = stage.sizes.find((row) => row.size === choice.size);
    const open = this.form.querySelector('.ma-lines')?.open ?? false;
    replace(this.form,
      el('section', { class: 'ma-panel' }, el('h3', {}, 'What is learned'), this.cards('stage', this.stages.map((row) => [row.stage, row.name, row.about]), choice.stage)),
      el('section', { class: 'ma-panel' }, el('h3', {}, 'How much'), this.cards('size', stage.sizes.map((row) => [row.size, row.name, row.about]), choice.size)),
      el('section', { class: 'ma-panel' }, el('h3', {}, 'From what'), el('div', { class: 'ma-fields' }, this.modelField(choice), this.datasetField(choice), this.adapterField(choice))),
      this.lines(size, open), this.foot(choice));
  }

  cards(name, rows, chosen) {
    return el('div', { class: 'ma-cards', role: 'radiogroup' }, rows.map(([value, title, about]) => el('label', { class: 'ma-card', dataset: { chosen: String(value === chosen) } },
      el('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => this.pick({ [name]: value }) }),
      el('span', {}, el('b', {}, title), el('small', {}, about)))));
  }

  select(name, label, options, chosen, about) {
    const box = el('select', { name, disabled: !options.length, onchange: () => this.pick({ [name]: box.value }) }, options.map(([value, text, disabled]) => el('option', { value, selected: String(value) === String(chosen), disabled }, text)));
    return el('label', { class: 'ma-field' }, el('span', {}, label), box, el('small', {}, about));
  }

  modelField(choice) {
    const options = this.bases.map((base) => [base.id, base.here ? base.name : `${base.name} (not downloaded)`, !base.here]);
    const about = this.bases.some((base) => base.here) ? this.bases.find((base) => base.id === choice.model)?.about : 'No model that hears is on this computer. Download one on the Settings page.';
    return this.select('model', 'Model', options, choice.model, about);
  }

  datasetField(choice) {
    const found = this.datasets.find((row) => row.name === choice.dataset);
    const about = found ? `${found.n_train.toLocaleString()} examples to learn from, ${found.n_held_out.toLocaleString()} held out.` : 'Freeze a collection as a dataset first.';
    return this.select('dataset', 'Dataset', this.datasets.map((row) => [row.name, row.name]), choice.dataset, about);
  }

  adapterField(choice) {
    const fitting = this.adapters.filter((row) => row.base_model === choice.model);
    return this.select('adapter', 'Go on from', [['', 'The model as it came'], ...fitting.map((row) => [row.name, row.name])], choice.adapter, 'An adapter that learned already can learn more.');
  }

  lines(size, open) {
    const n = Object.keys(this.changes).length;
    return el('details', { class: 'ma-panel ma-lines', open }, el('summary', {}, el('b', {}, 'Every line of the recipe'), el('small', {}, n ? `${n} changed by you` : 'as it is shipped')),
      el('div', { class: 'ma-line-list' }, size.lines.map((line) => this.line(line))));
  }

  line(line) {
    const value = this.changes[line.name] ?? String(line.value);
    const change = (text) => {
      if (text === String(line.value)) delete this.changes[line.name];
      else this.changes[line.name] = text;
      this.draw();
    };
    return el('label', { class: 'ma-line', dataset: { changed: String(line.name in this.changes) } },
      el('span', { class: 'ma-line-name' }, line.name.replace('grpo.', '').replaceAll('_', ' ')), this.input(line, value, change),
      el('small', {}, line.help, el('i', {}, ` Cost: ${line.cost}`)));
  }

  input(line, value, change) {
    const options = line.kind === 'bool' ? ['true', 'false'] : line.choices;
    if (options.length) {
      const box = el('select', { name: line.name, onchange: () => change(box.value) }, options.map((text) => el('option', { value: text, selected: text === value.toLowerCase() }, text)));
      return box;
    }
    const box = el('input', { type: 'text', name: line.name, value, inputmode: line.kind === 'str' ? 'text' : 'decimal', onchange: () => change(box.value.trim()) });
    return box;
  }

  foot(choice) {
    const ready = choice.model && choice.dataset;
    const start = iconButton('play', 'Start the run', () => this.start(choice), { text: 'Start', class: 'ma-button ma-primary', disabled: !ready });
    const tryIt = iconButton('search', 'Try two steps to see what it needs', () => this.tryOut(choice), { text: 'What does it need?', disabled: !ready || this.trial?.busy });
    return el('div', { class: 'ma-open-collection' }, this.trialBox(),
      el('div', { class: 'ma-start' }, start, tryIt, el('p', { class: 'ma-quiet' }, ready ? 'It runs as a process of its own: this page and the browser may be closed.' : 'A run needs a model that hears and a dataset.')));
  }

  // What two steps on the real model and data told of memory, time and disk.
  trialBox() {
    const { trial } = this;
    if (!trial) return null;
    const said = trial.busy ? [el('p', { role: 'status' }, 'Trying two steps on the longest songs; this takes a minute or two …')] : trial.failed ? [el('p', { role: 'alert' }, trial.failed)] : trial.lines.map((line) => el('p', {}, line));
    return el('div', { class: 'ma-panel ma-trial', dataset: { fits: String(trial.fits) } }, el('h3', {}, 'What it needs'), said);
  }

  async tryOut(choice) {
    try {
      this.trial = (await send('ma/train/trial', { ...choice, changes: this.changes })).trial;
      this.draw();
      this.lookAtTrial();
    } catch (error) {
      complain(error);
    }
  }

  async lookAtTrial() {
    clearTimeout(this.timer);
    try {
      this.trial = (await getJson('ma/train/trial.json')).trial;
    } catch (error) {
      if (error.status) complain(error);
    }
    if (this.trial?.busy) this.timer = setTimeout(() => this.lookAtTrial(), LOOK_MS);
    else this.draw();
  }

  left() {
    clearTimeout(this.timer);
  }

  async start(choice) {
    try {
      const { name } = await send('ma/train/runs', { ...choice, changes: this.changes });
      this.train.go('run', { run: name });
    } catch (error) {
      complain(error);
    }
  }
}
