"""A score as it is written: notes, bars and key in quarter notes from its first note, before anybody plays it."""

from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch


@dataclass(frozen=True, slots=True)
class Tone:
    """One note: start and length in quarters, MIDI pitch, its spelled name, and the index of its part (0 on top)."""

    start: float
    length: float
    pitch: int
    name: Pitch
    part: int

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True)
class Written:
    """A score whose bars are all whole, but for a pickup of `pickup` quarters.

    `metre` is one that can be heard: 2/2 is 2/4 with beats of two quarters (`beat`). `key` is None where the score does
    not tell it; `held` are starts and ends of notes under a fermata.
    """

    metre: Metre
    beat: float
    pickup: float
    tones: tuple[Tone, ...]
    key: Key | None
    held: tuple[tuple[float, float], ...]

    @property
    def end(self) -> float:
        return max(tone.end for tone in self.tones)

    @property
    def n_parts(self) -> int:
        return 1 + max(tone.part for tone in self.tones)

    @property
    def incipit(self) -> str:
        """The first steps of the top part in semitones: settings of one tune share it."""
        top = sorted((tone for tone in self.tones if tone.part == 0), key=lambda tone: (tone.start, -tone.pitch))
        pitches = [tone.pitch for tone in top[:INCIPIT]]
        return ",".join(str(after - before) for before, after in pairwise(pitches))


INCIPIT = 10
