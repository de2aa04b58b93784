// The head of an open track: title, artist, key facts, links, close.

import { toast } from '../toast.js';
import { address } from '../api.js';
import { el, icon, iconButton, replace, write } from '../dom.js';
import { percent } from '../format.js';
import { addressOf, chooseFiles, closeTrack } from '../page.js';

export class Title {
  constructor(player) {
    this.player = player;
    this.title = el('h1');
    this.artist = el('p', { class: 'ma-quiet' });
    this.chips = el('ul', { class: 'ma-chips', 'aria-label': 'Key facts' });
    this.exports = el('ul');
    const menu = el('details', { class: 'ma-menu' },
      el('summary', { class: 'ma-button' }, icon('save'), el('span', {}, 'Export')), this.exports);
    menu.addEventListener('focusout', (event) => { if (!menu.contains(event.relatedTarget)) menu.open = false; });
    menu.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return;
      event.stopPropagation();
      menu.open = false;
      menu.firstChild.focus();
    });
    this.exports.addEventListener('click', () => { menu.open = false; });
    this.element = el('header', { class: 'ma-title' },
      el('div', { class: 'ma-title-text' }, this.title, this.artist), this.chips,
      el('div', { class: 'ma-group ma-title-actions' },
        iconButton('link', 'Copy a link to this moment', () => this.copy()), menu,
        iconButton('plus', 'Add music', chooseFiles, { text: 'Add' }),
        iconButton('close', 'Close this track', () => closeTrack(), { class: 'ma-button ma-title-close' })));
  }

  show(song) {
    write(this.title, song.title);
    write(this.artist, [song.artist, song.album, song.year].filter(Boolean).join(' · ') || 'Unknown artist');
    const told = (fact) => ['key', 'tempo', 'metre'].includes(fact.aspect) || (fact.aspect === 'swing' && fact.value !== 'straight');
    replace(this.chips, song.facts.filter(told).map((fact) => el('li', {
      title: `${fact.label}: ${fact.certainty}, ${percent(fact.c)}`, dataset: { certainty: fact.certainty },
    }, el('small', {}, fact.label), fact.value, fact.aspect === 'key' ? el('em', {}, fact.about.split(',')[0].replace('Camelot ', '')) : null)));
    replace(this.exports, song.exports.map(({ format, label, about }) => el('li', {},
      el('a', { href: address(`ma/tracks/${song.id}/export/${format}`), download: '' }, el('b', {}, label), el('small', {}, about)))));
  }

  async copy() {
    const url = addressOf(this.player.scene.song.id, this.player.playback.time);
    try {
      await navigator.clipboard.writeText(url);
      toast('The link to this moment is copied.', { seconds: 3 });
    } catch {
      toast(url, { seconds: 20 });
    }
  }
}
