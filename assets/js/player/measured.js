// What was measured of the whole track, how sure that is, what else it could be, and who measured it.

import { el } from '../dom.js';
import { clock, day, percent } from '../format.js';

export class Measured {
  constructor(player) {
    this.element = el('div', { class: 'ma-measured' });
    this.element.addEventListener('click', (event) => {
      const door = event.target.closest('button[data-t]');
      if (door) player.seek(Number(door.dataset.t));
    });
  }

  show(song) {
    this.element.replaceChildren(...[
      el('p', { class: 'ma-quiet' }, 'Every number here was measured from the sound by the engines named below. Percentages are the engines’ own estimates of being right.'),
      ...song.failures.map(failure),
      el('div', { class: 'ma-facts' }, song.facts.map(fact)),
      song.instruments.length ? players(song.instruments) : null,
      song.tags.length ? tags(song.tags) : null,
      song.provenance.length ? provenance(song.provenance) : null,
    ].filter(Boolean));
  }

  frame() {}
}

function failure({ aspect, engine, sentence }) {
  return el('p', { class: 'ma-notice' }, el('b', {}, `${aspect} could not be measured. `), sentence, el('small', {}, ` (${engine})`));
}

export function fact({ label, value, about, c, certainty, alt }) {
  return el('div', { class: 'ma-fact' },
    el('div', { class: 'ma-label' }, label),
    el('div', { class: 'ma-fact-value' }, value),
    el('div', { class: 'ma-quiet' }, about),
    meter(c, certainty),
    alt.length ? el('div', { class: 'ma-quiet' }, `or ${alt.map(([name, share]) => `${name} (${percent(share)})`).join(', ')}`) : null);
}

function meter(share, certainty) {
  const fill = el('i', { style: `width: ${Math.round(share * 100)}%` });
  return el('div', { class: 'ma-meter', dataset: { certainty } }, el('span', { 'aria-hidden': 'true' }, fill), el('small', {}, `${certainty}, ${percent(share)}`));
}

function tags(rows) {
  return el('div', {}, el('h3', {}, 'Heard in it'),
    el('ul', { class: 'ma-tags' }, rows.map((tag) => el('li', { title: tag.kind }, tag.name, el('small', {}, ` ${percent(tag.score)}`)))));
}

// What plays when in words: each part is a door to where it begins.
function players(rows) {
  const head = ['Instrument', 'Of the track', 'Sure', 'Plays'].map((name) => el('th', { scope: 'col' }, name));
  const door = (part, name) => el('button', { type: 'button', class: 'ma-text', dataset: { t: part.s }, 'aria-label': `${name} from ${clock(part.s)} to ${clock(part.e)}` }, `${clock(part.s)}–${clock(part.e)}`);
  const line = (row) => el('tr', {}, el('th', { scope: 'row' }, row.name), el('td', {}, percent(row.share)), el('td', {}, percent(row.c)),
    el('td', { class: 'ma-doors' }, row.parts.map((part) => door(part, row.name))));
  return el('div', {}, el('h3', {}, 'What plays when'),
    el('div', { class: 'ma-wide' }, el('table', { class: 'ma-players' }, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows.map(line)))));
}

function provenance(rows) {
  const head = ['What', 'Engine', 'Version', 'Sure', 'When'].map((name) => el('th', { scope: 'col' }, name));
  const line = (row) => el('tr', {}, el('th', { scope: 'row' }, row.aspect), el('td', {}, row.engine), el('td', {}, row.version), el('td', {}, percent(row.c)), el('td', {}, day(row.measured_at)));
  const credits = [...new Set(rows.map((row) => row.credit).filter(Boolean))];
  return el('div', {}, el('h3', {}, 'Measured by'),
    el('div', { class: 'ma-wide' }, el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows.map(line)))),
    credits.map((credit) => el('p', { class: 'ma-quiet' }, credit)));
}
