// The still picture: ruler, sections, what plays, waveform with its grid, chords, keys. Drawn anew only when the view changes.

import { clock } from '../format.js';
import { box } from './canvas.js';
import { chordFill, sectionFill } from './colours.js';
import { drawInstruments, instrumentsHeight } from './players.js';
import { lastAt } from './song.js';
import { drawWave } from './wave.js';

const GAP = 5;
const LEAST_ROUND = 5; // narrower boxes are plain
const LEAST_LABEL = 22; // narrower ones carry no text

// Where each lane lies, in CSS pixels from the top; lanes without data take no room.
export function layout(song, compact, folded = false) {
  const lanes = {};
  let y = 0;
  const add = (name, height, there = true) => {
    if (!there) return;
    lanes[name] = { y, h: height };
    y += height + GAP;
  };
  add('ruler', 20);
  add('sections', 26, song.sections.length > 0);
  add('instruments', instrumentsHeight(song, folded), song.instruments.length > 0);
  add('wave', compact ? 84 : 116);
  add('chords', compact ? 48 : 54, song.chords.length > 0);
  add('keys', 22, song.keys.length > 0);
  return { lanes, height: y - GAP, folded };
}

export function drawLanes(context, scene) {
  const { view, lanes, colours, height } = scene;
  context.clearRect(0, 0, view.width, height);
  context.fillStyle = colours.lane;
  for (const ground of [lanes.wave, lanes.instruments].filter(Boolean)) {
    box(context, 0, ground.y, view.width, ground.h, 8);
    context.fill();
  }
  drawGrid(context, scene);
  if (lanes.instruments) drawInstruments(context, scene);
  drawWave(context, scene.peaks, view, { y: lanes.wave.y + 4, h: lanes.wave.h - 8 }, colours.wave);
  if (lanes.sections) drawSpans(context, scene, 'sections', sectionStyle);
  if (lanes.chords) drawSpans(context, scene, 'chords', chordStyle);
  if (lanes.keys) drawSpans(context, scene, 'keys', keyStyle);
  if (scene.song.bars.length) drawBarNumbers(context, scene);
  else drawSeconds(context, scene);
}

function sectionStyle(row, scene) {
  return { fill: sectionFill(row.label, scene.colours.dark), text: row.name, weight: 600, size: 12.5 };
}

function chordStyle(row, scene) {
  const fill = chordFill(row.fifth, row.minor, row.c, scene.colours.dark);
  return { fill, text: row.name, under: row.roman, weight: 650, size: 16, ghost: row.fifth === null };
}

function keyStyle(row, scene) {
  const fill = chordFill(row.fifth, row.minor, (row.c ?? 0.5) * 0.6, scene.colours.dark);
  return { fill, text: `${row.name} · ${row.camelot}`, weight: 500, size: 12 };
}

function drawSpans(context, scene, lane, style) {
  const { view, colours } = scene;
  const { y, h } = scene.lanes[lane];
  const [from, to] = scene.song.within(lane, view.start, view.end);
  for (let index = from; index < to; index += 1) {
    const row = scene.song[lane][index];
    const left = Math.max(view.toX(row.s), -12);
    const right = Math.min(view.toX(row.e), view.width + 12);
    if (right < 0 || right - left < 0.4) continue;
    const looks = style(row, scene);
    context.fillStyle = looks.fill;
    if (right - left < LEAST_ROUND) {
      context.fillRect(left, y, right - left, h);
      continue;
    }
    box(context, left + 0.5, y, right - left - 1, h, Math.min(6, (right - left) / 3));
    context.fill();
    drawLabel(context, looks, { left: Math.max(left, 0), right: Math.min(right, view.width), y, h }, colours);
  }
}

function drawLabel(context, looks, room, colours) {
  const width = room.right - room.left - 8;
  if (width + 8 < LEAST_LABEL) return;
  context.fillStyle = looks.ghost ? colours.faint : colours.ink;
  context.textBaseline = 'middle';
  const size = fitting(context, looks, width, colours);
  if (!size) return;
  const both = looks.under && room.h > 40 && size >= 12;
  context.fillText(looks.text, room.left + 5, room.y + room.h / 2 - (both ? 8 : 0));
  if (!both) return;
  context.font = `500 11px ${colours.font}`;
  context.fillStyle = colours.soft;
  if (context.measureText(looks.under).width <= width + 2) {
    context.fillText(looks.under, room.left + 5, room.y + room.h / 2 + 11);
  }
}

// The largest size that fits: as wished, smaller, or none.
function fitting(context, looks, width, colours) {
  for (const size of [looks.size, 12, 10]) {
    if (size > looks.size) continue;
    context.font = `${looks.weight} ${size}px ${colours.font}`;
    if (context.measureText(looks.text).width <= width + 2) return size;
  }
  return 0;
}

function drawGrid(context, { song: { beats, beatTimes }, view, lanes, colours }) {
  if (!beatTimes.length) return;
  const from = Math.max(0, lastAt(beatTimes, view.start));
  const to = lastAt(beatTimes, view.end) + 1;
  const perBeat = view.width / Math.max(1, to - from);
  if (to - from > 0 && perBeat < 1.2) return;
  const bottom = (lanes.chords ?? lanes.wave).y + (lanes.chords ?? lanes.wave).h;
  for (let index = from; index < to; index += 1) {
    const down = beats.pos[index] === 1;
    if (!down && perBeat < 7) continue;
    const x = Math.round(view.toX(beatTimes[index])) + 0.5;
    context.fillStyle = down ? colours.faint : colours.line;
    context.globalAlpha = down ? 0.55 : 0.8;
    context.fillRect(x - 0.5, down ? 14 : lanes.wave.y, 1, (down ? bottom : lanes.wave.y + lanes.wave.h) - (down ? 14 : lanes.wave.y));
  }
  context.globalAlpha = 1;
}

function drawBarNumbers(context, { song: { bars, barStarts }, view, lanes, colours }) {
  const from = Math.max(0, lastAt(barStarts, view.start));
  const to = lastAt(barStarts, view.end) + 1;
  const perBar = view.width / Math.max(1, to - from);
  const every = [1, 2, 4, 8, 16, 32, 64, 128].find((n) => n * perBar >= 34) ?? 256;
  context.font = `500 11px ${colours.font}`;
  context.textBaseline = 'middle';
  for (let index = from; index < to; index += 1) {
    const bar = bars[index];
    if (bar.n < 1 || (bar.n - 1) % every) continue;
    context.fillStyle = (bar.n - 1) % (every * 4) ? colours.soft : colours.ink;
    context.fillText(String(bar.n), view.toX(bar.s) + 4, lanes.ruler.y + 10);
  }
}

function drawSeconds(context, { view, lanes, colours }) {
  const every = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((n) => (n / view.span) * view.width >= 60) ?? 1200;
  context.font = `500 11px ${colours.font}`;
  context.textBaseline = 'middle';
  context.fillStyle = colours.soft;
  for (let t = Math.ceil(view.start / every) * every; t <= view.end; t += every) {
    const x = view.toX(t);
    context.fillRect(Math.round(x), lanes.ruler.y + 14, 1, 6);
    context.fillText(clock(t), x + 4, lanes.ruler.y + 8);
  }
}
