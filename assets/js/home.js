// The first page: bundled pieces to try, and the tracks of last time.

import { getJson, post } from './api.js';
import { emit, on } from './bus.js';
import { el, icon, replace } from './dom.js';
import { clock } from './format.js';
import { openTrack } from './page.js';
import { complain } from './toast.js';

const RECENT = 6;

export function mount(element) {
  const recent = el('section', { class: 'ma-recent', hidden: true });
  const examples = el('section', { class: 'ma-examples', hidden: true });
  replace(element, recent, examples);
  drawExamples(examples);
  drawRecent(recent);
  on('ma:library', () => drawRecent(recent));
  on('ma:close', () => drawRecent(recent));
}

async function drawExamples(section) {
  let rows;
  try {
    rows = await getJson('ma/examples.json');
  } catch (error) {
    return complain(error);
  }
  section.hidden = !rows.length;
  replace(section, el('h2', {}, 'Or try one of these'), el('ul', { class: 'ma-cards' }, rows.map((row) => el('li', {},
    el('button', { type: 'button', class: 'ma-card', onclick: (event) => start(event.currentTarget, row.id) },
      icon('note'), el('span', {}, el('b', {}, row.title), el('small', {}, row.about)))))));
}

async function start(button, id) {
  button.disabled = true;
  try {
    const job = await post(`ma/examples/${encodeURIComponent(id)}`);
    emit('ma:jobs', { started: [job.id] });
  } catch (error) {
    complain(error);
  }
  button.disabled = false;
}

async function drawRecent(section) {
  let rows;
  try {
    ({ rows } = await getJson(`ma/library.json?limit=${RECENT}`));
  } catch (error) {
    section.hidden = true;
    return complain(error);
  }
  section.hidden = !rows.length;
  replace(section, el('h2', {}, 'Go on where you were'), el('ul', { class: 'ma-cards' }, rows.map((row) => el('li', {},
    el('button', { type: 'button', class: 'ma-card', onclick: () => openTrack(row.id) }, icon('play'),
      el('span', {}, el('b', {}, row.title), el('small', {}, about(row))))))));
}

function about(row) {
  return [row.artist, row.key, row.bpm && `${Math.round(row.bpm)} BPM`, clock(row.duration)].filter(Boolean).join(' · ');
}
