// The buttons: play, steps, speed, loop, volume, zoom.

import { el, icon, iconButton, replace, write } from '../dom.js';
import { clock } from '../format.js';
import { recall, remember } from '../memory.js';
import { FASTEST, SLOWEST } from './playback.js';

export class Transport {
  constructor(player) {
    this.player = player;
    this.play = iconButton('play', 'Play (Space)', () => player.playback.toggle(), { class: 'ma-button ma-play' });
    this.rate = slider('Speed', { min: SLOWEST, max: FASTEST, step: 0.05, value: 1 }, (value) => player.setRate(value));
    this.rateText = el('button', { type: 'button', class: 'ma-button ma-text ma-rate', title: 'Back to full speed', onclick: () => player.setRate(1) }, '100 %');
    this.volume = slider('Volume', { min: 0, max: 1, step: 0.01, value: recall('volume', 1) }, (value) => this.setVolume(value));
    this.mute = iconButton('volume', 'Mute', () => { player.playback.audio.muted = !player.playback.audio.muted; });
    this.snap = toggle('snap', 'Snap loops to beats', player.snapping, (on) => player.setSnap(on));
    this.follow = toggle('follow', 'Follow playback (F)', player.following, (on) => player.setFollow(on));
    this.players = toggle('players', 'What plays when (I)', !player.folded, (on) => player.setFolded(!on));
    this.loopText = el('span', { class: 'ma-loop-text', 'aria-live': 'polite' });
    this.clear = iconButton('close', 'No loop (Esc)', () => player.playback.setLoop(null), { hidden: true });
    this.element = el('div', { class: 'ma-transport', role: 'toolbar', 'aria-label': 'Playback' },
      this.steps(), this.loops(), this.speeds(), this.sights());
    this.setVolume(recall('volume', 1));
  }

  steps() {
    const { player } = this;
    return el('div', { class: 'ma-group ma-steps' },
      iconButton('start', 'To the start (Home)', () => player.seek(0)),
      iconButton('back', 'Back one bar (Shift ←)', () => player.step(-1, true)),
      this.play,
      iconButton('forward', 'Forward one bar (Shift →)', () => player.step(1, true)));
  }

  loops() {
    const { player } = this;
    return el('div', { class: 'ma-group' },
      iconButton('loop', 'Loop this section (L)', () => player.loopSection(), { text: 'Section' }),
      edge('A', 'Loop starts here ([)', () => player.loopEdge('start')),
      edge('B', 'Loop ends here (])', () => player.loopEdge('end')),
      this.snap, this.loopText, this.clear);
  }

  speeds() {
    return el('div', { class: 'ma-group' },
      el('span', { class: 'ma-label', 'aria-hidden': 'true' }, 'Speed'), this.rate, this.rateText,
      el('span', { class: 'ma-volume' }, this.mute, this.volume));
  }

  sights() {
    const { player } = this;
    return el('div', { class: 'ma-group ma-end' },
      this.players,
      this.follow,
      iconButton('minus', 'Zoom out (−)', () => player.zoom(1.5)),
      iconButton('fit', 'Whole track (0)', () => player.scene?.view.fit()),
      iconButton('plus', 'Zoom in (+)', () => player.zoom(1 / 1.5)),
      iconButton('help', 'Keys and gestures (?)', () => player.help.open()));
  }

  setVolume(value) {
    this.player.playback.audio.volume = value;
    remember('volume', value);
  }

  update() {
    const { playback } = this.player;
    const { playing } = playback;
    if (this.wasPlaying !== playing) {
      this.wasPlaying = playing;
      replace(this.play, icon(playing ? 'pause' : 'play'));
      this.play.setAttribute('aria-label', playing ? 'Pause (Space)' : 'Play (Space)');
      this.play.title = this.play.getAttribute('aria-label');
    }
    if (this.wasMuted !== playback.audio.muted) {
      this.wasMuted = playback.audio.muted;
      replace(this.mute, icon(this.wasMuted ? 'muted' : 'volume'));
      this.mute.setAttribute('aria-pressed', String(this.wasMuted));
    }
    this.rate.value = playback.rate;
    write(this.rateText, `${Math.round(playback.rate * 100)} %`);
    press(this.snap, this.player.snapping);
    press(this.follow, this.player.following);
    press(this.players, !this.player.folded);
  }

  show(song) {
    this.players.hidden = !song.instruments.length;
  }

  showLoop(loop) {
    const { song } = this.player.scene ?? {};
    this.clear.hidden = !loop;
    if (!loop || !song) return write(this.loopText, '');
    const bars = song.place(loop.start) && song.place(loop.end - 0.01);
    const words = bars ? `bars ${song.place(loop.start)}–${song.place(loop.end - 0.01)}` : '';
    return write(this.loopText, [words, `${clock(loop.start, true)}–${clock(loop.end, true)}`].filter(Boolean).join(' · '));
  }
}

function slider(label, { min, max, step, value }, moved) {
  const input = el('input', { type: 'range', min, max, step, value, 'aria-label': label, title: label });
  input.addEventListener('input', () => moved(Number(input.value)));
  input.addEventListener('pointerup', () => setTimeout(() => input.blur()));
  return input;
}

function toggle(name, label, pressed, changed) {
  const button = iconButton(name, label, () => changed(button.getAttribute('aria-pressed') !== 'true'));
  press(button, pressed);
  return button;
}

function press(button, pressed) {
  button.setAttribute('aria-pressed', String(pressed));
}

function edge(letter, label, onclick) {
  const button = el('button', { type: 'button', class: 'ma-button ma-edge', title: label, 'aria-label': label }, letter);
  button.addEventListener('click', (event) => {
    if (event.detail > 0) button.blur();
    onclick();
  });
  return button;
}
