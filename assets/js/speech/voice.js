// Which model speaks, in one line with a way to choose another.

import { getJson } from '../api.js';
import { el, replace } from '../dom.js';

export async function modelLine(element) {
  try {
    const { chosen, models } = await getJson('ma/models.json');
    const model = models.find((row) => row.id === chosen) ?? models[0];
    const choose = el('button', { type: 'button', class: 'ma-text ma-inline', onclick: showSettings }, 'Choose another model');
    replace(element, `${model.name}: ${model.short} `, choose);
  } catch {
    replace(element);
  }
}

export function showSettings() {
  [...document.querySelectorAll('#ma-tabs button[role="tab"]')].find((tab) => tab.textContent.trim() === 'Settings')?.click();
}
