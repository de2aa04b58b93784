// Step six: adapters in the chat. Asked beside their base about the same song, given away, taken in, merged.

import { address, getJson, Refusal, send } from '../api.js';
import { emit } from '../bus.js';
import { el, iconButton, replace, write } from '../dom.js';
import { day } from '../format.js';
import { openTrack } from '../page.js';
import { Talk } from '../speech/talk.js';
import { complain, toast } from '../toast.js';
import { ask } from './dialog.js';

const LOOK_MS = 2000;

export class UseStep {
  constructor(train) {
    this.train = train;
    this.list = el('ul', { class: 'ma-frozen' });
    this.bench = el('section', { class: 'ma-panel' });
    this.file = el('input', { type: 'file', accept: '.zip', hidden: true, onchange: () => this.bring() });
    const shelf = el('section', { class: 'ma-panel' }, el('div', { class: 'ma-library-line' }, el('h3', {}, 'Adapters'), iconButton('plus', 'Bring in an adapter from a zip', () => this.file.click(), { text: 'Bring one in' })), this.list, this.file);
    this.element = el('div', { class: 'ma-open-collection' }, shelf, this.bench);
  }

  async shown() {
    this.live = true;
    try {
      const { rows } = await getJson('ma/library.json?limit=500&sort=title&descending=0');
      this.tracks = rows.filter((row) => row.analysed);
      await this.refresh();
    } catch (error) {
      complain(error);
    }
  }

  left() {
    this.live = false;
    clearTimeout(this.timer);
  }

  async refresh() {
    clearTimeout(this.timer);
    const [adapters, { bases }] = await Promise.all([getJson('ma/train/adapters.json'), getJson('ma/train/recipes.json')]);
    Object.assign(this, { adapters, bases });
    replace(this.list, adapters.length ? adapters.map((row) => this.row(row)) : el('li', { class: 'ma-quiet' }, 'None yet. Keep the adapter of a run that is done, or bring one in.'));
    const chosen = adapters.find((row) => row.id === this.train.chosen.adapterId && row.known) ?? adapters.find((row) => row.known);
    if (chosen?.id !== this.benchOf || !chosen) this.drawBench(chosen);
    if (this.live && adapters.some((row) => row.merging?.busy)) this.timer = setTimeout(() => this.refresh().catch(complain), LOOK_MS);
  }

  row(row) {
    const scores = Object.entries(row.scores).map(([name, value]) => `${name.replaceAll('_', ' ')} ${Number(value).toPrecision(3)}`).join(', ');
    const act = (icon, text, action) => iconButton(icon, `${text}: ${row.name}`, () => this.act(row, action), { text });
    const { merging } = row;
    const merged = merging && (merging.busy ? 'Its weights are being merged into the base …' : merging.failed || `Merged into ${merging.folder}.`);
    return el('li', {},
      el('div', { class: 'ma-frozen-head' }, el('span', { class: 'ma-grow' }, el('b', {}, row.name, row.in_use ? el('span', { class: 'ma-badge', dataset: { kind: 'approved' } }, 'in the chat') : null),
        el('small', {}, [`for ${row.base_name}`, row.dataset ? `learned from ${row.dataset}` : row.imported ? 'brought in' : '', scores, day(row.created_at)].filter(Boolean).join('; ')), row.about.licence ? el('small', {}, `Licence: ${row.about.licence}`) : null),
        row.in_use ? act('close', 'Back to the base', 'set_aside') : iconButton('play', `Use: ${row.name}`, () => this.act(row, 'use'), { text: 'Use', class: 'ma-button ma-primary', disabled: !row.known }),
        row.known ? iconButton('note', `Try ${row.name} beside its base`, () => { this.train.choose({ adapterId: row.id }); this.drawBench(row); }, { text: 'Try' }) : null,
        iconButton('search', `Report on ${row.name}`, () => this.train.go('report', { adapterId: row.id }), { text: 'Report' }),
        el('a', { class: 'ma-button', href: address(`ma/train/adapters/${row.id}/adapter.zip`), download: '', 'aria-label': `Export ${row.name}` }, 'Export'),
        merging?.busy ? null : iconButton('save', `Merge ${row.name} into its base`, () => this.merge(row), { text: 'Merge' }), iconButton('trash', `Delete ${row.name}`, () => this.remove(row))),
      merged ? el('p', { class: 'ma-notice', role: 'status' }, merged) : null);
  }

  drawBench(row) {
    this.benchOf = row?.id;
    this.bench.hidden = !row || !this.tracks.length;
    if (this.bench.hidden) return;
    const song = el('select', { 'aria-label': 'Song' }, this.tracks.map((track) => el('option', { value: track.id }, [track.title, track.artist].filter(Boolean).join(', '))));
    const question = el('textarea', { rows: 2, maxlength: 4000, 'aria-label': 'Question for both', placeholder: 'The same question for both' });
    const facts = el('input', { type: 'checkbox' });
    const columns = el('div', { class: 'ma-pair' });
    const stop = iconButton('close', 'Stop both answers', () => this.stopBoth(), { text: 'Stop' });
    const go = iconButton('play', 'Ask both', () => this.askBoth(row, Number(song.value), question.value, facts.checked, columns), { text: 'Ask both', class: 'ma-button ma-primary' });
    replace(this.bench, el('h3', {}, `${row.name} beside ${row.base_name}`), el('div', { class: 'ma-example-bar' }, song, el('label', { class: 'ma-check' }, facts, el('span', {}, 'tell them what was measured')), iconButton('follow', 'Open the song', () => openTrack(Number(song.value)), { text: 'Open the song' })), question, el('div', { class: 'ma-group' }, go, stop), columns);
  }

  async askBoth(row, track, question, facts, columns) {
    this.stopBoth();
    const both = [[row.base_name, ''], [`${row.base_name} with ${row.name}`, row.name]].map(([name, adapter]) => ({ name, adapter, text: el('div', { class: 'ma-draft' }), said: el('p', { class: 'ma-quiet', role: 'status' }, 'Waiting …') }));
    replace(columns, both.map(({ name, text, said }) => el('article', { class: 'ma-note', dataset: { writing: 'yes' } }, el('b', {}, name), text, said)));
    this.both = both;
    for (const side of both) {
      try {
        side.talk = await Talk.begin(`ma/tracks/${track}/ask`, { question, facts, adapter: side.adapter, model: row.base_model }, (event) => heard(side, event));
      } catch (error) {
        replace(columns);
        return complain(error);
      }
    }
  }

  stopBoth() {
    for (const side of this.both ?? []) if (side.talk && !side.ended) side.talk.stop().catch(complain);
  }

  async act(row, action) {
    try {
      await send(`ma/train/adapters/${row.id}/${action}`);
      if (action === 'use') toast(`“${row.name}” answers in the chat from now on.`);
      if (action === 'use' || action === 'set_aside') emit('ma:voice');
      await this.refresh();
    } catch (error) {
      complain(error);
    }
  }

  async merge(row) {
    if (await ask(`Merge “${row.name}” into its base?`, [], 'Merge', 'A checkpoint of its own is written beside it: as large as the base, and it needs no adapter any more.')) await this.act(row, 'merge');
  }

  async remove(row) {
    if (await ask(`Delete the adapter “${row.name}”?`, [], 'Delete it', 'Its weights go for good. The run that made it stays.')) await this.act(row, 'delete');
  }

  async bring() {
    const [file] = this.file.files;
    this.file.value = '';
    if (!file) return;
    const here = this.bases.filter((base) => base.here);
    if (!here.length) return complain({ what: 'No model that an adapter could fit is on this computer.', advice: 'Download one on the Settings page.' });
    const stem = file.name.replace(/\.zip$/i, '').replace(/[^A-Za-z0-9._-]+/g, '-');
    const said = await ask('Bring in an adapter', [['name', 'Name', stem, { required: true, maxlength: 64 }], ['model', 'Trained on', here[0].id, { options: here.map((base) => [base.id, base.name]) }]], 'Bring it in');
    if (!said) return;
    try {
      const response = await fetch(address(`ma/train/adapters/import?${new URLSearchParams(said)}`), { method: 'POST', body: file, headers: { 'Content-Type': 'application/zip' } });
      if (!response.ok) {
        const { what, advice } = await response.json();
        throw new Refusal(what, advice, response.status);
      }
      this.train.choose({ adapterId: (await response.json()).id });
      await this.refresh();
    } catch (error) {
      complain(error);
    }
  }
}

function heard(side, event) {
  if (event.type === 'text') side.text.append(event.text);
  const told = { loading: event.sentence, waiting: 'The other is asked first …', speaking: 'Writing …', thought: 'Thinking …', failed: [event.what, event.advice].filter(Boolean).join(' '), done: [side.text.textContent.trim() ? '' : 'It said nothing that can be read.', event.finish === 'length' ? 'Cut at its longest.' : ''].join(' ').trim() }[event.type];
  if (told !== undefined) write(side.said, told);
  if (event.type !== 'failed' && event.type !== 'done') return;
  side.ended = true;
  side.text.closest('.ma-note').dataset.writing = 'no';
}
