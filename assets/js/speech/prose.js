// Blocks of spans (ui/prose.py) as elements: times are doors that seek, claims carry what was measured.

import { emit } from '../bus.js';
import { el } from '../dom.js';
import { clock } from '../format.js';

const VERDICTS = { agrees: 'agrees with what was measured', contradicts: 'contradicts what was measured', unchecked: 'could not be checked' };

export function prose(blocks) {
  const out = [];
  for (const block of blocks) {
    if (block.heading) out.push(el('h3', {}, block.heading));
    const spans = block.spans.map(span);
    if (block.kind === 'li') {
      if (out.at(-1)?.tagName !== 'UL') out.push(el('ul', {}));
      out.at(-1).append(el('li', {}, spans));
    } else {
      out.push(el(block.kind === 'h' ? 'h4' : 'p', {}, spans));
    }
  }
  return el('div', { class: 'ma-prose' }, out);
}

function span({ t, seek, verdict, about }) {
  const inner = seek ? door(t, seek) : t;
  if (!verdict) return inner;
  const said = `${VERDICTS[verdict]}. ${about ?? ''}`.trim();
  return el('span', { class: 'ma-claim', tabindex: '0', dataset: { verdict, about: about || VERDICTS[verdict] }, 'aria-description': said }, inner);
}

export function door(text, [start, end]) {
  const until = end > start + 0.5 ? ` to ${clock(end)}` : '';
  return el('button', {
    type: 'button', class: 'ma-door', title: `Play from ${clock(start)}${until}`, onclick: () => emit('ma:seek', { t: start, play: true }),
  }, text);
}

export function counts({ agrees = 0, contradicts = 0, unchecked = 0 } = {}) {
  const rows = [['agrees', agrees, 'measured the same'], ['contradicts', contradicts, 'measured differently'], ['unchecked', unchecked, 'not checkable']];
  const shown = rows.filter(([, n]) => n);
  if (!shown.length) return null;
  return el('p', { class: 'ma-counts' }, shown.map(([verdict, n, words]) => el('span', { dataset: { verdict } }, `${n} ${words}`)));
}
