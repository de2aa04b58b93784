// The drop zone speaks: what it takes, and that nothing leaves the machine.

import { el, icon } from './dom.js';

const FORMATS = 'MP3, WAV, FLAC, OGG, Opus, M4A, AIFF – up to an hour each, as many as you like';

export function mount() {
  const dress = () => {
    const zone = document.querySelector('#ma-drop');
    const input = zone?.querySelector('input[type="file"]');
    if (!input) return;
    const button = input.closest('button') ?? zone.querySelector('button');
    button?.setAttribute('aria-label', `Drop songs here, or click to choose. ${FORMATS}`);
    if (button && !button.querySelector('.ma-drop-words')) {
      button.append(el('span', { class: 'ma-drop-words' }, icon('note'), el('b', {}, 'Drop songs here, or click to choose'), el('small', {}, FORMATS)));
    }
  };
  new MutationObserver(dress).observe(document.querySelector('#ma-home') ?? document.body, { childList: true, subtree: true });
  dress();
}
