// Short listens: one sound for the whole Train page, from a place to a place, started and stopped by buttons.

import { address } from '../api.js';
import { icon, iconButton, replace } from '../dom.js';
import { clock } from '../format.js';
import { complain } from '../toast.js';

const audio = new Audio();
audio.preload = 'none';
let now = null; // { button, end }

audio.addEventListener('timeupdate', () => { if (now?.end && audio.currentTime >= now.end) quiet(); });
audio.addEventListener('ended', quiet);
audio.addEventListener('error', () => {
  if (now) complain({ what: 'The sound of this song cannot be played.', advice: 'Look whether the song still plays on the Listen page.' });
  quiet();
});

export function quiet() {
  audio.pause();
  if (now) show(now.button, false);
  now = null;
}

function show(button, playing) {
  replace(button.querySelector('.ma-icon').parentNode, icon(playing ? 'pause' : 'play'), button.querySelector('span'));
  button.setAttribute('aria-pressed', String(playing));
}

function play(button, url, start, end) {
  const again = now?.button === button;
  quiet();
  if (again) return;
  for (const other of document.querySelectorAll('audio')) other.pause();
  const there = address(url);
  if (audio.src !== there) audio.src = there;
  now = { button, end };
  show(button, true);
  const begin = () => { audio.currentTime = start || 0; audio.play().catch(quiet); };
  if (audio.readyState >= 1) begin();
  else {
    audio.addEventListener('loadedmetadata', begin, { once: true });
    audio.load();
  }
}

// A button that plays a stretch of a recording; end 0 or null plays to its end.
export function listen(sha, title, start = 0, end = 0, text = '') {
  const where = start || end ? ` from ${clock(start)}` : '';
  const button = iconButton('play', `Listen to ${title}${where}`, () => play(button, `ma/train/sounds/${sha}`, start, end), { text: text || (start ? clock(start) : 'Listen'), 'aria-pressed': 'false' });
  return button;
}
