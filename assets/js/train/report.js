// Step five: how right the answers are on held-out songs, before and after, and what hearing adds.

import { getJson, send } from '../api.js';
import { el, iconButton, replace } from '../dom.js';
import { percent } from '../format.js';
import { complain } from '../toast.js';
import { Curves } from './curves.js';
import { ask } from './dialog.js';
import { many } from './format.js';
import { listen, quiet } from './sound.js';

const LIVE_MS = 2000;
const STATUS = { running: 'running', interrupted: 'stopped', failed: 'failed', done: 'done' };
const VERDICTS = { better: 'better', worse: 'worse', unsure: 'not sure' };

export class ReportStep {
  constructor(train) {
    this.train = train;
    this.shelf = el('ul', { class: 'ma-shelf', 'aria-label': 'Reports' });
    this.form = el('form', { class: 'ma-panel', onsubmit: (event) => { event.preventDefault(); this.begin(); } });
    this.head = el('header', { class: 'ma-step-head' });
    this.now = el('div', { class: 'ma-panel' });
    this.chart = new Curves();
    this.tables = el('div', { class: 'ma-open-collection' });
    this.open = el('div', { class: 'ma-open-collection' }, this.head, this.now, this.tables);
    this.element = el('div', { class: 'ma-columns' }, el('aside', {}, this.shelf), el('div', { class: 'ma-open-collection' }, this.form, this.open));
  }

  async shown() {
    this.live = true;
    try {
      const [datasets, adapters, { bases }] = await Promise.all(['datasets', 'adapters', 'recipes'].map((name) => getJson(`ma/train/${name}.json`)));
      Object.assign(this, { datasets: datasets.filter((row) => !row.broken), adapters, bases });
      this.drawForm();
    } catch (error) {
      complain(error);
    }
    await this.refresh();
  }

  left() {
    this.live = false;
    clearTimeout(this.timer);
    quiet();
  }

  drawForm() {
    const { chosen } = this.train;
    const select = (name, label, options, value, about) => el('label', { class: 'ma-field' }, el('span', {}, label), el('select', { name, disabled: !options.length, onchange: name === 'who' ? () => this.fit() : null }, options.map(([key, text]) => el('option', { value: key, selected: key === value }, text))), el('small', {}, about));
    const who = [...this.adapters.filter((row) => row.known).map((row) => [`${row.base_model}|${row.name}`, `${row.name}, beside ${row.base_name}`]), ...this.bases.filter((base) => base.here).map((base) => [`${base.id}|`, `${base.name} as it came`])];
    const adapter = this.adapters.find((row) => row.id === chosen.adapterId);
    const first = adapter ? `${adapter.base_model}|${adapter.name}` : who[0]?.[0];
    this.controls = el('input', { type: 'checkbox', name: 'controls', checked: true });
    replace(this.form, el('h3', {}, 'Ask about held-out songs'), el('div', { class: 'ma-fields' },
      select('who', 'Who answers', who, first, 'An adapter is asked beside its base, so that what it gained shows.'),
      select('dataset', 'Dataset', this.datasets.filter((row) => row.n_held_out).map((row) => [row.name, `${row.name}, ${row.n_held_out} held out`]), chosen.dataset, 'Its held-out side, which nothing learned from.'),
      select('limit', 'How many questions', [['0', 'all'], ['20', '20'], ['50', '50'], ['200', '200']], '0', 'A few give a first look; intervals are wide then.')),
      el('label', { class: 'ma-check' }, this.controls, el('span', {}, 'Ask with noise and without sound too, to see what hearing adds (three times as long)')),
      el('div', { class: 'ma-start' }, iconButton('play', 'Start the evaluation', () => this.begin(), { text: 'Evaluate', class: 'ma-button ma-primary', disabled: !who.length || !this.datasets.some((row) => row.n_held_out) }), el('p', { class: 'ma-quiet' }, 'It runs as a process of its own and goes on where it was interrupted.')));
    this.fit();
  }

  // An adapter is best judged on the dataset it was made from.
  fit() {
    const [, name] = (this.form.elements.who?.value ?? '|').split('|');
    const made = this.adapters.find((row) => row.name === name)?.dataset;
    const box = this.form.elements.dataset;
    if (made && [...(box?.options ?? [])].some((option) => option.value === made)) box.value = made;
  }

  async begin() {
    const { who, dataset, limit } = this.form.elements;
    const [model, adapter] = who.value.split('|');
    try {
      const { name } = await send('ma/train/reports', { model, adapter, dataset: dataset.value, limit: Number(limit.value), controls: this.controls.checked });
      this.train.choose({ report: name });
      await this.refresh();
    } catch (error) {
      complain(error);
    }
  }

  async refresh() {
    clearTimeout(this.timer);
    let running = false;
    try {
      this.rows = await getJson('ma/train/reports.json');
      const found = this.rows.find((row) => row.name === this.train.chosen.report) ?? this.rows[0];
      running = this.rows.some((row) => row.status === 'running');
      this.drawShelf(found);
      this.open.hidden = !found;
      if (found) await this.show(found.name);
    } catch (error) {
      if (error.status !== 0) complain(error);
      running = true;
    }
    if (this.live && running) this.timer = setTimeout(() => this.refresh(), LIVE_MS);
  }

  drawShelf(open) {
    replace(this.shelf, this.rows.map((row) => el('li', {},
      el('button', { type: 'button', class: 'ma-shelf-row', 'aria-current': row.name === open?.name ? 'true' : null, onclick: () => { this.train.choose({ report: row.name }); this.refresh(); } },
        el('b', {}, row.name), el('small', {}, el('i', { class: 'ma-dot', dataset: { status: row.status } }), `${STATUS[row.status]}${row.status === 'running' && row.n_all ? `, ${row.n_done} of ${row.n_all}` : ''}`)))));
  }

  async show(name) {
    this.train.choose({ report: name });
    const row = await getJson(`ma/train/reports/${encodeURIComponent(name)}.json`);
    if (name !== this.train.chosen.report) return;
    const key = JSON.stringify([row.name, row.status, row.status === 'done' ? '' : [row.n_done, row.now, row.log.length]]);
    if (key === this.drawn) return;
    this.drawn = key;
    const button = (icon, text, action) => iconButton(icon, `${text} ${row.name}`, () => this.act(row, action), { text });
    replace(this.head, el('div', {}, el('h2', {}, row.name), el('p', { class: 'ma-quiet' }, [row.candidates.join(' and '), row.dataset ? `on ${row.dataset}` : ''].filter(Boolean).join(' '))),
      el('div', { class: 'ma-group' }, row.status === 'running' ? button('pause', 'Stop', 'stop') : null, ['interrupted', 'failed'].includes(row.status) ? button('play', 'Go on', 'resume') : null, row.status === 'running' ? null : iconButton('trash', `Delete ${row.name}`, () => this.remove(row))));
    this.now.hidden = row.status === 'done';
    replace(this.now, el('p', { class: 'ma-run-said', role: 'status' }, el('i', { class: 'ma-dot', dataset: { status: row.status } }), row.status === 'running' ? (row.n_all ? `${row.now}: ${row.n_done} of ${row.n_all} answered.` : 'Loading the model.') : row.failed || 'It was interrupted; its answers are kept.'),
      row.n_all && row.status === 'running' ? el('div', { class: 'ma-progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': String(row.n_all), 'aria-valuenow': String(row.n_done), 'aria-label': 'Progress' }, el('i', { style: `width: ${percent(row.n_done / row.n_all)}` })) : null,
      row.status === 'failed' && row.log ? el('pre', { class: 'ma-log', tabindex: '0' }, row.log) : null);
    this.drawReport(row.report);
  }

  drawReport(it) {
    quiet();
    if (!it) return replace(this.tables);
    this.chart.clear();
    const seen = it.changes.filter((row) => row.group === 'all');
    replace(this.tables,
      el('section', { class: 'ma-panel' }, el('h3', {}, 'Overall'), this.table(['', 'Sound', 'Mark', '95 % interval', 'Fully right', 'Items'], it.overall.map((row) => [row.candidate, row.control, shown(row), interval(row), percent(row.full), `${row.n} from ${many(row.n_songs, 'song')}`])), it.about.rules.map((rule) => el('p', { class: 'ma-quiet' }, `${rule.name}: ${rule.about}`)), it.about.notes.map((note) => el('p', { class: 'ma-notice' }, note))),
      seen.length ? el('section', { class: 'ma-panel' }, el('h3', {}, 'What changed'), this.changes(it.changes)) : null,
      it.hearing.length ? el('section', { class: 'ma-panel' }, el('h3', {}, 'What hearing adds'), el('p', { class: 'ma-quiet' }, 'The same questions with and without the sound. A gain near nothing means that the answers are guessed.'), this.changes(it.hearing, true)) : null,
      it.chart ? el('section', { class: 'ma-wide-chart' }, this.chart.element) : null,
      el('details', { class: 'ma-panel' }, el('summary', {}, el('b', {}, 'By task, skill and kind')), this.table(['', '', 'Who', 'Sound', 'Mark', '95 % interval', 'Items'], it.tasks.map((row) => [row.name, row.group, row.candidate, row.control, shown(row), interval(row), String(row.n)]))),
      ...Object.entries(it.worsened).filter(([, cases]) => cases.length).map(([who, cases]) => this.cases(`Right before, wrong now: ${who}`, cases)),
      ...Object.entries(it.worst).filter(([, cases]) => cases.length).map(([who, cases]) => this.cases(`The ${cases.length} worst of ${who}`, cases)),
      it.failures.length ? el('section', { class: 'ma-panel' }, el('h3', {}, 'Could not be asked'), it.failures.map((row) => el('p', {}, `${row.candidate}: ${many(row.n, 'question')}. ${row.sentences.join(' ')}`))) : null,
      el('p', { class: 'ma-quiet' }, `${many(it.about.n_items, 'item')}; hash of the dataset ${it.about.dataset_hash.slice(0, 12)}; seed ${it.about.seed}.`));
    if (it.chart) this.chart.draw([it.chart]);
  }

  table(heads, rows) {
    return el('div', { class: 'ma-wide' }, el('table', { class: 'ma-table' }, el('thead', {}, el('tr', {}, heads.map((name) => el('th', { scope: 'col' }, name)))),
      el('tbody', {}, rows.map(([first, ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), rest.map((text) => el('td', {}, text)))))));
  }

  changes(rows, named = false) {
    const line = (row) => el('tr', {}, el('th', { scope: 'row' }, named ? `${row.before} → ${row.after}` : row.group === 'all' ? el('b', {}, row.name) : row.name), el('td', {}, named ? '' : row.group === 'all' ? '' : row.group), el('td', {}, `${row.value > 0 ? '+' : ''}${shown(row)}`), el('td', {}, interval(row)),
      el('td', { dataset: { verdict: row.verdict } }, VERDICTS[row.verdict]), el('td', {}, `${row.n_better} better, ${row.n_worse} worse`));
    return el('div', { class: 'ma-wide' }, el('table', { class: 'ma-table' }, el('thead', {}, el('tr', {}, ['', '', 'Difference', '95 % interval', '', 'Items'].map((name) => el('th', { scope: 'col' }, name)))), el('tbody', {}, rows.map(line))));
  }

  cases(title, cases) {
    const said = (name, text, value) => el('div', { class: 'ma-said' }, el('small', {}, value === null || value === undefined ? name : `${name}, ${percent(value)}`), el('p', {}, text || '(nothing)'));
    const card = (it) => el('li', { class: 'ma-example' },
      el('div', { class: 'ma-example-head' }, it.sha && !it.is_variant ? listen(it.sha, it.song, it.start ?? 0, it.end ?? 0) : null, el('span', { class: 'ma-grow' }, el('b', {}, it.song), el('small', {}, [it.artist, it.task].filter(Boolean).join(', '))),
        it.sha && !it.is_variant ? it.references.slice(0, 3).map(([start, end]) => listen(it.sha, it.song, Math.max(0, start - 1), Math.max(end + 1, start + 3))) : null),
      el('p', { class: 'ma-example-question' }, it.question), it.options.length ? el('p', { class: 'ma-quiet' }, it.options.join(' / ')) : null,
      el('div', { class: 'ma-said-pair' }, said('Right', it.answer), it.value_before === null ? null : said('Before', it.said_before, it.value_before), said('Answered', it.said, it.value)));
    return el('details', { class: 'ma-panel' }, el('summary', {}, el('b', {}, title)), el('ol', { class: 'ma-examples' }, cases.map(card)));
  }

  async act(row, action) {
    try {
      await send(`ma/train/reports/${encodeURIComponent(row.name)}/${action}`);
    } catch (error) {
      complain(error);
    }
    this.drawn = '';
    await this.refresh();
  }

  async remove(row) {
    if (await ask(`Delete the report “${row.name}”?`, [], 'Delete it', 'Its answers go too, so another evaluation asks all of them again.')) await this.act(row, 'delete');
  }
}

function shown(row) {
  return row.unit === '%' ? `${row.value.toFixed(1)} %` : String(row.value);
}

function interval(row) {
  return row.low === null ? 'one song only' : `${row.low.toFixed(1)} to ${row.high.toFixed(1)}`;
}
