// What sounds now, large; what comes next; and where in the song that is.

import { el, write } from '../dom.js';
import { clock, percent } from '../format.js';

const MOST_DOTS = 12;
const ANNOUNCE_MS = 2000;
const COMING = 3;

export class Now {
  constructor() {
    this.chord = el('div', { class: 'ma-now-chord' });
    this.roman = el('span', { class: 'ma-now-roman' });
    this.sure = el('span', { class: 'ma-now-sure' });
    this.bar = el('div', { class: 'ma-now-bar' }, el('i'));
    this.next = Array.from({ length: COMING }, () => el('div', { class: 'ma-next' }, el('b'), el('span')));
    this.dots = el('div', { class: 'ma-dots' });
    this.place = el('b');
    this.section = el('b');
    this.key = el('b');
    this.time = el('b', { class: 'ma-time' });
    this.whole = el('span');
    this.live = el('div', { class: 'ma-hidden', 'aria-live': 'polite', role: 'status' });
    this.element = el(
      'div',
      { class: 'ma-now' },
      el('div', { class: 'ma-now-main', 'aria-hidden': 'true' },
        el('div', { class: 'ma-label' }, 'Now'), this.chord, el('div', { class: 'ma-now-under' }, this.roman, this.sure), this.bar),
      el('div', { class: 'ma-now-next', 'aria-hidden': 'true' }, el('div', { class: 'ma-label' }, 'Next'), el('div', { class: 'ma-nexts' }, this.next)),
      el('dl', { class: 'ma-now-where' },
        fact('Bar', this.place, this.dots), fact('Section', this.section), fact('Key', this.key), fact('Time', this.time, this.whole)),
      this.live,
    );
    this.announcedAt = 0;
  }

  show(song) {
    this.song = song;
    this.chordIndex = this.beatIndex = -2;
    const { felt_beats: beats } = song;
    this.dots.replaceChildren(...(song.beatTimes.length && beats <= MOST_DOTS ? Array.from({ length: beats }, () => el('i')) : []));
    write(this.whole, ` / ${clock(song.duration)}`);
    write(this.live, '');
  }

  frame(t, playing) {
    const { song } = this;
    const index = song.at('chords', t);
    if (index !== this.chordIndex) this.showChord(index, t, playing);
    const chord = song.chords[index];
    const share = chord ? Math.min(1, Math.max(0, (t - chord.s) / (chord.e - chord.s))) : 0;
    this.bar.firstChild.style.transform = `scaleX(${share.toFixed(3)})`;
    const beat = song.beatAt(t);
    if (beat !== this.beatIndex) this.showBeat(beat, t);
    const section = song.sections[song.at('sections', t)];
    const key = song.keys[song.at('keys', t)];
    write(this.section, section ? section.name : '–');
    write(this.key, key ? key.name : (song.facts.find((fact) => fact.aspect === 'key')?.value ?? '–'));
    write(this.time, clock(t, true));
  }

  showChord(index, t, playing) {
    this.chordIndex = index;
    const chord = this.song.chords[index];
    write(this.chord, chord ? chord.name : '–');
    this.chord.classList.toggle('long', Boolean(chord && chord.name.length > 6));
    this.chord.classList.toggle('quiet', !chord || chord.fifth === null);
    write(this.roman, chord ? chord.roman : '');
    write(this.sure, chord && chord.c !== null ? `${percent(chord.c)} sure` : '');
    this.sure.title = (chord?.alt ?? []).map(([name, sure]) => `or ${name} ${percent(sure)}`).join(', ');
    this.showNext(t);
    this.announce(chord, playing);
  }

  announce(chord, playing) {
    const now = performance.now();
    if (!chord || (playing && now - this.announcedAt < ANNOUNCE_MS)) return;
    this.announcedAt = now;
    write(this.live, this.song.spoken[chord.name] ?? chord.name);
  }

  showBeat(beat, t) {
    const { song } = this;
    this.beatIndex = beat;
    write(this.place, beat < 0 ? '–' : song.place(t));
    const position = beat < 0 ? 0 : song.beats.pos[beat];
    [...this.dots.children].forEach((dot, index) => dot.classList.toggle('on', index === position - 1));
    this.showNext(t);
  }

  showNext(t) {
    const { song } = this;
    let from = t;
    this.next.forEach((box, slot) => {
      const index = from === null ? -1 : song.nextChord(from);
      const chord = song.chords[index];
      write(box.firstChild, chord ? chord.name : slot ? '' : '–');
      write(box.lastChild, chord && slot === 0 ? this.countdown(t, chord.s) : chord ? chord.roman : '');
      from = chord ? chord.s : null;
    });
  }

  countdown(t, s) {
    if (!this.song.beatTimes.length) return '';
    const beats = this.song.beatsUntil(t, s) + 1;
    return `in ${beats} beat${beats === 1 ? '' : 's'}`;
  }
}

function fact(label, ...values) {
  return el('div', {}, el('dt', { class: 'ma-label' }, label), el('dd', {}, values));
}
