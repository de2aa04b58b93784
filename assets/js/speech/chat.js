// Conversations about the open track: questions, streamed answers, doors into the music.

import { address, getJson, send } from '../api.js';
import { on } from '../bus.js';
import { el, icon, iconButton, replace } from '../dom.js';
import { clock, day } from '../format.js';
import { recall, remember } from '../memory.js';
import { complain, toast } from '../toast.js';
import { Draft, source, written } from './draft.js';
import { counts, door } from './prose.js';
import { Talk } from './talk.js';
import { modelLine } from './voice.js';

export class Chat {
  constructor() {
    this.pick = el('select', { 'aria-label': 'Conversation', onchange: () => this.open(Number(this.pick.value) || null) });
    this.find = el('input', { type: 'search', placeholder: 'Find in conversations', 'aria-label': 'Find in conversations', oninput: () => this.look() });
    this.found = el('ul', { class: 'ma-found', hidden: true });
    this.save = el('a', { class: 'ma-button', download: '', title: 'Save as Markdown', 'aria-label': 'Save the conversation as Markdown' }, icon('save'));
    this.trash = iconButton('trash', 'Delete the conversation', () => this.remove());
    this.turns = el('div', { class: 'ma-turns', role: 'log', 'aria-label': 'The conversation' });
    this.starters = el('div', { class: 'ma-starters' });
    this.question = el('textarea', { rows: 2, maxlength: 4000, placeholder: 'Ask about this music', 'aria-label': 'Your question', onkeydown: (event) => this.key(event) });
    this.facts = el('input', { type: 'checkbox', checked: recall('facts', true), onchange: () => remember('facts', this.facts.checked) });
    this.thinks = el('input', { type: 'checkbox', onchange: () => remember('think', this.thinks.checked) });
    this.first = el('label', { class: 'ma-check', hidden: true }, this.thinks, el('span', {}, 'Think first'));
    this.looped = el('input', { type: 'checkbox', disabled: true });
    this.scope = el('label', { class: 'ma-check' }, this.looped, el('span', {}, 'About the loop'));
    this.go = iconButton('play', 'Ask', () => this.ask(), { text: 'Ask', class: 'ma-button ma-primary' });
    this.model = el('p', { class: 'ma-quiet' });
    this.element = el('div', { class: 'ma-words' },
      el('div', { class: 'ma-ask-bar' }, this.pick, iconButton('plus', 'New conversation', () => this.open(null), { text: 'New', class: 'ma-button' }), this.save, this.trash, this.find),
      this.found, this.turns, this.starters, this.question,
      el('div', { class: 'ma-ask-bar' }, this.scope, el('label', { class: 'ma-check' }, this.facts, el('span', {}, 'Use measured facts')), this.first, this.go), this.model);
    on('ma:loop', (loop) => this.loopChanged(loop));
    on('ma:voice', () => this.id && this.voice());
  }

  loopChanged(loop) {
    this.loop = loop;
    this.looped.disabled = !loop;
    if (!loop) this.looped.checked = false;
    this.scope.lastChild.textContent = loop ? `About the loop, ${clock(loop.start)} to ${clock(loop.end)}` : 'About the loop';
  }

  async show(song) {
    this.id = song.id;
    this.draft = null;
    this.voice();
    try {
      this.suggested = await getJson(`ma/tracks/${song.id}/starters.json`);
      await this.list();
      await this.open(this.rows[0]?.id ?? null);
      for (const row of await getJson(`ma/tracks/${song.id}/talks.json`)) if (row.kind === 'answer') this.listen(row.id, row.conversation);
    } catch (error) {
      if (this.id === song.id) replace(this.turns, el('p', { class: 'ma-notice', role: 'alert' }, `${error.what ?? 'The conversations could not be read.'} ${error.advice ?? ''}`));
    }
  }

  async voice() {
    this.speaks = await modelLine(this.model);
    this.first.hidden = !this.speaks?.thinks;
    this.weigh();
  }

  // Unless a person has chosen: large models think first, and a tiny one lets what was measured answer.
  weigh() {
    this.thinks.checked = recall('think', null) ?? !this.speaks?.tiny;
    this.first.title = this.speaks?.tiny ? 'It thinks aloud over the measured facts in place of their own answer.' : 'It writes down first how it comes to its answer, which takes longer.';
  }

  frame() {}

  async list() {
    this.rows = await getJson(`ma/tracks/${this.id}/conversations.json`);
    this.shelve();
  }

  shelve() {
    replace(this.pick, el('option', { value: '' }, this.rows.length ? 'New conversation' : 'First conversation'),
      this.rows.map((row) => el('option', { value: row.id }, `${row.title} · ${day(row.updated_at)}`)));
    this.pick.value = this.conversation ?? '';
  }

  async open(conversation) {
    this.conversation = conversation;
    this.pick.value = conversation ?? '';
    this.save.hidden = this.trash.hidden = !conversation;
    if (conversation) this.save.href = address(`ma/conversations/${conversation}/export.md`);
    const rows = conversation ? await getJson(`ma/conversations/${conversation}.json`).catch((error) => { complain(error); return []; }) : [];
    if (conversation !== this.conversation) return;
    replace(this.turns, rows.map(turn));
    this.suggest(rows);
    this.turns.scrollTop = this.turns.scrollHeight;
  }

  suggest(rows) {
    this.starters.hidden = rows.length > 0;
    replace(this.starters, (this.suggested ?? []).map((text) => el('button', { type: 'button', class: 'ma-chip', onclick: () => this.ask(text) }, text)));
  }

  key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.ask();
  }

  async ask(text = this.question.value) {
    if (!text.trim() || this.draft) return;
    const region = this.looped.checked && this.loop ? { start: this.loop.start, end: this.loop.end } : {};
    try {
      const { talk, conversation } = await send(`ma/tracks/${this.id}/ask`, { question: text, conversation: this.conversation, facts: this.facts.checked, think: recall('think', null), ...region });
      this.question.value = '';
      this.starters.hidden = true;
      this.turns.append(turn({ role: 'user', blocks: [{ kind: 'p', spans: [{ t: text }] }], start: region.start ?? null, end: region.end }));
      this.listen(talk, conversation);
    } catch (error) {
      complain(error);
    }
  }

  listen(talkId, conversation) {
    const id = this.id;
    if (conversation) this.conversation = conversation;
    const draft = new Draft('Answer', () => talk.stop().catch(complain));
    this.draft = draft;
    this.turns.append(draft.element);
    this.turns.scrollTop = this.turns.scrollHeight;
    const talk = new Talk(talkId, async (event) => {
      if (id !== this.id) return;
      if (event.type === 'started') this.conversation = event.conversation;
      draft.hear(event);
      this.turns.scrollTop = this.turns.scrollHeight;
      if (event.type === 'failed') draft.fail(event);
      if (event.type !== 'done' && event.type !== 'failed') return;
      this.draft = null;
      await this.list().catch(complain);
      if (event.type === 'done') await this.open(this.conversation);
    });
  }

  async look() {
    const text = this.find.value.trim();
    const rows = text ? await getJson(`ma/conversations.json?text=${encodeURIComponent(text)}`).catch(() => []) : [];
    if (text !== this.find.value.trim()) return;
    this.found.hidden = !text;
    const line = (row) => el('li', {}, el('button', { type: 'button', class: 'ma-text', onclick: () => this.jump(row) }, row.title), el('span', { class: 'ma-quiet' }, ` ${row.track_title} · ${day(row.updated_at)}`));
    replace(this.found, rows.length ? rows.map(line) : el('li', { class: 'ma-quiet' }, 'No conversation says that.'));
  }

  async jump(row) {
    this.find.value = '';
    this.found.hidden = true;
    if (row.track_id === this.id) return this.open(row.id);
    const { openTrack } = await import('../page.js');
    openTrack(row.track_id);
  }

  async remove() {
    const gone = this.conversation;
    this.rows = this.rows.filter((row) => row.id !== gone);
    this.conversation = null;
    this.shelve();
    await this.open(null);
    const timer = setTimeout(() => send(`ma/conversations/${gone}/delete`).catch(complain), 8000);
    toast('The conversation is deleted.', { label: 'Undo', action: async () => { clearTimeout(timer); await this.list(); this.open(gone); } });
  }
}

function turn(row) {
  if (row.role === 'user') {
    const region = row.start === null || row.start === undefined ? null : el('span', { class: 'ma-quiet' }, `about ${clock(row.start)} to ${clock(row.end)}`);
    return el('article', { class: 'ma-turn', dataset: { role: 'user' } }, written(row), region);
  }
  const evidence = row.evidence?.length ? el('p', { class: 'ma-evidence' }, 'Hear it: ', row.evidence.map((place) => door(place.t, place.seek))) : null;
  return el('article', { class: 'ma-turn', dataset: { role: 'assistant' } }, source(row), written(row), evidence, row.measured ? null : counts(row.counts));
}
