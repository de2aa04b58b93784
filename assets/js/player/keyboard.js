// Keys, heard on the whole page while a track is open and nobody is typing.

import { shownTab } from '../page.js';

export const SHORTCUTS = [
  ['Space', 'Play or pause'],
  ['← →', 'Back or forward one beat'],
  ['Shift ← →', 'Back or forward one bar'],
  ['[ ]', 'Loop starts or ends here'],
  ['L', 'Loop the section that sounds'],
  ['Esc', 'No loop'],
  [', .', 'Slower, faster'],
  ['+ −', 'Zoom in, out'],
  ['0', 'Show the whole track'],
  ['F', 'Follow playback, or not'],
  ['I', 'Show what plays when, or fold it'],
  ['Home End', 'To the start, to the end'],
  ['?', 'This list'],
];

const TYPED = 'input:not([type="range"]):not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"]';
const PRESSED = 'button, a[href], summary, [role="tab"], input[type="checkbox"], input[type="radio"]';
const MOVED = 'input[type="range"], [role="tab"], [role="listbox"], [role="menu"]';

export function keyActions(player) {
  const step = (direction) => (event) => player.step(direction, event.shiftKey);
  return {
    ' ': () => player.playback.toggle(),
    ArrowLeft: step(-1),
    ArrowRight: step(1),
    '[': () => player.loopEdge('start'),
    ']': () => player.loopEdge('end'),
    l: () => player.loopSection(),
    Escape: () => player.playback.setLoop(null),
    ',': () => player.setRate(player.playback.rate - 0.05),
    '.': () => player.setRate(player.playback.rate + 0.05),
    '+': () => player.zoom(1 / 1.5),
    '=': () => player.zoom(1 / 1.5),
    '-': () => player.zoom(1.5),
    0: () => player.scene.view.fit(),
    f: () => player.setFollow(!player.following),
    i: () => player.scene.song.instruments.length && player.setFolded(!player.folded),
    Home: () => player.seek(0),
    End: () => player.seek(player.scene.song.duration),
    '?': () => player.help.open(),
  };
}

export function listen(player) {
  const actions = keyActions(player);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!player.scene || shownTab() !== 'listen' || document.querySelector('dialog[open]')) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPED)) return;
    // on the chosen tab the space bar would do nothing; it plays instead
    if (event.key === ' ' && target.closest(PRESSED) && !target.closest('[role="tab"][aria-selected="true"]')) return;
    if (event.key.startsWith('Arrow') && target.closest(MOVED)) return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
