// Examples one below the other: looked at, listened to, and in a collection approved, edited or rejected.

import { getJson, send } from '../api.js';
import { el, iconButton, replace, write } from '../dom.js';
import { clock } from '../format.js';
import { complain } from '../toast.js';
import { many } from './format.js';
import { listen, quiet } from './sound.js';

const PAGE = 20;
const WAIT_MS = 250;
const REFERENCES = 4;
const STATES = { proposed: 'not looked at', approved: 'approved', edited: 'edited by you', rejected: 'rejected' };

export class Examples {
  // `source` is the address of the examples; `review` sends a decision and is null where nothing can be decided.
  constructor(source, review, decided = () => {}) {
    Object.assign(this, { source, review, decided });
    const choose = (name, label, options) => el('select', { name, 'aria-label': label, onchange: () => this.load(0) }, options.map(([value, text]) => el('option', { value }, text)));
    this.text = el('input', { type: 'search', placeholder: 'Words in song, question or answer', 'aria-label': 'Search examples' });
    this.text.addEventListener('input', () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.load(0), WAIT_MS); });
    this.filters = [
      choose('side', 'Side', [['', 'Learned and held out'], ['train', 'Learned from'], ['held_out', 'Held out']]),
      choose('kind', 'Kind', [['', 'Questions and captions'], ['question', 'Questions'], ['caption', 'Captions']]),
      ...(review ? [choose('state', 'Decision', [['', 'All decisions'], ...Object.entries(STATES)])] : []),
    ];
    this.doubtful = el('input', { type: 'checkbox', onchange: () => this.load(0) });
    this.count = el('p', { class: 'ma-quiet', role: 'status', 'aria-live': 'polite' });
    this.list = el('ol', { class: 'ma-examples' });
    this.more = iconButton('plus', 'Show more examples', () => this.load(this.n), { text: 'Show more', class: 'ma-button ma-more' });
    this.element = el('div', { class: 'ma-panel' }, el('h3', {}, 'Examples'),
      el('div', { class: 'ma-example-bar' }, this.text, this.filters, el('label', { class: 'ma-check' }, this.doubtful, el('span', {}, 'only doubtful ones'))), this.count, this.list, this.more);
  }

  async load(offset = 0) {
    const round = (this.round = (this.round ?? 0) + 1);
    const asked = new URLSearchParams({ offset, limit: PAGE, text: this.text.value.trim(), doubtful: this.doubtful.checked ? '1' : '' });
    for (const box of this.filters) asked.set(box.name, box.value);
    try {
      const { rows, total } = await getJson(`${this.source}?${asked}`);
      if (round !== this.round) return;
      if (!offset) { quiet(); replace(this.list); this.n = 0; }
      this.list.append(...rows.map((row) => this.card(row)));
      this.n += rows.length;
      write(this.count, total ? many(total, 'example') : 'No example fits all of that.');
      this.more.hidden = this.n >= total;
    } catch (error) {
      complain(error);
    }
  }

  card(row) {
    const box = el('li', { class: 'ma-example', dataset: { state: row.state, id: row.id } });
    this.fill(box, row);
    return box;
  }

  fill(box, row) {
    box.dataset.state = row.state;
    const where = row.start !== null && row.end !== null ? `, ${clock(row.start)} to ${clock(row.end)}` : '';
    const badge = (text, kind) => el('span', { class: 'ma-badge', dataset: { kind } }, text);
    replace(box,
      el('div', { class: 'ma-example-head' }, row.is_variant ? null : listen(row.sha, row.song, row.start ?? 0, row.end ?? 0),
        el('span', { class: 'ma-grow' }, el('b', {}, row.song || 'Untitled'), el('small', {}, `${row.task}, ${row.kind_name}${where}`)),
        row.side === 'held_out' ? badge('held out', 'held') : null, row.is_variant ? badge('variant', 'variant') : null, this.review && row.state !== 'proposed' ? badge(STATES[row.state], row.state) : null),
      el('p', { class: 'ma-example-question' }, row.question),
      row.options.length ? el('ul', { class: 'ma-options' }, row.options.map((option) => el('li', { dataset: { right: String(option === row.answer) } }, option, option === row.answer ? el('span', { class: 'ma-hidden' }, ' (right)') : null))) : el('p', { class: 'ma-example-answer' }, row.answer),
      row.references.length ? el('p', { class: 'ma-group' }, el('span', { class: 'ma-quiet' }, 'Heard at'), row.is_variant ? row.references.slice(0, REFERENCES).map(([start]) => clock(start)).join(', ') : row.references.slice(0, REFERENCES).map(([start, end]) => listen(row.sha, row.song, Math.max(0, start - 1), Math.max(end + 1, start + 3), clock(start)))) : null,
      row.thought ? el('details', { class: 'ma-thought' }, el('summary', {}, 'Chain of thought'), el('p', {}, row.thought)) : null,
      row.doubts.length ? el('p', { class: 'ma-example-doubt' }, row.doubts.join(' ')) : null,
      this.review ? this.tools(box, row) : null);
  }

  tools(box, row) {
    const button = (icon, text, state) => iconButton(icon, `${text}: ${row.question}`, () => this.decide(box, row, { state }), { text, 'aria-pressed': String(row.state === state) });
    return el('div', { class: 'ma-group' }, button('check', 'Approve', 'approved'), iconButton('edit', `Edit: ${row.question}`, () => this.edit(box, row), { text: 'Edit' }), button('close', 'Reject', 'rejected'),
      row.state === 'proposed' ? null : iconButton('again', `Take the decision back: ${row.question}`, () => this.decide(box, row, { state: 'proposed' }), { text: 'Take back' }));
  }

  edit(box, row) {
    const area = (value, label, rows) => { const it = el('textarea', { rows, 'aria-label': label, maxlength: 20000 }); it.value = value; return it; };
    const question = area(row.question, 'Question', 2);
    const answer = area(row.answer, 'Answer', row.kind === 'caption' ? 8 : 2);
    replace(box, el('label', { class: 'ma-field' }, el('span', {}, 'Question'), question), el('label', { class: 'ma-field' }, el('span', {}, 'Answer'), answer),
      el('div', { class: 'ma-group' }, iconButton('check', 'Save the edited example', () => this.decide(box, row, { state: 'edited', question: question.value.trim(), answer: answer.value.trim() }), { text: 'Save', class: 'ma-button ma-primary' }),
        iconButton('close', 'Leave it as it was', () => this.fill(box, row), { text: 'Cancel' })));
    answer.focus();
  }

  async decide(box, row, values) {
    try {
      await send(this.review, { example: row.id, sha: row.sha, ...values });
    } catch (error) {
      return complain(error);
    }
    if (values.state === 'proposed') return this.load(0).then(() => this.decided());
    const options = row.options.map((option) => (option === row.answer && values.answer ? values.answer : option));
    this.fill(box, { ...row, options, ...values });
    box.querySelector('.ma-group button')?.focus({ preventScroll: true });
    this.decided();
  }
}
