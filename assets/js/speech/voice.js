// Which model speaks, in one line with a way to choose another.

import { getJson } from '../api.js';
import { el, replace } from '../dom.js';

// Writes the line and gives the model, null where none is known.
export async function modelLine(element) {
  try {
    const { chosen, models } = await getJson('ma/models.json');
    const model = models.find((row) => row.id === chosen) ?? models[0];
    const choose = el('button', { type: 'button', class: 'ma-text ma-inline', onclick: showSettings }, 'Choose another model');
    replace(element, `${model.name}: ${model.short} `, choose);
    return model;
  } catch {
    replace(element);
    return null;
  }
}

export function showSettings() {
  [...document.querySelectorAll('#ma-tabs button[role="tab"]')].find((tab) => tab.textContent.trim() === 'Settings')?.click();
}
