// The small note under the mouse: the time, and what lies there with how sure it is.

import { el, write } from '../dom.js';
import { clock, percent } from '../format.js';
import { instrumentAt } from './players.js';

export class Tip {
  constructor(player) {
    this.player = player;
    this.element = el('div', { class: 'ma-tip', 'aria-hidden': 'true' });
  }

  show(x, y, lane) {
    const { scene } = this.player;
    const { song, view } = scene;
    const t = view.toTime(x);
    write(this.element, [this.time(song, t), lane === 'instruments' ? this.plays(scene, y, t) : this.what(song, lane, t)].filter(Boolean).join('\n'));
    const half = this.element.offsetWidth / 2;
    const left = Math.min(Math.max(x, half + 2), view.width - half - 2);
    this.element.style.transform = `translate(${left - half}px, ${y + 18}px)`;
    this.element.classList.add('shown');
  }

  hide() {
    this.element.classList.remove('shown');
  }

  time(song, t) {
    const place = song.place(t);
    return place ? `${clock(t, true)} · bar ${place}` : clock(t, true);
  }

  // The instrument of the row and from when to when it plays; over the folded row all that play.
  plays(scene, y, t) {
    const { song } = scene;
    if (scene.folded) return song.playing(t).map((row) => row.name).join(', ') || 'Nothing plays';
    const row = instrumentAt(scene, y);
    const part = row?.parts[song.partAt(row, t)];
    if (!part) return row ? `${row.name} · rests` : '';
    return [row.name, part.c === null ? '' : `${percent(part.c)} sure`, `${clock(part.s)}–${clock(part.e)}`].filter(Boolean).join(' · ');
  }

  what(song, lane, t) {
    if (!['chords', 'keys', 'sections'].includes(lane)) return '';
    const index = song.at(lane, t);
    if (index < 0) return '';
    const row = song[lane][index];
    const sure = row.c === null ? '' : `${percent(row.c)} sure`;
    const others = (row.alt ?? []).map(([name, share]) => `${name} ${percent(share)}`).join(', ');
    return [[row.name, row.roman, sure].filter(Boolean).join(' · '), others && `or ${others}`].filter(Boolean).join('\n');
  }
}
