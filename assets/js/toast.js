// One short message at the foot of the page, with an optional button such as Undo.

import { el, replace } from './dom.js';

let box = null;
let timer = 0;

export function toast(text, { action = null, label = '', kind = 'plain', seconds = 8 } = {}) {
  if (!box) {
    box = el('div', { class: 'ma-toast', role: 'status', 'aria-live': 'polite' });
    document.body.append(box);
  }
  const button =
    action &&
    el('button', { type: 'button', class: 'ma-button ma-text', onclick: () => { hide(); action(); } }, label);
  replace(box, el('span', {}, text), button);
  box.dataset.kind = kind;
  box.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(hide, seconds * 1000);
}

export function complain(error) {
  toast([error.what || 'Something went wrong on this page.', error.advice || ''].join(' ').trim(), { kind: 'bad' });
  if (!error.what) console.error(error);
}

function hide() {
  box.classList.remove('shown');
}
