// The whole track in one strip: waveform, sections under it, the stretch on the screen, loop and playhead.

import { clamp } from '../format.js';
import { el } from '../dom.js';
import { box, Sheet } from './canvas.js';
import { sectionFill } from './colours.js';
import { View } from './view.js';
import { drawWave } from './wave.js';

const HEIGHT = 52;
const STRIP = 7;

export class Overview {
  constructor(player) {
    this.player = player;
    this.element = el('div', { class: 'ma-overview', 'aria-hidden': 'true' }, el('canvas'), el('canvas'));
    [this.still, this.moving] = [...this.element.children].map((canvas) => new Sheet(canvas));
    this.whole = new View(1, 1);
    this.drag = null;
    this.element.addEventListener('pointerdown', (event) => this.press(event));
    this.element.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel']) this.element.addEventListener(name, (event) => this.release(event));
  }

  draw() {
    const { scene } = this.player;
    const width = this.element.clientWidth;
    if (!scene || !width) return;
    this.whole = new View(scene.song.duration, width);
    const context = this.still.resize(width, HEIGHT);
    this.moving.resize(width, HEIGHT);
    this.still.clear();
    drawWave(context, scene.peaks, this.whole, { y: 2, h: HEIGHT - STRIP - 6 }, scene.colours.wave);
    for (const section of scene.song.sections) {
      const x = this.whole.toX(section.s);
      context.fillStyle = sectionFill(section.label, scene.colours.dark);
      box(context, x + 0.5, HEIGHT - STRIP, Math.max(1, this.whole.toX(section.e) - x - 1), STRIP, 3);
      context.fill();
    }
  }

  frame(t, loop) {
    const { scene } = this.player;
    if (!scene || !this.moving.width) return;
    const { context } = this.moving;
    const { colours, view } = scene;
    this.moving.clear();
    const left = this.whole.toX(view.start);
    const right = this.whole.toX(view.end);
    context.fillStyle = colours.ink;
    context.globalAlpha = 0.07;
    context.fillRect(left, 0, right - left, HEIGHT - STRIP - 2);
    context.globalAlpha = 0.35;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    box(context, left + 0.5, 0.5, right - left - 1, HEIGHT - STRIP - 3, 5);
    context.stroke();
    context.fillStyle = colours.accent;
    if (loop) {
      context.globalAlpha = 0.25;
      context.fillRect(this.whole.toX(loop.start), 0, Math.max(2, this.whole.toX(loop.end) - this.whole.toX(loop.start)), HEIGHT);
    }
    context.globalAlpha = 1;
    context.fillRect(this.whole.toX(t) - 1, 0, 2, HEIGHT);
  }

  timeAt(event) {
    return this.whole.toTime(event.clientX - this.element.getBoundingClientRect().left);
  }

  press(event) {
    if (event.button || !this.player.scene) return;
    this.element.setPointerCapture(event.pointerId);
    const { view } = this.player.scene;
    this.drag = { x: event.clientX, moved: false, start: view.start };
  }

  move(event) {
    if (!this.drag) return;
    const dx = event.clientX - this.drag.x;
    if (Math.abs(dx) > 4) this.drag.moved = true;
    if (!this.drag.moved) return;
    const { view } = this.player.scene;
    view.held = true;
    view.set(clamp(this.drag.start + (dx / this.whole.width) * this.whole.duration, 0, view.duration), view.span);
  }

  release(event) {
    if (this.drag && !this.drag.moved && event.type === 'pointerup') this.player.seek(this.timeAt(event), { centre: true });
    this.drag = null;
  }
}
