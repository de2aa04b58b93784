// The lane of what plays when: one row for each instrument with bars where it plays, the surer the fuller; folded, one
// row that is the fuller the more of them play.

import { box } from './canvas.js';
import { instrumentFill } from './colours.js';
import { lastAt } from './song.js';

const ROW = 17;
const FOLDED = 16;
const PAD = 2;

export function instrumentsHeight(song, folded) {
  return folded ? FOLDED : song.instruments.length * ROW;
}

// Which row lies at a height of the lane; none while it is folded.
export function instrumentAt(scene, y) {
  const row = scene.folded ? -1 : Math.floor((y - scene.lanes.instruments.y) / ROW);
  return scene.song.instruments[row] ?? null;
}

export function drawInstruments(context, scene) {
  if (scene.folded) drawFolded(context, scene);
  else scene.song.instruments.forEach((row, index) => drawRow(context, scene, row, index));
}

function drawRow(context, scene, row, index) {
  const { view, colours } = scene;
  const y = scene.lanes.instruments.y + index * ROW;
  const to = lastAt(row.starts, view.end) + 1;
  for (let at = Math.max(0, lastAt(row.starts, view.start)); at < to; at += 1) {
    const part = row.parts[at];
    const left = Math.max(view.toX(part.s), -12);
    const right = Math.min(view.toX(part.e), view.width + 12);
    if (right < 0 || right - left < 0.4) continue;
    context.fillStyle = instrumentFill(index, part.c, colours.dark);
    box(context, left, y + PAD / 2, right - left, ROW - PAD, Math.min(4, (right - left) / 3));
    context.fill();
  }
  drawName(context, colours, row.name, y);
}

// The name stays at the left edge, on a ground of its own, whatever bar it lies on.
function drawName(context, colours, name, y, height = ROW) {
  context.font = `550 11px ${colours.font}`;
  context.textBaseline = 'middle';
  context.fillStyle = colours.card;
  context.globalAlpha = 0.82;
  box(context, 3, y + PAD, context.measureText(name).width + 8, height - 2 * PAD, 3);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = colours.ink;
  context.fillText(name, 7, y + height / 2 + 0.5);
}

function drawFolded(context, scene) {
  const { song, view, colours, lanes } = scene;
  const { y } = lanes.instruments;
  context.fillStyle = colours.accent;
  const { edges, counts } = crowd(song);
  for (let at = Math.max(0, lastAt(edges, view.start)); at < counts.length && edges[at] < view.end; at += 1) {
    if (!counts[at]) continue;
    const left = Math.max(view.toX(edges[at]), 0);
    context.globalAlpha = (0.75 * counts[at]) / song.instruments.length;
    context.fillRect(left, y, Math.min(view.toX(edges[at + 1]), view.width) - left, FOLDED);
  }
  context.globalAlpha = 1;
  const n = song.instruments.length;
  drawName(context, colours, n === 1 ? song.instruments[0].name : `${n} instruments`, y, FOLDED);
}

const crowds = new WeakMap();

// How many play between one edge and the next; worked out once for each song.
function crowd(song) {
  if (!crowds.has(song)) {
    const edges = [...new Set(song.instruments.flatMap((row) => row.parts.flatMap((part) => [part.s, part.e])))].sort((a, b) => a - b);
    const counts = edges.slice(0, -1).map((edge, at) => song.playing((edge + edges[at + 1]) / 2).length);
    crowds.set(song, { edges, counts });
  }
  return crowds.get(song);
}
