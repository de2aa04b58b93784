// Engines, credits, folders and devices, as the studio tells them.

import { getJson } from './api.js';
import { el, replace } from './dom.js';

export async function mount(element) {
  let groups;
  replace(element, el('p', { class: 'ma-quiet', role: 'status' }, 'Looking at engines and devices …'));
  try {
    groups = await getJson('ma/about.json');
  } catch (error) {
    replace(element, el('p', { class: 'ma-notice' }, [error.what, error.advice].join(' ')));
    return;
  }
  replace(element, el('div', { class: 'ma-about' }, groups.map(({ heading, rows }) => el('section', {}, el('h2', {}, heading),
    el('dl', {}, rows.map(([label, value]) => el('div', {}, el('dt', {}, label), el('dd', {}, value))))))));
}
