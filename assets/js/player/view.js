// The stretch of time on the screen. Seconds and CSS pixels; everything it does stays inside [0, duration].

import { clamp } from '../format.js';

export const SHORTEST_S = 1.5;
const PAGE_AT = 0.92; // playback that far right turns the page
const PAGE_TO = 0.08;

export class View {
  constructor(duration, width, onchange = () => {}) {
    this.duration = Math.max(duration, 0.1);
    this.width = Math.max(1, width);
    this.start = 0;
    this.span = this.duration;
    this.held = false; // a person scrolled away from playback
    this.onchange = onchange;
  }

  get end() {
    return this.start + this.span;
  }

  get secondsPerPixel() {
    return this.span / this.width;
  }

  toX(t) {
    return ((t - this.start) / this.span) * this.width;
  }

  toTime(x) {
    return clamp(this.start + (x / this.width) * this.span, 0, this.duration);
  }

  set(start, span) {
    const newSpan = clamp(span, Math.min(SHORTEST_S, this.duration), this.duration);
    const newStart = clamp(start, 0, this.duration - newSpan);
    if (newSpan === this.span && newStart === this.start) return;
    this.span = newSpan;
    this.start = newStart;
    this.onchange();
  }

  resize(width) {
    if (width === this.width || width < 1) return;
    this.width = width;
    this.onchange();
  }

  // factor > 1 shows more time; the time under `anchor` stays where it is.
  zoom(factor, anchor) {
    const share = (anchor - this.start) / this.span;
    const span = clamp(this.span * factor, Math.min(SHORTEST_S, this.duration), this.duration);
    this.set(anchor - share * span, span);
  }

  pan(seconds) {
    this.held = true;
    this.set(this.start + seconds, this.span);
  }

  fit() {
    this.set(0, this.duration);
  }

  shows(t) {
    return t >= this.start && t <= this.end;
  }

  // Makes a time visible, near the left edge when it was not.
  reveal(t) {
    this.held = false;
    if (!this.shows(t)) this.set(t - PAGE_TO * this.span, this.span);
  }

  // Turns the page when playback reaches its right edge, unless a person looks elsewhere.
  follow(t) {
    const x = (t - this.start) / this.span;
    if (this.held) {
      this.held = x < 0 || x > PAGE_AT;
      return;
    }
    if (x > PAGE_AT && this.end < this.duration - 1e-6) this.set(t - PAGE_TO * this.span, this.span);
    else if (x < 0 || x > 1) this.set(t - PAGE_TO * this.span, this.span);
  }
}
