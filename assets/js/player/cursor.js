// What moves: playhead, loop, and the chord that sounds. Drawn each frame on its own canvas over the still picture.

import { box } from './canvas.js';

const HANDLE = 5;

export function drawCursor(sheet, scene, t, loop) {
  sheet.clear();
  const { context } = sheet;
  const { view, colours, lanes, height } = scene;
  if (loop) drawLoop(context, scene, loop);
  const chord = lanes.chords ? scene.song.at('chords', t) : -1;
  if (chord >= 0) {
    const { s, e } = scene.song.chords[chord];
    const left = Math.max(view.toX(s), -12);
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    box(context, left + 1.5, lanes.chords.y + 1, Math.min(view.toX(e), view.width + 12) - left - 3, lanes.chords.h - 2, 6);
    context.stroke();
  }
  const x = view.toX(t);
  if (x < -2 || x > view.width + 2) return;
  context.fillStyle = colours.accent;
  context.fillRect(x - 1, 8, 2, height - 8);
  context.beginPath();
  context.moveTo(x - 6, 1);
  context.lineTo(x + 6, 1);
  context.lineTo(x, 11);
  context.fill();
}

function drawLoop(context, { view, colours, lanes, height }, loop) {
  const left = view.toX(loop.start);
  const right = view.toX(loop.end);
  if (right < 0 || left > view.width) return;
  context.globalAlpha = 0.14;
  context.fillStyle = colours.accent;
  context.fillRect(left, lanes.ruler.y, right - left, height);
  context.globalAlpha = 1;
  for (const x of [left, right]) {
    context.fillRect(x - 1, lanes.ruler.y, 2, height);
    box(context, x - HANDLE, lanes.wave.y + lanes.wave.h / 2 - 14, HANDLE * 2, 28, HANDLE);
    context.fill();
    context.fillStyle = colours.card;
    context.fillRect(x - 0.5, lanes.wave.y + lanes.wave.h / 2 - 7, 1, 14);
    context.fillStyle = colours.accent;
  }
}
