"""Chords of a score in parts, told only where they are clear: a whole triad or seventh chord, spelled in thirds."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from musicflamingo_app.music.chord import QUALITIES, Chord
from musicflamingo_app.music.pitch import LETTERS, Degree, Pitch
from train.scores.written import Tone

CLEAR = ("maj", "min", "dim", "aug", "7", "maj7", "min7", "minmaj7", "dim7", "hdim7")
ORNAMENT = 0.5  # quarters: what is shorter between two equal chords is a neighbour or passing note
_BY_DEGREES = {frozenset({"1", *QUALITIES[quality]}): quality for quality in CLEAR}


@dataclass(frozen=True, slots=True)
class Sonority:
    """What sounds from `start` to `end` (quarters); `chord` is None where it is not clear."""

    start: float
    end: float
    chord: Chord | None

    @property
    def length(self) -> float:
        return self.end - self.start


def clear_chords(tones: Sequence[Tone]) -> list[Sonority]:
    """The clear chords of a score in order, equal neighbours made one; between them nothing is told."""
    joined = _joined(_without_ornaments(list(_slices(tones))))
    return [sonority for sonority in joined if sonority.chord is not None and sonority.length >= ORNAMENT]


def _slices(tones: Sequence[Tone]) -> Iterator[Sonority]:
    """The score cut wherever a note begins or ends."""
    edges = sorted({tone.start for tone in tones} | {tone.end for tone in tones})
    sounding: list[list[Tone]] = [[] for _ in edges]
    for tone in tones:
        for index in range(bisect_right(edges, tone.start) - 1, bisect_right(edges, tone.end) - 1):
            sounding[index].append(tone)
    for (start, end), together in zip(pairwise(edges), sounding, strict=False):
        yield Sonority(start, end, chord_of(together))


def chord_of(tones: Sequence[Tone]) -> Chord | None:
    """The chord of notes that sound together, over their lowest; None where they are none of `CLEAR`."""
    if not tones:
        return None
    bass = min(tones, key=lambda tone: tone.pitch).name
    names = {tone.name for tone in tones}
    for root in names:
        quality = _BY_DEGREES.get(frozenset(str(degree_above(root, name)) for name in names))
        if quality is not None:
            return Chord(root, quality, bass=None if bass == root else degree_above(root, bass))
    return None


def degree_above(root: Pitch, name: Pitch) -> Degree:
    """The degree of a spelled pitch above a root: Eb is the b3 of C, D# its #2."""
    number = (LETTERS.index(name.letter) - LETTERS.index(root.letter)) % 7 + 1
    plain = root.above(Degree(number))
    return Degree(number, name.accidentals - plain.accidentals)


def _without_ornaments(slices: list[Sonority]) -> list[Sonority]:
    """Short stretches between two equal chords are part of them."""
    out = list(slices)
    for index in range(1, len(out) - 1):
        before, after = out[index - 1].chord, out[index + 1].chord
        if out[index].length <= ORNAMENT and before is not None and before == after:
            out[index] = replace(out[index], chord=before)
    return out


def _joined(slices: Sequence[Sonority]) -> list[Sonority]:
    out: list[Sonority] = []
    for sonority in slices:
        if out and out[-1].chord == sonority.chord and out[-1].end == sonority.start:
            out[-1] = replace(out[-1], end=sonority.end)
        else:
            out.append(sonority)
    return out
