// What was measured of the whole track, how sure that is, what else it could be, and who measured it.

import { el } from '../dom.js';
import { day, percent } from '../format.js';

export class Measured {
  constructor() {
    this.element = el('div', { class: 'ma-measured' });
  }

  show(song) {
    this.element.replaceChildren(...[
      el('p', { class: 'ma-quiet' }, 'Every number here was measured from the sound by the engines named below. Percentages are the engines’ own estimates of being right.'),
      ...song.failures.map(failure),
      el('div', { class: 'ma-facts' }, song.facts.map(fact)),
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

function provenance(rows) {
  const head = ['What', 'Engine', 'Version', 'Sure', 'When'].map((name) => el('th', { scope: 'col' }, name));
  const line = (row) => el('tr', {}, el('th', { scope: 'row' }, row.aspect), el('td', {}, row.engine), el('td', {}, row.version), el('td', {}, percent(row.c)), el('td', {}, day(row.measured_at)));
  const credits = [...new Set(rows.map((row) => row.credit).filter(Boolean))];
  return el('div', {}, el('h3', {}, 'Measured by'),
    el('div', { class: 'ma-wide' }, el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows.map(line)))),
    credits.map((credit) => el('p', { class: 'ma-quiet' }, credit)));
}
