"""A made piece of music with everything that is true of it: notes, beats, chords, keys, sections, who plays when."""

from dataclasses import dataclass

from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Timeline

BRIDGED_S = 1.5  # a player silent for less than this is still playing


@dataclass(frozen=True, slots=True)
class Note:
    """One note: seconds from the start of the file, MIDI pitch and velocity, and the index of its part."""

    start_s: float
    length_s: float
    pitch: int
    velocity: int
    part: int

    @property
    def end_s(self) -> float:
        return self.start_s + self.length_s


@dataclass(frozen=True, slots=True)
class Part:
    """One player: role in the band, General MIDI program 0-127 (0 for drums), place 0 (left) to 127, volume 0-127."""

    role: str
    program: int
    is_drums: bool = False
    pan: int = 64
    volume: int = 100


@dataclass(frozen=True)
class Piece:
    """Music and its truth.

    `beats` has no beats in free time; its metre is the one of the first section, and `metres` says where another one
    holds. Chords, sections and metres tile the piece from 0 to its end; `keys` is empty for drums alone. `swing_ratio`
    is long to short eighth (1 is straight).
    """

    seed: int
    style: str
    duration_s: float
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    beats: BeatGrid
    metres: Timeline[Metre]
    chords: Timeline[Chord]
    keys: Timeline[Key]
    sections: Timeline[Section]
    tuning_cents: float
    swing_ratio: float
    is_free: bool

    def notes_of(self, part: int) -> list[Note]:
        """The notes of one part, in order."""
        return [note for note in self.notes if note.part == part]

    def active(self, part: int) -> tuple[Interval, ...]:
        """When a part plays; pauses shorter than `BRIDGED_S` count as playing."""
        out: list[Interval] = []
        for note in self.notes_of(part):
            end_s = min(note.end_s, self.duration_s)
            if out and note.start_s <= out[-1].end_s + BRIDGED_S:
                out[-1] = Interval(out[-1].start_s, max(end_s, out[-1].end_s))
            else:
                out.append(Interval(note.start_s, end_s))
        return tuple(out)

    @property
    def key(self) -> Key | None:
        """The key that holds longest; None for drums alone."""
        held: dict[Key, float] = {}
        for region in self.keys:
            held[region.label] = held.get(region.label, 0.0) + region.duration_s
        return max(held, key=lambda key: held[key]) if held else None
