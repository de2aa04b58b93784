// A dialog that asks for title and artist.

import { el } from '../dom.js';

export function askForNames(row) {
  const title = el('input', { type: 'text', name: 'title', value: row.title, required: true, maxlength: 300 });
  const artist = el('input', { type: 'text', name: 'artist', value: row.artist ?? '', maxlength: 300 });
  const dialog = el('dialog', { class: 'ma-dialog', 'aria-labelledby': 'ma-rename-title' },
    el('form', { method: 'dialog' },
      el('h2', { id: 'ma-rename-title' }, 'Rename'),
      el('label', { class: 'ma-field' }, el('span', {}, 'Title'), title),
      el('label', { class: 'ma-field' }, el('span', {}, 'Artist'), artist),
      el('div', { class: 'ma-dialog-foot' },
        el('button', { type: 'submit', class: 'ma-button', value: 'cancel', formnovalidate: true }, 'Cancel'),
        el('button', { type: 'submit', class: 'ma-button ma-primary', value: 'save' }, 'Save'))));
  document.querySelector('.ma-library').append(dialog);
  dialog.querySelector('form').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    dialog.querySelector('[value="save"]').click();
  });
  dialog.showModal();
  title.select();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'save' ? { title: title.value.trim(), artist: artist.value.trim() } : null);
    });
  });
}
