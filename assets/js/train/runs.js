// Step four: runs, under way and past. Each with its curves, what it answers to held-out questions, and its settings.

import { getJson, send } from '../api.js';
import { el, iconButton, replace } from '../dom.js';
import { day, percent } from '../format.js';
import { complain, toast } from '../toast.js';
import { Curves } from './curves.js';
import { ask } from './dialog.js';
import { bytes, hours } from './format.js';

const LIVE_MS = 2000;
const STATUS = { running: 'running', interrupted: 'stopped', failed: 'failed', done: 'done' };

export class RunStep {
  constructor(train) {
    this.train = train;
    this.shelf = el('ul', { class: 'ma-shelf', 'aria-label': 'Runs' });
    this.head = el('header', { class: 'ma-step-head' });
    this.now = el('div', { class: 'ma-panel', 'aria-live': 'off' });
    this.curves = new Curves();
    this.rest = el('div', { class: 'ma-open-collection' });
    this.open = el('div', { class: 'ma-open-collection' }, this.head, this.now, this.curves.element, this.rest);
    this.empty = el('div', { class: 'ma-empty' }, el('h2', {}, 'No run yet'), el('p', {}, 'Choose a recipe and start one; its curves are drawn here while it learns.'),
      el('button', { type: 'button', class: 'ma-button ma-primary', onclick: () => train.go('recipe') }, 'Choose a recipe'));
    this.element = el('div', { class: 'ma-columns' }, el('aside', {}, this.shelf), this.open, this.empty);
    this.beside = '';
  }

  shown() {
    this.live = true;
    return this.refresh();
  }

  left() {
    this.live = false;
    clearTimeout(this.timer);
  }

  async refresh() {
    clearTimeout(this.timer);
    const round = (this.round = (this.round ?? 0) + 1);
    let running = false;
    try {
      this.rows = await getJson('ma/train/runs.json');
      const found = this.rows.find((row) => row.name === this.train.chosen.run) ?? this.rows[0];
      running = this.rows.some((row) => row.status === 'running');
      this.drawShelf(found);
      this.open.hidden = !found;
      this.empty.hidden = Boolean(found);
      this.element.dataset.empty = String(!found);
      if (found) await this.show(found.name);
    } catch (error) {
      if (this.live && error.status !== 0) complain(error);
      running = true; // the studio does not answer at the moment; look again
    }
    if (this.live && running && round === this.round) this.timer = setTimeout(() => this.refresh(), LIVE_MS);
  }

  drawShelf(open) {
    replace(this.shelf, this.rows.map((row) => el('li', {},
      el('button', { type: 'button', class: 'ma-shelf-row', 'aria-current': row.name === open?.name ? 'true' : null, onclick: () => { this.beside = ''; this.train.choose({ run: row.name }); this.refresh(); } },
        el('b', {}, row.name), el('small', {}, el('i', { class: 'ma-dot', dataset: { status: row.status } }), `${STATUS[row.status]}${row.status === 'running' && row.steps ? `, ${percent(row.fraction)}` : ''}, ${day(row.started)}`)))));
  }

  async show(name) {
    this.train.choose({ run: name });
    const [run, figures] = await Promise.all([getJson(`ma/train/runs/${encodeURIComponent(name)}.json`), getJson(`ma/train/runs/curves.json?${new URLSearchParams([['run', name], ...(this.beside ? [['run', this.beside]] : [])])}`)]);
    if (name !== this.train.chosen.run) return;
    this.drawHead(run);
    this.drawNow(run);
    await this.curves.draw(figures);
    await this.drawRest(run);
  }

  drawHead(run) {
    const button = (icon, text, action) => iconButton(icon, `${text} ${run.name}`, () => this.act(run, action), { text });
    const key = JSON.stringify([run.name, run.status, run.stopping, this.rows.map((row) => row.name), this.beside]);
    if (key === this.headKey) return;
    this.headKey = key;
    const others = this.rows.filter((row) => row.name !== run.name);
    const compare = el('select', { 'aria-label': 'Compare with', onchange: () => { this.beside = compare.value; this.curves.clear(); this.refresh(); } },
      el('option', { value: '' }, 'Compare with …'), others.map((row) => el('option', { value: row.name, selected: row.name === this.beside }, row.name)));
    replace(this.head,
      el('div', {}, el('h2', {}, run.name), el('p', { class: 'ma-quiet' }, `${run.stage_name}; ${run.model} on ${run.dataset}; started ${new Date(run.started).toLocaleString()}`)),
      el('div', { class: 'ma-group' }, run.status === 'running' && !run.stopping ? button('pause', 'Stop', 'stop') : null, ['interrupted', 'failed'].includes(run.status) ? button('play', 'Resume', 'resume') : null,
        run.has_adapter ? iconButton('save', `Keep the adapter of ${run.name}`, () => this.keep(run), { text: 'Keep its adapter', class: 'ma-button ma-primary' }) : null, others.length ? compare : null, run.status === 'running' ? null : iconButton('trash', `Delete ${run.name}`, () => this.remove(run))));
  }

  drawNow(run) {
    const { last } = run;
    const figure = (number, name) => el('div', { class: 'ma-figure' }, el('b', {}, number), el('span', {}, name));
    const left = run.eta === null ? null : figure(hours(run.eta), 'left');
    replace(this.now,
      el('p', { class: 'ma-run-said', role: 'status' }, el('i', { class: 'ma-dot', dataset: { status: run.status } }), run.sentence, run.silent > 30 ? ` Nothing was heard of it for ${hours(run.silent)}.` : null),
      run.steps ? el('div', { class: 'ma-progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': Math.round(run.fraction * 100), 'aria-label': `Progress of ${run.name}` }, el('i', { style: `width: ${run.fraction * 100}%` })) : null,
      el('div', { class: 'ma-figures ma-small' }, run.steps ? figure(`${run.step} of ${run.steps}`, 'steps') : null, run.status === 'running' ? left : null,
        'loss' in last ? figure(last.loss.toPrecision(3), 'loss') : null, 'learning_rate' in last ? figure(last.learning_rate.toPrecision(2), 'learning rate') : null,
        last.step_s > 0 ? figure((60 / last.step_s).toPrecision(3), 'steps a minute') : null, 'memory_bytes' in last ? figure(bytes(last.memory_bytes), 'of memory at most') : null));
  }

  async drawRest(run) {
    const key = JSON.stringify([run.name, run.status, run.samples.length, run.log.length, this.beside]);
    if (key === this.restKey) return;
    const compared = this.beside ? await getJson(`ma/train/runs/compare.json?${new URLSearchParams({ first: run.name, second: this.beside })}`) : null;
    this.restKey = key;
    const open = new Set([...this.rest.querySelectorAll('details[open]')].map((node) => node.dataset.part));
    replace(this.rest, compared ? this.comparison(compared) : null, this.samples(run), this.settings(run, open), this.log(run, open));
  }

  comparison(it) {
    const shown = (value) => (value === null || value === undefined || value === '' ? '–' : typeof value === 'number' ? String(Number(value.toPrecision(5))) : typeof value === 'object' ? JSON.stringify(value) : String(value));
    const table = (caption, rows) => (rows.length ? el('div', { class: 'ma-wide' }, el('table', { class: 'ma-table' }, el('caption', {}, caption), el('thead', {}, el('tr', {}, el('th', {}, ''), el('th', { scope: 'col' }, it.first), el('th', { scope: 'col' }, it.second))),
      el('tbody', {}, rows.map((row) => el('tr', {}, el('th', { scope: 'row' }, row.name), el('td', {}, shown(row.first)), el('td', {}, shown(row.second))))))) : null);
    return el('section', { class: 'ma-panel' }, el('h3', {}, `${it.first} beside ${it.second}`),
      el('p', { class: 'ma-quiet' }, it.same_data ? 'Both learned from the same examples.' : 'They learned from different examples, so their losses cannot be compared.'),
      table('What came of it', it.results), table('Set differently', it.settings), table('Made from', it.origins));
  }

  samples(run) {
    if (!run.samples.length) return null;
    const steps = [...new Set(run.samples.map((row) => row.step))].sort((a, b) => b - a);
    const shown = steps.includes(this.sampleStep) ? this.sampleStep : steps[0];
    const pick = el('select', { 'aria-label': 'At which step', onchange: () => { this.sampleStep = Number(pick.value); this.restKey = ''; this.drawRest(run); } }, steps.map((step) => el('option', { value: step, selected: step === shown }, `at step ${step}`)));
    const row = (it) => el('li', {}, el('p', { class: 'ma-quiet' }, it.question), el('p', {}, el('b', {}, it.answer || '(nothing)')), el('p', { class: 'ma-quiet' }, `Expected: ${it.expected}`));
    return el('section', { class: 'ma-panel' }, el('div', { class: 'ma-library-line' }, el('h3', {}, 'What it answers to held-out questions'), pick),
      el('ul', { class: 'ma-samples' }, run.samples.filter((it) => it.step === shown).map(row)));
  }

  settings(run, open) {
    const rows = [...run.settings, ...run.grpo.map((row) => ({ ...row, name: `grpo ${row.name}` }))].filter((row) => row.value !== '');
    const about = [['Commit', run.about.commit ? `${run.about.commit.slice(0, 12)}${run.about.dirty ? ', changed since' : ''}` : ''], ['Hash of the data', run.about.data_hash], ['Started by', run.about.command], ...Object.entries(run.about.versions ?? {})];
    return el('details', { class: 'ma-panel', dataset: { part: 'settings' }, open: open.has('settings') }, el('summary', {}, el('b', {}, 'Settings and versions')),
      el('dl', { class: 'ma-pairs' }, [...rows.map((row) => [row.name.replaceAll('_', ' '), String(row.value)]), ...about].filter(([, value]) => value).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))));
  }

  log(run, open) {
    return run.log ? el('details', { class: 'ma-panel', dataset: { part: 'log' }, open: open.has('log') || run.status === 'failed' }, el('summary', {}, el('b', {}, 'Log')), el('pre', { class: 'ma-log', tabindex: '0' }, run.log)) : null;
  }

  async act(run, action) {
    try {
      await send(`ma/train/runs/${encodeURIComponent(run.name)}/${action}`);
    } catch (error) {
      complain(error);
    }
    await this.refresh();
  }

  async keep(run) {
    const said = await ask('Keep its adapter', [['name', 'Name', run.name, { required: true, maxlength: 64 }]], 'Keep', 'It is taken into the studio with its card: what it learned from, how, and under which licences.');
    if (!said) return;
    try {
      const kept = await send('ma/train/adapters/keep', { run: run.name, ...said });
      toast(`The adapter “${kept.name}” is kept.`);
      this.train.go('use', { adapterId: kept.id });
    } catch (error) {
      complain(error);
    }
  }

  async remove(run) {
    const said = await ask(`Delete the run “${run.name}”?`, [], 'Delete it', 'Its curves, checkpoints and samples go for good. An adapter that was taken into the studio stays.');
    if (!said) return;
    await this.act(run, 'delete');
    toast(`The run “${run.name}” is deleted.`);
  }
}
