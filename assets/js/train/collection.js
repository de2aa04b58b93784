// Step one: which songs. Collections to the left, the open one with what it would give, its songs and the library.

import { getJson, send } from '../api.js';
import { el, iconButton, replace } from '../dom.js';
import { clock } from '../format.js';
import { openTrack } from '../page.js';
import { complain, toast } from '../toast.js';
import { ask } from './dialog.js';
import { hours, many } from './format.js';
import { Picker } from './picker.js';

const LICENCE = 'Who made these recordings, and what allows a model to learn from them?';

export class CollectionStep {
  constructor(train) {
    this.train = train;
    this.shelf = el('ul', { class: 'ma-shelf', 'aria-label': 'Collections' });
    this.head = el('header', { class: 'ma-step-head' });
    this.outlook = el('div', { class: 'ma-outlook' });
    this.songs = el('div', { class: 'ma-panel' });
    this.picker = new Picker(() => this.refresh());
    this.open = el('div', { class: 'ma-open-collection' }, this.head, this.outlook, this.songs, this.picker.element);
    this.empty = el('div', { class: 'ma-empty' },
      el('h2', {}, 'Begin with a collection'),
      el('p', {}, 'A collection is a set of songs from your library that a model may learn from. Its questions and captions come from what was measured, and from what you wrote or put right.'),
      iconButton('plus', 'New collection', () => this.create(), { text: 'New collection', class: 'ma-button ma-primary' }));
    this.element = el('div', { class: 'ma-columns' },
      el('aside', {}, this.shelf, iconButton('plus', 'New collection', () => this.create(), { text: 'New collection', class: 'ma-button ma-text' })),
      this.open, this.empty);
  }

  shown() {
    return this.refresh();
  }

  async refresh() {
    try {
      this.rows = await getJson('ma/train/collections.json');
      const found = this.rows.find((row) => row.id === this.train.chosen.collection) ?? this.rows[0];
      this.drawShelf(found);
      this.open.hidden = !found;
      this.empty.hidden = Boolean(found);
      this.element.dataset.empty = String(!found);
      if (found) await this.show(found.id);
    } catch (error) {
      complain(error);
    }
  }

  drawShelf(open) {
    replace(this.shelf, this.rows.map((row) => el('li', {},
      el('button', { type: 'button', class: 'ma-shelf-row', 'aria-current': row.id === open?.id ? 'true' : null, onclick: () => { this.train.choose({ collection: row.id }); this.refresh(); } },
        el('b', {}, row.name), el('small', {}, `${many(row.n_tracks, 'song')}, ${hours(row.duration)}`)))));
  }

  async show(id) {
    this.train.choose({ collection: id });
    const found = await getJson(`ma/train/collections/${id}.json`);
    if (id !== this.train.chosen.collection) return;
    this.shownRow = found;
    this.drawHead(found);
    this.drawOutlook(found.outlook);
    this.drawSongs(found);
    this.picker.show(found);
  }

  drawHead(found) {
    replace(this.head,
      el('div', {}, el('h2', {}, found.name), el('p', { class: 'ma-quiet' }, found.licence_note || 'No licence note yet: say who made the recordings and what allows a model to learn from them.')),
      el('div', { class: 'ma-group' },
        found.n_tracks ? iconButton('forward', 'See what it gives', () => this.train.go('dataset'), { text: 'What it gives', class: 'ma-button ma-primary' }) : null,
        iconButton('edit', 'Name and licence note', () => this.describe(found), { text: 'Name and licence' }),
        iconButton('trash', `Delete ${found.name}`, () => this.remove(found))));
  }

  drawOutlook(it) {
    const figure = (number, name, about = '') => el('div', { class: 'ma-figure' }, el('b', {}, number), el('span', {}, name), about ? el('small', {}, about) : null);
    const missing = it.doubts.filter((doubt) => doubt.missing);
    const unsure = it.doubts.filter((doubt) => !doubt.missing);
    replace(this.outlook,
      el('div', { class: 'ma-figures' },
        figure(String(it.n_tracks), it.n_tracks === 1 ? 'song' : 'songs', it.n_artists ? `by ${many(it.n_artists, 'artist')}` : ''),
        figure(hours(it.duration), 'of music'),
        figure(String(it.n_captions), it.n_captions === 1 ? 'caption of yours' : 'captions of yours', it.n_captioned ? `for ${many(it.n_captioned, 'song')}` : 'those you prefer or wrote over'),
        figure(String(it.n_corrections), it.n_corrections === 1 ? 'correction' : 'corrections', 'they outrank what was measured')),
      this.doubtList('missing', missing, 'gives nothing yet', 'give nothing yet'), this.doubtList('unsure', unsure, 'thing to look at', 'things to look at'));
  }

  doubtList(kind, doubts, one, several) {
    if (!doubts.length) return null;
    return el('details', { class: 'ma-doubts', dataset: { kind } }, el('summary', {}, `${doubts.length} ${doubts.length === 1 ? one : several}`),
      el('ul', {}, doubts.slice(0, 200).map((doubt) => el('li', {}, el('button', { type: 'button', class: 'ma-text ma-inline', onclick: () => openTrack(doubt.track) }, doubt.title), ` ${doubt.text}`))));
  }

  drawSongs(found) {
    const row = (track) => el('li', {},
      el('span', { class: 'ma-grow' }, el('button', { type: 'button', class: 'ma-text ma-open', onclick: () => openTrack(track.id) }, track.title), el('small', {}, [track.artist, track.album].filter(Boolean).join(', '))),
      el('span', { class: 'ma-quiet' }, clock(track.duration)),
      iconButton('close', `Take ${track.title} out`, () => this.change('take', { tracks: [track.id] })));
    const list = el('ul', { class: 'ma-songs' }, found.tracks.map(row));
    replace(this.songs, el('h3', {}, 'Songs in it'), found.tracks.length ? list : el('p', { class: 'ma-quiet' }, 'None yet. Tick songs below, or take all with a tag.'));
  }

  async change(action, values) {
    try {
      await send(`ma/train/collections/${this.train.chosen.collection}/${action}`, values);
    } catch (error) {
      complain(error);
    }
    await this.refresh();
  }

  async create() {
    const said = await ask('New collection', [['name', 'Name', '', { required: true, maxlength: 300 }], ['licence_note', LICENCE, '', { rows: 3, maxlength: 2000 }]], 'Make it');
    if (!said) return;
    try {
      this.train.choose({ collection: (await send('ma/train/collections', said)).id });
      await this.refresh();
    } catch (error) {
      complain(error);
    }
  }

  async describe(found) {
    const said = await ask('Name and licence', [['name', 'Name', found.name, { required: true, maxlength: 300 }], ['licence_note', LICENCE, found.licence_note, { rows: 3, maxlength: 2000 }]], 'Save');
    if (said) await this.change('describe', said);
  }

  async remove(found) {
    const said = await ask(`Delete “${found.name}”?`, [], 'Delete it', 'What you approved, edited or rejected in it is forgotten. The songs stay in the library; datasets and runs made from it stay too.');
    if (!said) return;
    await this.change('delete', {});
    toast(`“${found.name}” is deleted.`);
  }
}
