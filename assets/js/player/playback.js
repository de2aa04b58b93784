// Sound: one <audio> of our own, its clock, speed, and the loop that jumps back.

import { address } from '../api.js';
import { el } from '../dom.js';
import { clamp } from '../format.js';

export const SLOWEST = 0.25;
export const FASTEST = 1.5;
const SHORTEST_LOOP_S = 0.1;
const END_SLACK_S = 0.06; // a loop that ends with the track would be stopped by it

export class Playback {
  constructor({ onstate, onloop, onproblem, ontick }) {
    this.audio = el('audio', { preload: 'auto', playsinline: true });
    this.audio.preservesPitch = true;
    this.loop = null;
    this.rate = 1;
    this.onloop = onloop;
    for (const name of ['play', 'pause', 'seeking', 'seeked', 'waiting', 'playing', 'volumechange']) {
      this.audio.addEventListener(name, onstate);
    }
    this.audio.addEventListener('ended', () => {
      if (this.loop) this.restart();
      onstate();
    });
    this.audio.addEventListener('error', () => this.audio.getAttribute('src') && onproblem(this.audio.error));
    // rAF sleeps in a hidden tab; this slower clock keeps the loop there
    this.audio.addEventListener('timeupdate', () => { this.turn(); ontick(); });
  }

  open(path, duration) {
    this.duration = duration;
    this.setLoop(null);
    this.audio.src = address(path);
    this.setRate(this.rate);
  }

  close() {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.setLoop(null);
  }

  get time() {
    return Math.min(this.audio.currentTime, this.duration ?? Infinity);
  }

  get playing() {
    return !this.audio.paused && !this.audio.ended;
  }

  async play() {
    if (this.loop && (this.time < this.loop.start || this.time >= this.loop.end)) this.audio.currentTime = this.loop.start;
    else if (this.audio.ended) this.audio.currentTime = 0;
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== 'AbortError' && error.name !== 'NotAllowedError') throw error;
    }
  }

  pause() {
    this.audio.pause();
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  seek(t) {
    this.audio.currentTime = clamp(t, 0, this.duration);
  }

  setRate(rate) {
    this.rate = clamp(Math.round(rate * 20) / 20, SLOWEST, FASTEST);
    this.audio.defaultPlaybackRate = this.rate;
    this.audio.playbackRate = this.rate;
  }

  setLoop(loop) {
    if (loop && loop.end - loop.start < SHORTEST_LOOP_S) return;
    this.loop = loop && { start: clamp(loop.start, 0, this.duration), end: clamp(loop.end, 0, this.duration) };
    this.onloop(this.loop);
  }

  // Jumps back when playback has reached the loop's end.
  turn() {
    if (!this.loop || !this.playing) return;
    const end = Math.min(this.loop.end, this.duration - END_SLACK_S);
    if (this.audio.currentTime >= end && !this.audio.seeking) this.audio.currentTime = this.loop.start;
  }

  restart() {
    this.audio.currentTime = this.loop.start;
    this.audio.play();
  }
}
