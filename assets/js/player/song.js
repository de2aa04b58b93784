// One track as the player needs it: the view document with what is looked up while it plays.

// Index of the last value at or before t in a rising array, -1 when there is none.
export function lastAt(values, t) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const EDGE_S = 1e-4; // the document rounds to 0.1 ms; a seek to an edge belongs to what starts there

function spanIndex(starts, spans, t) {
  const index = lastAt(starts, t + EDGE_S);
  return index >= 0 && t + EDGE_S < spans[index].e ? index : -1;
}

export class Song {
  constructor(view) {
    Object.assign(this, view);
    this.beatTimes = Float64Array.from(view.beats.t);
    this.barStarts = Float64Array.from(view.bars, (bar) => bar.s);
    this.downbeats = view.beats.t.filter((_, index) => view.beats.pos[index] === 1);
    this.starts = {};
    for (const lane of ['chords', 'keys', 'sections']) {
      this.starts[lane] = Float64Array.from(view[lane], (row) => row.s);
    }
    this.instruments = (view.instruments ?? []).map((row) => ({ ...row, starts: Float64Array.from(row.parts, (part) => part.s) }));
  }

  // Index in a lane (chords, keys, sections) of what sounds at t, -1 in a gap.
  at(lane, t) {
    return spanIndex(this.starts[lane], this[lane], t);
  }

  // Indices [from, to) of a lane that touch the stretch between two times.
  within(lane, start, end) {
    const starts = this.starts[lane];
    return [Math.max(0, lastAt(starts, start)), lastAt(starts, end) + 1];
  }

  // Index among an instrument's parts of what plays at t, -1 while it rests.
  partAt(instrument, t) {
    return spanIndex(instrument.starts, instrument.parts, t);
  }

  // The instruments that play at t.
  playing(t) {
    return this.instruments.filter((row) => this.partAt(row, t) >= 0);
  }

  // The next real change of chord after t: repeats of the same name do not count.
  nextChord(t) {
    const now = this.at('chords', t);
    const name = now < 0 ? null : this.chords[now].name;
    let index = lastAt(this.starts.chords, t + EDGE_S) + 1;
    while (index < this.chords.length && this.chords[index].name === name) index += 1;
    return index < this.chords.length ? index : -1;
  }

  beatAt(t) {
    return lastAt(this.beatTimes, t + EDGE_S);
  }

  barAt(t) {
    const index = lastAt(this.barStarts, t + EDGE_S);
    return index >= 0 && t < this.bars[index].e ? index : -1;
  }

  // "17.3": bar and beat at a time; empty before the first beat or without beats.
  place(t) {
    const beat = this.beatAt(t);
    return beat < 0 ? '' : `${this.beats.bar[beat]}.${this.beats.pos[beat]}`;
  }

  // The nearest beat, or the time itself when there are none.
  snap(t) {
    const index = lastAt(this.beatTimes, t);
    const around = [this.beatTimes[index], this.beatTimes[index + 1]].filter((time) => time !== undefined);
    if (!around.length) return t;
    return around.reduce((best, time) => (Math.abs(time - t) < Math.abs(best - t) ? time : best));
  }

  // Where a step of one beat (or bar) leads; without beats one second (or four).
  step(t, direction, byBar) {
    const times = byBar ? this.downbeats : this.beatTimes;
    if (times.length < 2) return t + direction * (byBar ? 4 : 1);
    const here = lastAt(times, t + 0.03);
    if (direction > 0) return here + 1 < times.length ? times[here + 1] : this.duration;
    // just after a beat a step back goes to the one before it, so that repeated steps move
    const behind = lastAt(times, t - 0.03 - Math.min(0.15, (times[1] - times[0]) / 3));
    return behind >= 0 ? times[behind] : 0;
  }

  beatsUntil(t, end) {
    return Math.max(0, lastAt(this.beatTimes, end - 0.05) - this.beatAt(t));
  }
}

const LOUDEST_GAIN = 4;

// Peaks: two counts, then pairs of int8, 50 a second, then 10 a second.
export class Peaks {
  constructor(buffer) {
    const header = new DataView(buffer);
    const fine = header.getUint32(0, true);
    this.fine = new Int8Array(buffer, 8, fine * 2);
    this.coarse = new Int8Array(buffer, 8 + fine * 2, header.getUint32(4, true) * 2);
    let highest = 1;
    for (const value of this.coarse) highest = Math.max(highest, Math.abs(value));
    this.scale = Math.min(1 / highest, LOUDEST_GAIN / 127); // quiet recordings are drawn larger
  }

  // The level to draw a stretch with: pairs a second and the pairs.
  level(secondsPerPixel) {
    return secondsPerPixel < 0.12 ? [50, this.fine] : [10, this.coarse];
  }
}
