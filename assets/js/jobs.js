// The list of work: what waits, runs, failed or is ready. Read again and again from the studio, so that a refreshed page
// finds everything as it was.

import { getJson, post } from './api.js';
import { emit, on } from './bus.js';
import { el, iconButton, replace, write } from './dom.js';
import { percent } from './format.js';
import { currentTrack, openTrack } from './page.js';
import { complain } from './toast.js';

const ACTIVE = ['queued', 'running'];
const BUSY_MS = 500;
const IDLE_MS = 6000;
const LOST_MS = 3000;
const FEW = 3; // more cards than this fold into one line, and any while a song is open
const MINE = 'ma.mine'; // jobs started in this window; they open by themselves, also after a refresh

class Jobs {
  constructor(element) {
    this.list = el('ul', { class: 'ma-jobs', 'aria-label': 'Analyses' });
    this.lost = el('p', { class: 'ma-notice', role: 'status', hidden: true }, 'The studio does not answer at the moment. This page goes on when it is back.');
    this.count = el('span', {});
    this.summary = el('summary', { class: 'ma-work-count', onclick: () => { this.chosen = !this.fold.open; } }, this.count);
    this.clear = iconButton('close', 'Dismiss all that ended', () => this.dismissAll(), { text: 'Dismiss all', class: 'ma-button ma-text' });
    this.fold = el('details', { class: 'ma-work' }, this.summary, this.list);
    this.work = el('div', { class: 'ma-work-box', hidden: true }, this.fold, this.clear);
    replace(element, this.lost, this.work);
    this.cards = new Map();
    this.refused = new Map();
    this.mine = new Set(this.kept());
    this.done = null; // ids known to be done, to notice new ones
    on('ma:jobs', (news) => this.hear(news));
    on('ma:open', () => { this.chosen = null; this.foldUp(); });
    on('ma:close', () => { this.chosen = null; this.foldUp(); });
    document.addEventListener('visibilitychange', () => document.hidden || this.poll());
    this.poll();
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(MINE) ?? '[]');
    } catch {
      return [];
    }
  }

  keep() {
    try {
      sessionStorage.setItem(MINE, JSON.stringify([...this.mine]));
    } catch {
      // without storage a refresh forgets which jobs are this window's
    }
  }

  hear({ started = [], refused = [] }) {
    for (const id of started) this.mine.add(id);
    this.keep();
    if (refused.length) this.chosen = true; // why a file was refused must be seen
    refused.forEach((row, index) => this.refused.set(`refused-${Date.now()}-${index}`, { ...row, state: 'failed', label: 'Did not work' }));
    this.poll();
  }

  async poll() {
    clearTimeout(this.timer);
    const round = (this.round = (this.round ?? 0) + 1);
    let wait = IDLE_MS;
    try {
      const jobs = await getJson('ma/jobs.json');
      if (round !== this.round) return;
      this.lost.hidden = true;
      this.draw(jobs);
      this.notice(jobs);
      if (jobs.some((job) => ACTIVE.includes(job.state))) wait = BUSY_MS;
    } catch {
      if (round !== this.round) return;
      this.lost.hidden = false;
      wait = LOST_MS;
    }
    this.timer = setTimeout(() => this.poll(), document.hidden ? IDLE_MS : wait);
  }

  // A job that ended since the last look: the library changed, and the first of this window's own opens.
  notice(jobs) {
    const done = new Set(jobs.filter((job) => job.state === 'done').map((job) => job.id));
    const fresh = [...done].filter((id) => this.done && !this.done.has(id));
    const started = jobs.find((job) => done.has(job.id) && this.mine.has(job.id) && job.track_id);
    this.done = done;
    if (fresh.length) emit('ma:library');
    if (jobs.some((job) => job.state === 'failed' && this.mine.has(job.id))) { this.chosen = true; this.foldUp(); }
    for (const job of jobs) if (!ACTIVE.includes(job.state)) this.mine.delete(job.id);
    this.keep();
    const now = window.__ma?.state() ?? {};
    if (now.playing) return;
    const again = jobs.find((job) => fresh.includes(job.id) && job.track_id && job.track_id === now.id);
    if (again) openTrack(again.track_id, { t: now.time, push: false }); // measured anew
    if (!started) return;
    this.mine.clear(); // the others of a heap of files wait for a click
    this.keep();
    if (currentTrack()?.id !== started.track_id) openTrack(started.track_id);
    post(`ma/jobs/${started.id}/dismiss`).then(() => this.poll(), () => {});
  }

  draw(jobs) {
    const rows = [...jobs].reverse().map((job) => [`job-${job.id}`, job]);
    const all = [...this.refused, ...rows];
    const wanted = new Set(all.map(([key]) => key));
    for (const [key, card] of this.cards) if (!wanted.has(key)) { card.element.remove(); this.cards.delete(key); }
    all.forEach(([key, job], index) => {
      if (!this.cards.has(key)) this.cards.set(key, new Card(this, key, job));
      const card = this.cards.get(key);
      card.show(job);
      if (this.list.children[index] !== card.element) this.list.insertBefore(card.element, this.list.children[index] ?? null);
    });
    this.foldUp();
  }

  // Few cards stand open; many, or any while a song is open, are one line that unfolds.
  foldUp() {
    const states = [...this.cards.values()].map((card) => card.job.state);
    const many = states.length > FEW || (states.length > 0 && currentTrack() !== null);
    const count = (names, word) => { const n = states.filter((state) => names.includes(state)).length; return n ? `${n} ${word}` : null; };
    const ended = states.filter((state) => !ACTIVE.includes(state)).length;
    write(this.count, [count(ACTIVE, 'being analysed'), count(['done'], 'ready'), count(['failed', 'interrupted'], 'did not work'), count(['cancelled'], 'cancelled')].filter(Boolean).join(' · '));
    this.work.hidden = states.length === 0;
    this.summary.hidden = !many;
    this.clear.hidden = !many || ended < 2;
    this.fold.open = many ? this.chosen ?? false : true;
  }

  async dismissAll() {
    for (const [key, card] of [...this.cards]) {
      if (ACTIVE.includes(card.job.state)) continue;
      if (card.job.id) await post(`ma/jobs/${card.job.id}/dismiss`).catch(complain);
      else this.forget(key);
    }
    this.poll();
  }

  async act(job, action) {
    try {
      await post(`ma/jobs/${job.id}/${action}`);
      if (action === 'retry') { this.mine.add(job.id); this.keep(); }
    } catch (error) {
      complain(error);
    }
    this.poll();
  }

  forget(key) {
    this.refused.delete(key);
    this.cards.get(key)?.element.remove();
    this.cards.delete(key);
    this.foldUp();
  }
}

class Card {
  constructor(jobs, key, job) {
    this.jobs = jobs;
    this.key = key;
    this.name = el('b', { class: 'ma-job-name' });
    this.stage = el('span', { class: 'ma-quiet' });
    this.words = el('p', { class: 'ma-job-words' });
    this.fill = el('i');
    this.bar = el('div', { class: 'ma-progress', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-label': `Analysis of ${job.name}` }, this.fill);
    this.buttons = el('div', { class: 'ma-group' });
    this.element = el('li', { class: 'ma-job' }, el('div', { class: 'ma-job-head' }, this.name, this.stage), this.bar, this.words, this.buttons);
  }

  show(job) {
    this.job = job;
    const active = ACTIVE.includes(job.state);
    const share = percent(job.fraction ?? 0);
    write(this.name, job.name);
    write(this.stage, job.state === 'running' ? `${job.stage || job.label} · ${share}` : job.label);
    this.bar.hidden = !active;
    this.fill.style.width = `${(job.fraction ?? 0) * 100}%`;
    this.bar.setAttribute('aria-valuenow', Math.round((job.fraction ?? 0) * 100));
    this.bar.setAttribute('aria-valuetext', `${job.stage || job.label}, ${share}`);
    write(this.words, active ? '' : [job.what, job.advice].filter(Boolean).join(' '));
    this.words.hidden = !this.words.textContent;
    if (this.state === job.state) return;
    this.state = job.state;
    this.element.dataset.state = job.state;
    if (job.state === 'failed') this.words.setAttribute('role', 'alert');
    replace(this.buttons, this.actions(job, active));
  }

  actions(job, active) {
    const button = (name, text, action) => iconButton(name, `${text}: ${job.name}`, action, { text, class: 'ma-button ma-text' });
    if (active) return [button('close', 'Cancel', () => this.jobs.act(this.job, 'cancel'))];
    const dismiss = button('close', 'Dismiss', () => (job.id ? this.jobs.act(this.job, 'dismiss') : this.jobs.forget(this.key)));
    if (job.state === 'done') return [button('play', 'Open', () => { openTrack(this.job.track_id); this.jobs.act(this.job, 'dismiss'); }), dismiss];
    return [job.id ? button('again', 'Try again', () => this.jobs.act(this.job, 'retry')) : null, dismiss];
  }
}

export function mount(element) {
  return new Jobs(element);
}

// What a Gradio upload told: ids of new jobs, and files that were refused with their sentence.
export function report(news) {
  if (news && (news.started?.length || news.refused?.length)) emit('ma:jobs', news);
}
