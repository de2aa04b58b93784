// A dialog that asks for a few texts: rows of [name, label, value, attributes]; `rows` in the attributes makes it tall.

import { el } from '../dom.js';

let count = 0;

export function ask(title, fields, yes, about = '') {
  const id = `ma-ask-${(count += 1)}`;
  const inputs = Object.fromEntries(fields.map(([name, , value, more = {}]) => {
    const { rows, options, ...rest } = more;
    if (options) return [name, el('select', { name, ...rest }, options.map(([key, text]) => el('option', { value: key, selected: key === value }, text)))];
    if (!rows) return [name, el('input', { type: 'text', name, value, ...rest })];
    const area = el('textarea', { name, rows, ...rest });
    area.value = value;
    return [name, area];
  }));
  const dialog = el('dialog', { class: 'ma-dialog', 'aria-labelledby': id },
    el('form', { method: 'dialog' }, el('h2', { id }, title), about ? el('p', { class: 'ma-quiet' }, about) : null,
      fields.map(([name, label]) => el('label', { class: 'ma-field' }, el('span', {}, label), inputs[name])),
      el('div', { class: 'ma-dialog-foot' },
        el('button', { type: 'submit', class: 'ma-button', value: 'cancel', formnovalidate: true }, 'Cancel'),
        el('button', { type: 'submit', class: 'ma-button ma-primary', value: 'yes' }, yes))));
  document.querySelector('.ma-train').append(dialog);
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
    event.preventDefault();
    dialog.querySelector('[value="yes"]').click();
  });
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const said = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]));
      dialog.remove();
      resolve(dialog.returnValue === 'yes' ? said : null);
    });
  });
}
