"""A score that knows its own truth: notes for the synthesizer, and the chords, beats, key and sections that they make.

Conventions: positions and lengths are in felt beats from the first downbeat; bars are counted from 0; pitches are
MIDI numbers (60 is C4). Charts are written as text: chords in Harte's syntax, bars apart by `|`, chords of one bar
sharing it evenly; melodies as `pitch:beats` with `-` for a rest.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.pitch import Pitch

LEAD_S = 0.25  # silence before the first downbeat
DRUMS = -1  # the "program" of a drum voice


@dataclass(frozen=True, slots=True)
class Note:
    """One note; velocity 1-127."""

    start: float
    length: float
    pitch: int
    velocity: int


@dataclass
class Voice:
    """One player: its General MIDI program (0-127, or `DRUMS`), volume 0-127, place 0 (left) to 127."""

    name: str
    program: int
    volume: int = 100
    pan: int = 64
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form: functional name, key, and its chart."""

    function: str
    key: str
    chart: str

    @property
    def bars(self) -> list[list[Chord]]:
        return [[Chord.parse(text) for text in bar.split()] for bar in self.chart.split("|")]


@dataclass(frozen=True, slots=True)
class Sounding:
    """A chord from one beat to another."""

    start: float
    end: float
    chord: Chord


@dataclass
class Score:
    """A whole piece. `slower` maps beats to the factor that the tempo has from there on."""

    name: str
    title: str
    style: str
    metre: str
    beats_per_bar: int
    bpm: float
    parts: tuple[Part, ...]
    slower: dict[float, float] = field(default_factory=dict)
    swing: float = 0.5  # where the second eighth of a beat falls
    voices: list[Voice] = field(default_factory=list)

    @property
    def n_bars(self) -> int:
        return sum(len(part.bars) for part in self.parts)

    @property
    def n_beats(self) -> int:
        return self.n_bars * self.beats_per_bar

    @property
    def part_starts(self) -> list[int]:
        """The first bar of each part, and the end."""
        return [0, *accumulate(len(part.bars) for part in self.parts)]

    def bars_of(self, function: str, nth: int = 0) -> range:
        """The bars of the nth part with that name."""
        found = [index for index, part in enumerate(self.parts) if part.function == function][nth]
        return range(self.part_starts[found], self.part_starts[found + 1])

    @property
    def harmony(self) -> list[Sounding]:
        out = []
        bars = [bar for part in self.parts for bar in part.bars]
        for index, bar in enumerate(bars):
            share = self.beats_per_bar / len(bar)
            start = index * self.beats_per_bar
            out += [Sounding(start + k * share, start + (k + 1) * share, chord) for k, chord in enumerate(bar)]
        return out

    def sounding_at(self, beat: float) -> Sounding:
        harmony = self.harmony
        return harmony[bisect_right([chord.start for chord in harmony], beat + 1e-9) - 1]

    def add(self, voice: Voice) -> Voice:
        self.voices.append(voice)
        return voice

    def swung(self, beat: float) -> float:
        """Where a written position is played: the second half of each beat is late in swing."""
        whole, rest = divmod(beat, 1.0)
        late = rest / 0.5 * self.swing if rest <= 0.5 else self.swing + (rest - 0.5) / 0.5 * (1 - self.swing)
        return whole + late

    def tempo_changes(self) -> list[tuple[float, float]]:
        """`(beat, bpm)`, from beat 0 on."""
        return [(0.0, self.bpm), *((beat, self.bpm * factor) for beat, factor in sorted(self.slower.items()))]

    def time_s(self, beat: float) -> float:
        """When a beat comes, in the MIDI file."""
        changes = self.tempo_changes()
        total_s = LEAD_S
        for (start, bpm), (end, _) in zip(changes, [*changes[1:], (float("inf"), 0.0)], strict=True):
            total_s += max(0.0, min(beat, end) - start) * 60 / bpm
        return total_s

    def truth(self, delay_s: float, duration_s: float) -> dict[str, Any]:
        """What a listener should hear, in seconds of the sound: everything `delay_s` later than in the MIDI file."""

        def at(beat: float) -> float:
            return round(self.time_s(beat) + delay_s, 4)

        end_s = round(duration_s, 4)
        heard = [(at(sounding.start), at(sounding.end), str(sounding.chord)) for sounding in self.harmony]
        chords = _joined([(0.0, at(0), "N"), *heard, (heard[-1][1], end_s, "N")])
        edges = [0.0, *(at(bar * self.beats_per_bar) for bar in self.part_starts[1:-1]), end_s]
        rows = list(zip(edges, edges[1:], self.parts, strict=False))
        regions = _joined((start_s, stop_s, part.key) for start_s, stop_s, part in rows)
        return {
            "title": self.title,
            "duration": end_s,
            "metre": self.metre,
            "tempo": self.bpm,
            "key": max(regions, key=lambda region: region[1] - region[0])[2],
            "key_regions": regions,
            "sections": [[start_s, stop_s, part.function] for start_s, stop_s, part in rows],
            "beats": [at(beat) for beat in range(self.n_beats)],
            "downbeats": [at(bar * self.beats_per_bar) for bar in range(self.n_bars)],
            "chords": chords,
        }


def _joined(rows: Iterable[tuple[float, float, str]]) -> list[list[Any]]:
    """Neighbours with the same label made one."""
    out: list[list[Any]] = []
    for start_s, end_s, label in rows:
        if out and out[-1][2] == label:
            out[-1][1] = end_s
        else:
            out.append([start_s, end_s, label])
    return out


def pitch_of(text: str) -> int:
    """`C4` is 60."""
    return Pitch.parse(text[:-1]).pitch_class + 12 * (int(text[-1]) + 1) + _octave_shift(text[:-1])


def _octave_shift(name: str) -> int:
    """Cb4 lies below C4 and B#4 above B4, though their pitch classes wrap around."""
    return {"Cb": -12, "B#": 12}.get(name, 0)


def melody(score: Score, first_bar: int, text: str, velocity: int, transpose: int = 0) -> list[Note]:
    """The notes of a written melody from a bar on. Raises ValueError when a bar is not full."""
    notes = []
    for index, bar in enumerate(text.split("|")):
        at = start = float((first_bar + index) * score.beats_per_bar)
        for token in bar.split():
            name, _, length = token.partition(":")
            if name != "-":
                accent = 8 if at == start else 0
                notes.append(Note(at, float(length) * 0.95, pitch_of(name) + transpose, velocity + accent))
            at += float(length)
        if abs(at - start - score.beats_per_bar) > 1e-6:
            raise ValueError(f"Bar {first_bar + index} of {score.title} lasts {at - start:g} beats: {bar.strip()}")
    return notes
