// Mouse, pen and touch on the timeline. Mouse: click seeks, drag loops, wheel with Ctrl zooms. Touch: tap seeks,
// one finger scrolls, two zoom, a long press and drag loops.

import { instrumentAt } from './players.js';

const SLOP = 4;
const HANDLE_REACH = { mouse: 6, pen: 10, touch: 16 };
const LONG_PRESS_MS = 380;

export class Pointer {
  constructor(player, element) {
    this.player = player;
    this.element = element;
    this.touches = new Map();
    this.gesture = null;
    element.addEventListener('pointerdown', (event) => this.press(event));
    element.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel']) element.addEventListener(name, (event) => this.release(event));
    element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    element.addEventListener('dblclick', (event) => this.double(event));
    element.addEventListener('pointerleave', () => this.player.tip.hide());
    element.addEventListener('contextmenu', (event) => this.gesture?.kind === 'loop' && event.preventDefault());
  }

  place(event) {
    const frame = this.element.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  }

  handleAt(x, type) {
    const { loop } = this.player.playback;
    if (!loop) return null;
    const { view } = this.player.scene;
    const reach = HANDLE_REACH[type] ?? 8;
    for (const edge of ['end', 'start']) if (Math.abs(view.toX(loop[edge]) - x) <= reach) return edge;
    return null;
  }

  laneAt(y) {
    for (const [name, { y: top, h }] of Object.entries(this.player.scene.lanes)) if (y >= top && y < top + h) return name;
    return null;
  }

  press(event) {
    if (event.button || !this.player.scene) return;
    this.element.setPointerCapture(event.pointerId);
    const { x, y } = this.place(event);
    this.player.tip.hide();
    if (event.pointerType === 'touch') {
      this.touches.set(event.pointerId, x);
      if (this.touches.size === 2) return this.startPinch();
    }
    const edge = this.handleAt(x, event.pointerType);
    const { view } = this.player.scene;
    const { loop } = this.player.playback;
    this.gesture = { kind: edge ? 'handle' : 'press', x, y, from: view.toTime(x), start: view.start };
    if (edge) this.gesture.fixed = edge === 'start' ? loop.end : loop.start;
    else if (event.pointerType === 'touch') this.gesture.timer = setTimeout(() => this.startLoop(), LONG_PRESS_MS);
  }

  startLoop() {
    if (this.gesture?.kind !== 'press') return;
    this.gesture.kind = 'loop';
    navigator.vibrate?.(15);
  }

  startPinch() {
    clearTimeout(this.gesture?.timer);
    const [a, b] = [...this.touches.values()];
    const { view } = this.player.scene;
    this.gesture = { kind: 'pinch', apart: Math.max(8, Math.abs(a - b)), span: view.span, at: view.toTime((a + b) / 2) };
  }

  move(event) {
    if (!this.player.scene) return;
    const { x, y } = this.place(event);
    if (this.touches.has(event.pointerId)) this.touches.set(event.pointerId, x);
    const { gesture } = this;
    if (!gesture) return this.hover(x, y, event);
    const { view } = this.player.scene;
    if (gesture.kind === 'pinch') return this.pinch();
    if (gesture.kind === 'press' && Math.abs(x - gesture.x) > SLOP) {
      clearTimeout(gesture.timer);
      gesture.kind = event.pointerType === 'touch' ? 'scroll' : 'loop';
    }
    if (gesture.kind === 'scroll') {
      view.held = true;
      view.set(gesture.start - (x - gesture.x) * view.secondsPerPixel, view.span);
    } else if (gesture.kind === 'loop') {
      this.player.loopBetween(gesture.from, view.toTime(x), event.altKey);
    } else if (gesture.kind === 'handle') {
      this.player.loopBetween(gesture.fixed, view.toTime(x), event.altKey);
    }
  }

  pinch() {
    if (this.touches.size < 2) return;
    const [a, b] = [...this.touches.values()];
    const { view } = this.player.scene;
    const span = (this.gesture.span * this.gesture.apart) / Math.max(8, Math.abs(a - b));
    view.set(this.gesture.at - ((a + b) / 2 / view.width) * span, span);
    view.held = true;
  }

  hover(x, y, event) {
    if (event.pointerType === 'touch') return;
    const handle = this.handleAt(x, event.pointerType);
    const lane = this.laneAt(y);
    this.element.style.cursor = handle ? 'ew-resize' : ['chords', 'sections', 'keys', 'instruments'].includes(lane) ? 'pointer' : 'crosshair';
    this.player.tip.show(x, y, lane);
  }

  release(event) {
    this.touches.delete(event.pointerId);
    const { gesture } = this;
    if (!gesture) return;
    clearTimeout(gesture.timer);
    if (gesture.kind === 'pinch' && this.touches.size) return;
    this.gesture = null;
    if (gesture.kind === 'press' && event.type === 'pointerup') this.click(gesture);
  }

  // In the section and chord lanes a click goes to where that section or chord begins, among the instruments to where
  // that one begins to play; the folded row unfolds.
  click({ y, from }) {
    const { song } = this.player.scene;
    const lane = this.laneAt(y);
    if (lane === 'instruments') return this.clickInstrument(y, from);
    const index = lane === 'chords' || lane === 'sections' ? song.at(lane, from) : -1;
    this.player.seek(index >= 0 ? song[lane][index].s : from);
  }

  clickInstrument(y, from) {
    const { scene } = this.player;
    if (scene.folded) return this.player.setFolded(false);
    const row = instrumentAt(scene, y);
    const part = row?.parts[scene.song.partAt(row, from)];
    this.player.seek(part ? part.s : from);
  }

  double(event) {
    const { x, y } = this.place(event);
    if (!this.player.scene || this.laneAt(y) !== 'sections') return;
    const { song, view } = this.player.scene;
    const index = song.at('sections', view.toTime(x));
    if (index >= 0) this.player.loopSection(index);
  }

  wheel(event) {
    if (!this.player.scene) return;
    const { view } = this.player.scene;
    const sideways = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      view.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.012), view.toTime(this.place(event).x));
    } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      event.preventDefault();
      view.pan(sideways * view.secondsPerPixel);
    }
  }
}
