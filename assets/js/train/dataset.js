// Step two: what the collection gives, example by example, and the datasets that were frozen.

import { getJson, send } from '../api.js';
import { el, iconButton, replace } from '../dom.js';
import { day, percent } from '../format.js';
import { recall, remember } from '../memory.js';
import { complain, toast } from '../toast.js';
import { ask } from './dialog.js';
import { Examples } from './examples.js';
import { hours, many } from './format.js';
import { quiet } from './sound.js';

const LOOK_MS = 600;
const DEFAULTS = { held_out: 0.15, by: 'artist', questions: 16, augment: 0, crops: 0, think: false, seed: 0 };

export class DatasetStep {
  constructor(train) {
    this.train = train;
    this.options = { ...DEFAULTS, ...recall('dataset', {}) };
    this.head = el('header', { class: 'ma-step-head' });
    this.form = el('div', { class: 'ma-panel' });
    this.work = el('div', { class: 'ma-panel', hidden: true });
    this.outlook = el('div', { class: 'ma-outlook' });
    this.place = el('div');
    this.frozen = el('div', { class: 'ma-panel' });
    this.element = el('div', { class: 'ma-open-collection' }, this.head, this.form, this.work, this.outlook, this.frozen, this.place);
  }

  async shown() {
    this.live = true;
    try {
      const rows = await getJson('ma/train/collections.json');
      this.rows = rows.filter((row) => row.n_tracks);
      this.row = this.rows.find((row) => row.id === this.train.chosen.collection) ?? this.rows[0];
      this.drawHead();
      this.drawForm();
      this.examplesOf = null;
      replace(this.outlook);
      replace(this.place);
      await Promise.all([this.look(), this.drawFrozen()]);
    } catch (error) {
      complain(error);
    }
  }

  left() {
    this.live = false;
    clearTimeout(this.timer);
    quiet();
  }

  drawHead() {
    if (!this.row) {
      replace(this.head, el('div', {}, el('h2', {}, 'No songs yet'), el('p', { class: 'ma-quiet' }, 'Put songs into a collection first.')), el('button', { type: 'button', class: 'ma-button ma-primary', onclick: () => this.train.go('collection') }, 'To the collections'));
      return;
    }
    const pick = el('select', { 'aria-label': 'Collection', onchange: () => { this.train.choose({ collection: Number(pick.value) }); this.shown(); } }, this.rows.map((row) => el('option', { value: row.id, selected: row.id === this.row.id }, row.name)));
    replace(this.head, el('div', {}, el('h2', {}, `What “${this.row.name}” gives`), el('p', { class: 'ma-quiet' }, `${many(this.row.n_tracks, 'song')}, ${hours(this.row.duration)}. ${this.row.licence_note ? `Licence: ${this.row.licence_note}` : 'There is no licence note: write one on the first step, it is kept in the dataset.'}`)), this.rows.length > 1 ? pick : null);
  }

  drawForm() {
    this.form.hidden = !this.row;
    const change = (values) => { Object.assign(this.options, values); remember('dataset', this.options); };
    const choose = (name, label, about, options, cast) => {
      const box = el('select', { name, onchange: () => change({ [name]: cast(box.value) }) }, options.map(([value, text]) => el('option', { value, selected: String(value) === String(this.options[name]) }, text)));
      return el('label', { class: 'ma-field' }, el('span', {}, label), box, el('small', {}, about));
    };
    const think = el('input', { type: 'checkbox', checked: this.options.think, onchange: () => change({ think: think.checked }) });
    replace(this.form, el('h3', {}, 'How it is made'), el('div', { class: 'ma-fields' },
      choose('held_out', 'Songs held out', 'Never learned from; they tell what was gained.', [[0, 'none'], [0.1, '10 %'], [0.15, '15 %'], [0.2, '20 %'], [0.3, '30 %']], Number),
      choose('by', 'Kept on one side', 'Songs that hang together must not stand on both sides.', [['artist', 'songs of an artist or album'], ['song', 'versions of a song only']], String),
      choose('questions', 'Questions a song', 'At most; captions come on top.', [[8, '8'], [12, '12'], [16, '16'], [20, '20']], Number),
      choose('augment', 'Variants of a learned song', 'In other keys and tempi, with their labels moved along.', [[0, 'none'], [1, '1'], [2, '2'], [3, '3']], Number),
      choose('crops', 'What is heard', 'Excerpts of 15 to 20 seconds learn quickly; the form of a song is heard in the whole only.', [[0, 'whole songs'], [2, '2 excerpts a song'], [4, '4 excerpts a song'], [8, '8 excerpts a song']], Number),
      choose('seed', 'Seed', 'Another number draws other songs to hold out.', [0, 1, 2, 3, 4].map((n) => [n, String(n)]), Number)
      ), el('label', { class: 'ma-check' }, think, el('span', {}, 'With chains of thought, for the stage that thinks before it answers')),
      el('div', { class: 'ma-start' }, iconButton('search', 'See what it gives', () => this.begin('propose', this.options), { text: 'See what it gives', class: 'ma-button ma-primary' }), el('p', { class: 'ma-quiet' }, 'Nothing is written yet. Corrections and captions of yours come first; what the measurements doubt is left out.')));
  }

  async begin(action, values) {
    try {
      await send(`ma/train/collections/${this.row.id}/${action}`, values);
      this.wasBusy = true; // also when it has ended before the first look
      await this.look();
    } catch (error) {
      complain(error);
    }
  }

  // Where the work stands, again and again while there is any.
  async look() {
    clearTimeout(this.timer);
    if (!this.row) return;
    const { id } = this.row;
    let told;
    try {
      told = await getJson(`ma/train/collections/${id}/proposal.json`);
    } catch (error) {
      if (error.status) return complain(error);
      this.timer = setTimeout(() => this.look(), 3000);
      return;
    }
    if (id !== this.row.id) return;
    const { work } = told;
    this.drawWork(work);
    if (work?.busy) {
      this.wasBusy = true;
      if (this.live) this.timer = setTimeout(() => this.look(), LOOK_MS);
      return;
    }
    if (this.wasBusy) this.ended(work);
    this.wasBusy = false;
    this.drawOutlook(told);
  }

  ended(work) {
    this.examplesOf = null;
    if (work.failed || !work.made) return;
    toast(`The dataset “${work.made}” is frozen.`);
    this.train.choose({ dataset: work.made });
    this.drawFrozen();
  }

  drawWork(work) {
    this.work.hidden = !work || !(work.busy || work.failed);
    if (this.work.hidden) return;
    replace(this.work, work.busy
      ? [el('p', { role: 'status' }, work.sentence), el('div', { class: 'ma-progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': Math.round(work.fraction * 100), 'aria-label': 'Progress' }, el('i', { style: `width: ${percent(work.fraction)}` })), el('div', {}, iconButton('close', 'Stop', () => send(`ma/train/collections/${this.row.id}/stop`).catch(complain), { text: 'Stop' }))]
      : [el('p', { class: 'ma-notice', role: 'alert' }, work.failed)]);
  }

  drawOutlook({ proposal, stale }) {
    if (!proposal) return;
    const figure = (number, name, about = '') => el('div', { class: 'ma-figure' }, el('b', {}, number.toLocaleString()), el('span', {}, name), about ? el('small', {}, about) : null);
    const { decided } = proposal;
    const list = (kind, title, rows) => (rows.length ? el('details', { class: 'ma-doubts', dataset: { kind } }, el('summary', {}, title), el('ul', {}, rows.map((text) => el('li', {}, text)))) : null);
    const n_dropped = proposal.dropped.reduce((sum, row) => sum + row.n, 0);
    const held = proposal.songs.filter((song) => song.side === 'held_out');
    replace(this.outlook,
      stale ? el('p', { class: 'ma-notice' }, 'The collection was changed since; make the proposal again.') : null,
      el('div', { class: 'ma-figures' }, figure(proposal.n_questions, 'questions'), figure(proposal.n_captions, 'captions'), figure(proposal.n_train, 'to learn from', proposal.n_variants ? `with ${many(proposal.n_variants, 'variant')}` : ''), figure(proposal.n_held_out, 'held out', held.length ? `from ${many(held.length, 'song')}` : ''),
        figure(proposal.n_doubtful, 'doubtful', 'look at these first'), figure(decided.approved + decided.edited, 'approved by you', decided.rejected ? `${decided.rejected} rejected` : '')),
      list('missing', `${many(proposal.missing.length, 'song')} give${proposal.missing.length === 1 ? 's' : ''} nothing`, proposal.missing.map((row) => `${row.title}: ${row.why}`)),
      list('dropped', `${n_dropped.toLocaleString()} left out`, proposal.dropped.map((row) => `${row.n.toLocaleString()}: ${row.reason}`)),
      list('held', `Songs held out: ${held.length} of ${proposal.songs.length}`, held.map((song) => song.title)),
      this.freezeBar());
    if (this.examplesOf === this.row.id) return;
    this.examplesOf = this.row.id;
    const path = `ma/train/collections/${this.row.id}`;
    this.examples = new Examples(`${path}/examples.json`, `${path}/review`, () => this.look());
    replace(this.place, this.examples.element);
    this.examples.load();
  }

  freezeBar() {
    return el('div', { class: 'ma-start' }, iconButton('save', 'Freeze as a dataset', () => this.freeze(), { text: 'Freeze as a dataset', class: 'ma-button ma-primary' }), el('p', { class: 'ma-quiet' }, 'A frozen dataset never changes; its hash goes with every run and adapter made from it.'));
  }

  async freeze() {
    const said = await ask('Freeze as a dataset', [['name', 'Name', this.row.name, { required: true, maxlength: 80 }]], 'Freeze', 'Rejected examples are left out. Its name is that of a folder.');
    if (said) await this.begin('freeze', { ...this.options, ...said });
  }

  async drawFrozen() {
    const rows = await getJson('ma/train/datasets.json');
    this.frozen.hidden = !rows.length;
    replace(this.frozen, el('h3', {}, 'Frozen datasets'), el('ul', { class: 'ma-frozen' }, rows.map((row) => this.frozenRow(row))));
  }

  frozenRow(row) {
    const remove = iconButton('trash', `Delete the dataset ${row.name}`, () => this.remove(row));
    if (row.broken) return el('li', {}, el('div', { class: 'ma-group' }, el('b', {}, row.name), remove), el('p', { class: 'ma-notice' }, row.broken));
    const box = el('li', {});
    const look = iconButton('search', `Look into ${row.name}`, () => this.lookInto(box, row), { text: 'Look into it' });
    replace(box, el('div', { class: 'ma-frozen-head' }, el('span', { class: 'ma-grow' }, el('b', {}, row.name), el('small', {}, `${many(row.n_train, 'example')} to learn from, ${row.n_held_out.toLocaleString()} held out; ${many(row.n_songs, 'song')}, ${hours(row.duration)}; ${day(row.made_at)}; hash ${row.hash.slice(0, 12)}`), row.licence ? el('small', {}, `Licence: ${row.licence}`) : null),
      look, iconButton('play', `Train on ${row.name}`, () => this.train.go('recipe', { dataset: row.name }), { text: 'Train on it' }), remove));
    return box;
  }

  lookInto(box, row) {
    const there = box.querySelector('.ma-panel');
    if (there) return there.remove();
    const examples = new Examples(`ma/train/datasets/${encodeURIComponent(row.name)}/examples.json`, null);
    box.append(examples.element);
    return examples.load();
  }

  async remove(row) {
    const said = await ask(`Delete the dataset “${row.name}”?`, [], 'Delete it', 'Its examples and the variants rendered for it go for good. Runs and adapters made from it stay.');
    if (!said) return;
    try {
      await send(`ma/train/datasets/${encodeURIComponent(row.name)}/delete`);
    } catch (error) {
      complain(error);
    }
    await this.drawFrozen();
  }
}
