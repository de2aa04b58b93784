// One track of the library and what can be done with it.

import { address, post } from '../api.js';
import { emit } from '../bus.js';
import { el, icon } from '../dom.js';
import { clock, day } from '../format.js';
import { closeTrack, currentTrack, openTrack } from '../page.js';
import { complain, toast } from '../toast.js';
import { askForNames } from './rename.js';

const FORMATS = [['jams', 'JAMS'], ['lab', 'LAB'], ['csv', 'CSV'], ['audacity', 'Audacity labels'], ['json', 'JSON']];

export function trackRow(row, library) {
  const open = el('button', { type: 'button', class: 'ma-text ma-open', onclick: () => openTrack(row.id) }, row.title);
  const stale = row.stale ? el('span', { class: 'ma-badge', title: 'Measured by other engines than those installed now. Re-analyse to bring it up to date.' }, 'older engines') : null;
  const cell = (name, content) => el('td', { dataset: { name } }, content ?? '');
  const line = el('tr', { dataset: { id: row.id } },
    el('th', { scope: 'row' }, open, stale),
    cell('artist', row.artist), cell('length', clock(row.duration)), cell('bpm', row.bpm === null ? '' : String(Math.round(row.bpm))),
    cell('key', row.key), cell('camelot', row.camelot), cell('metre', row.metre), cell('chords', row.chords),
    cell('added', day(row.added_at)), el('td', { dataset: { name: 'actions' } }, menu(row, library)));
  line.addEventListener('dblclick', (event) => event.target.closest('details, button') || openTrack(row.id));
  return line;
}

function menu(row, library) {
  const item = (name, text, action) => el('li', {}, el('button', { type: 'button', onclick: action }, icon(name), text));
  const exports = FORMATS.map(([format, label]) => el('li', {}, el('a', { href: address(`ma/tracks/${row.id}/export/${format}`), download: '' }, icon('save'), `Export ${label}`)));
  const list = el('ul', {},
    item('play', 'Open', () => openTrack(row.id)),
    item('edit', 'Rename', () => rename(row, library)),
    item('again', row.stale ? 'Re-analyse (newer engines)' : 'Re-analyse', () => reanalyse(row)),
    exports, item('trash', 'Delete', () => remove(row, library)));
  const box = el('details', { class: 'ma-menu ma-row-menu' }, el('summary', { class: 'ma-button', 'aria-label': `More for ${row.title}` }, el('span', { 'aria-hidden': 'true' }, '⋯')), list);
  list.addEventListener('click', () => { box.open = false; });
  box.addEventListener('focusout', (event) => { if (!box.contains(event.relatedTarget)) box.open = false; });
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    box.open = false;
    box.firstChild.focus();
  });
  return box;
}

async function rename(row, library) {
  const names = await askForNames(row);
  if (!names) return;
  try {
    await post(`ma/tracks/${row.id}/rename`, names);
    await library.search();
  } catch (error) {
    complain(error);
  }
}

async function reanalyse(row) {
  try {
    const job = await post(`ma/tracks/${row.id}/reanalyse`);
    emit('ma:jobs', { started: [] });
    toast(`“${job.name}” is being analysed again; the Listen page shows how far it is.`);
  } catch (error) {
    complain(error);
  }
}

async function remove(row, library) {
  try {
    await post(`ma/tracks/${row.id}/delete`);
  } catch (error) {
    return complain(error);
  }
  if (currentTrack()?.id === row.id) closeTrack();
  await library.search();
  toast(`“${row.title}” is deleted.`, { label: 'Undo', seconds: 12, action: () => restore(row, library) });
}

async function restore(row, library) {
  try {
    await post(`ma/tracks/${row.id}/restore`);
    await library.search();
  } catch (error) {
    complain(error);
  }
}

