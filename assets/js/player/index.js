// The player: one track on one time axis, locked to its sound. Mounted once, by its gr.HTML.

import { getBytes, getJson } from '../api.js';
import { emit, on } from '../bus.js';
import { el, iconButton, replace } from '../dom.js';
import { clock } from '../format.js';
import { recall, remember } from '../memory.js';
import { closeTrack, currentTrack } from '../page.js';
import { Sheet } from './canvas.js';
import { readColours } from './colours.js';
import { drawCursor } from './cursor.js';
import { Details } from './details.js';
import { Frames } from './frames.js';
import { Help } from './help.js';
import { listen } from './keyboard.js';
import { drawLanes, layout } from './lanes.js';
import { tellSystem } from './media.js';
import { Now } from './now.js';
import { Overview } from './overview.js';
import { Playback } from './playback.js';
import { Pointer } from './pointer.js';
import { Peaks, Song } from './song.js';
import { Tip } from './tip.js';
import { Title } from './title.js';
import { Transport } from './transport.js';
import { View } from './view.js';

const COMPACT_PX = 600;
const FIRST_SPAN_S = { wide: 30, compact: 12 };

class Player {
  constructor(element) {
    this.scene = null; // {song, peaks, view, colours, lanes, height} while a track is open
    this.following = recall('follow', true);
    this.snapping = recall('snap', true);
    this.folded = recall('instruments-folded', false);
    this.playback = new Playback({
      onstate: () => { this.transport?.update(); this.frames?.wake(); },
      onloop: (loop) => this.loopChanged(loop),
      onproblem: () => this.fail({ what: 'The sound of this track cannot be played.', advice: 'Re-analyse it from the Library, or add the file again.' }),
      ontick: () => this.tick(),
    });
    this.build(element);
    this.frames = new Frames(() => this.frame(), () => this.playback.playing);
    new ResizeObserver(() => this.resize()).observe(this.stage);
    on('ma:open', (asked) => this.open(asked));
    on('ma:close', () => this.close());
    on('ma:seek', ({ t, play }) => { this.seek(t); if (play) this.playback.play(); });
    on('ma:theme', () => this.recolour());
    document.addEventListener('visibilitychange', () => this.frames.wake());
    listen(this);
    if (currentTrack()) this.open(currentTrack());
  }

  build(element) {
    this.title = new Title(this);
    this.now = new Now();
    this.overview = new Overview(this);
    this.tip = new Tip(this);
    this.help = new Help();
    this.still = new Sheet(el('canvas', { class: 'ma-still' }));
    this.moving = new Sheet(el('canvas', { class: 'ma-moving' }));
    this.stage = el('div', {
      class: 'ma-stage', tabindex: '0', role: 'slider', 'aria-label': 'Position in the track', 'aria-valuemin': '0',
      'aria-describedby': 'ma-stage-hint',
    }, this.still.canvas, this.moving.canvas, this.tip.element);
    const hint = el('p', { id: 'ma-stage-hint', class: 'ma-hidden' }, 'Space plays. Arrows move by beats, with Shift by bars. Question mark lists all keys. The same data stands in the table below.');
    this.transport = new Transport(this);
    this.details = new Details(this);
    this.notice = el('div', { class: 'ma-player-notice' });
    this.body = el('div', { class: 'ma-player-body' }, this.title.element, this.now.element,
      el('div', { class: 'ma-timeline' }, this.overview.element, this.stage, hint, this.transport.element), this.details.element);
    replace(element, el('div', { class: 'ma-player' }, this.notice, this.body, this.help.element, this.playback.audio));
    this.element = element.firstChild;
    this.pointer = new Pointer(this, this.stage);
  }

  // Opening and closing

  async open({ id, t, play }) {
    this.asked = id;
    this.playback.close();
    this.scene = null;
    this.say('loading');
    try {
      const [view, peaks] = await Promise.all([getJson(`ma/tracks/${id}/view.json`), getBytes(`ma/tracks/${id}/peaks.bin`)]);
      if (this.asked !== id) return;
      this.present(new Song(view), new Peaks(peaks), t, play);
    } catch (error) {
      if (this.asked === id) this.fail(error);
    }
  }

  present(song, peaks, t, play) {
    this.say('open');
    const width = this.stage.clientWidth || 800;
    const compact = width < COMPACT_PX;
    const view = new View(song.duration, width, () => { this.redraw = true; this.frames.wake(); });
    this.scene = { song, peaks, view, colours: readColours(this.element), ...layout(song, compact, this.folded) };
    view.set(t - 2, Math.min(song.duration, compact ? FIRST_SPAN_S.compact : FIRST_SPAN_S.wide));
    this.stage.setAttribute('aria-valuemax', song.duration.toFixed(1));
    this.playback.open(`ma/tracks/${song.id}/audio`, song.duration);
    if (t) this.playback.seek(t);
    this.title.show(song);
    this.transport.show(song);
    this.now.show(song);
    this.details.show(song);
    this.resize();
    tellSystem(song, this);
    emit('ma:track', { id: song.id, title: song.title, duration: song.duration });
    if (play) this.playback.play();
  }

  close() {
    this.asked = null;
    this.playback.close();
    this.scene = null;
    this.say('closed');
  }

  say(state) {
    this.element.dataset.state = state;
    replace(this.notice, state === 'loading' ? el('div', { class: 'ma-skeleton', role: 'status' }, el('span', { class: 'ma-hidden' }, 'Opening the track'), el('i'), el('i'), el('i')) : null);
  }

  fail(error) {
    this.playback.pause();
    this.element.dataset.state = 'failed';
    if (!error.what) console.error(error);
    replace(this.notice, el('div', { class: 'ma-failed', role: 'alert' },
      el('h2', {}, error.what ?? 'This track cannot be shown.'), el('p', {}, error.advice ?? 'Reload the page; if it stays so, re-analyse the track.'),
      el('div', { class: 'ma-group' },
        iconButton('again', 'Try again', () => currentTrack() && this.open(currentTrack()), { text: 'Try again' }),
        iconButton('close', 'Close', () => closeTrack(), { text: 'Close' }))));
  }

  // Drawing

  resize() {
    const width = this.stage.clientWidth;
    if (!this.scene || !width) return;
    Object.assign(this.scene, layout(this.scene.song, width < COMPACT_PX, this.folded));
    this.stage.style.height = `${this.scene.height}px`;
    this.still.resize(width, this.scene.height);
    this.moving.resize(width, this.scene.height);
    this.scene.view.resize(width);
    this.overview.draw();
    this.redraw = true;
    this.frames.wake();
  }

  recolour() {
    if (!this.scene) return;
    this.scene.colours = readColours(this.element);
    this.overview.draw();
    this.redraw = true;
    this.frames.wake();
  }

  frame() {
    if (!this.scene) return;
    this.playback.turn();
    const t = this.playback.time;
    if (this.following && this.playback.playing && !this.pointer.gesture) this.scene.view.follow(t);
    if (this.redraw) {
      this.redraw = false;
      const from = performance.now();
      drawLanes(this.still.context, this.scene);
      this.redrawMs = performance.now() - from;
    }
    drawCursor(this.moving, this.scene, t, this.playback.loop);
    this.overview.frame(t, this.playback.loop);
    this.now.frame(t, this.playback.playing);
    this.details.frame(t, this.following && this.playback.playing);
    emit('ma:time', { t, playing: this.playback.playing });
  }

  // Four times a second: what a screen reader is told.
  tick() {
    if (!this.scene) return;
    const t = this.playback.time;
    const chord = this.scene.song.chords[this.scene.song.at('chords', t)];
    const place = this.scene.song.place(t);
    this.stage.setAttribute('aria-valuenow', t.toFixed(1));
    this.stage.setAttribute('aria-valuetext', [clock(t), place && `bar ${place}`, chord && this.scene.song.spoken[chord.name]].filter(Boolean).join(', '));
  }

  // What a person does

  seek(t, { centre = false } = {}) {
    if (!this.scene) return;
    const { view } = this.scene;
    this.playback.seek(t);
    view.reveal(t);
    if (centre && (t < view.start + view.span * 0.1 || t > view.end - view.span * 0.1)) view.set(t - view.span / 2, view.span);
    this.tick();
    this.frames.wake();
  }

  step(direction, byBar) {
    if (this.scene) this.seek(this.scene.song.step(this.playback.time, direction, byBar));
  }

  zoom(factor) {
    if (!this.scene) return;
    const { view } = this.scene;
    const t = this.playback.time;
    view.zoom(factor, view.shows(t) ? t : view.start + view.span / 2);
  }

  setRate(rate) {
    this.playback.setRate(rate);
    this.transport.update();
  }

  setFollow(following) {
    this.following = following;
    remember('follow', following);
    if (following && this.scene) this.scene.view.reveal(this.playback.time);
    this.transport.update();
  }

  setSnap(snapping) {
    this.snapping = snapping;
    remember('snap', snapping);
    this.transport.update();
  }

  setFolded(folded) {
    this.folded = folded;
    remember('instruments-folded', folded);
    this.transport.update();
    this.resize();
  }

  loopBetween(a, b, free = false) {
    const snap = (t) => (this.snapping && !free ? this.scene.song.snap(t) : t);
    this.playback.setLoop({ start: snap(Math.min(a, b)), end: snap(Math.max(a, b)) });
  }

  loopEdge(edge) {
    if (!this.scene) return;
    const { song } = this.scene;
    const t = this.snapping ? song.snap(this.playback.time) : this.playback.time;
    const { loop } = this.playback;
    const start = edge === 'start' ? t : loop && loop.start < t ? loop.start : 0;
    const end = edge === 'end' ? t : loop && loop.end > t ? loop.end : song.duration;
    this.playback.setLoop({ start, end });
  }

  loopSection(index = this.scene?.song.at('sections', this.playback.time) ?? -1) {
    if (!this.scene) return;
    const { song } = this.scene;
    const span = song.sections[index] ?? { s: 0, e: song.duration };
    this.playback.setLoop({ start: span.s, end: span.e });
  }

  loopChanged(loop) {
    this.transport?.showLoop(loop);
    this.frames?.wake();
    emit('ma:loop', loop);
  }

  state() {
    const { scene, playback } = this;
    if (!scene) return { open: false, state: this.element.dataset.state };
    const t = playback.time;
    const { song, view } = scene;
    const named = (lane) => song[lane][song.at(lane, t)]?.name ?? null;
    return {
      open: true, id: song.id, time: t, playing: playback.playing, rate: playback.rate, loop: playback.loop,
      chord: named('chords'), next: song.chords[song.nextChord(t)]?.name ?? null, section: named('sections'), key: named('keys'),
      place: song.place(t), plays: song.playing(t).map((row) => row.name), folded: scene.folded, view: { start: view.start, span: view.span }, snapping: this.snapping, following: this.following,
      redrawMs: this.redrawMs, lanes: scene.lanes,
    };
  }
}

export function mount(element) {
  const player = new Player(element);
  window.__ma = {
    get ready() { return player.scene !== null; },
    get audio() { return player.playback.audio; },
    get view() { return player.scene?.view ?? null; },
    fps: () => player.frames.rate(),
    state: () => player.state(),
  };
  return player;
}
