"""What players share: strokes in beats, rhythms laid over chords, voicings that move little."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from musicflamingo_app.music.chord import Chord
from train.pieces.patterns import letters
from train.pieces.plan import Sounding, Stretch

PUSH_BEATS = 1.0  # a push anticipates a chord that is at most this near
SHORTEST_BEATS = 0.05


@dataclass(frozen=True, slots=True)
class Stroke:
    """One note in beats; velocity is what it would be at full energy."""

    start: float
    length: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Event:
    """A letter of a rhythm from one beat to another, with the chord that it plays."""

    start: float
    end: float
    letter: str
    sounding: Sounding

    @property
    def is_onset(self) -> bool:
        """Whether the chord begins here."""
        return abs(self.start - self.sounding.start) < 1e-6

    @property
    def is_strong(self) -> bool:
        return abs(self.start - round(self.start)) < 1e-6


def events(rhythm: str, stretch: Stretch) -> Iterator[Event]:
    """A rhythm over the bars of a section; what is held over a change of chord is struck anew there."""
    for start, end, letter in _held(rhythm, stretch):
        at = start
        sounding = stretch.sounding_at(at)
        if letter in "pP":
            after = stretch.sounding_at(sounding.end)
            sounding = after if 0 < after.start - at <= PUSH_BEATS else sounding
        while end - at > SHORTEST_BEATS:
            stop = min(end, sounding.end)
            if sounding.chord.is_chord:
                yield Event(at, stop, letter, sounding)
            if sounding.end >= stretch.end - 1e-6:
                break
            at, letter, sounding = stop, letter if letter.isdigit() else "x", stretch.sounding_at(sounding.end)


def _held(rhythm: str, stretch: Stretch) -> list[tuple[float, float, str]]:
    """`(start, end, letter)` of every letter that strikes, `_` joined to the one before."""
    out: list[tuple[float, float, str]] = []
    for bar in stretch.bar_starts:
        for beat, group in enumerate(letters(rhythm)):
            for step, letter in enumerate(group):
                start = bar + beat + step / len(group)
                end = start + 1 / len(group)
                if letter == "_" and out and abs(out[-1][1] - start) < 1e-6:
                    out[-1] = (out[-1][0], end, out[-1][2])
                elif letter != ".":
                    out.append((start, end, "X" if letter == "_" else letter))
    return out


class Voicing:
    """Close voicings in a range, each the nearest to the one before."""

    def __init__(self, low: int, high: int, size: int) -> None:
        self._low, self._high, self._size = low, high, size
        self._before: list[int] = []
        self._known: dict[float, list[int]] = {}

    def of(self, sounding: Sounding) -> list[int]:
        """The notes of a chord, low to high; the same ones for as long as it sounds."""
        if sounding.start not in self._known:
            classes = sorted(_kept(sounding.chord, self._size))
            self._before = min(self._candidates(classes), key=self._cost)
            self._known[sounding.start] = self._before
        return self._known[sounding.start]

    def _candidates(self, classes: list[int]) -> Iterator[list[int]]:
        for turn in range(len(classes)):
            turned = classes[turn:] + classes[:turn]
            first = self._low + (turned[0] - self._low) % 12
            for octave in range(first, max(first + 1, self._high - 7), 12):
                notes = [octave]
                for wanted in turned[1:]:
                    notes.append(notes[-1] + ((wanted - notes[-1]) % 12 or 12))
                yield notes

    def _cost(self, notes: list[int]) -> float:
        middle = (self._low + self._high) / 2
        centre = abs(sum(notes) / len(notes) - middle) + 3 * max(0, notes[-1] - self._high)
        if not self._before:
            return centre
        return sum(min(abs(note - other) for other in self._before) for note in notes) + 0.4 * centre


def _kept(chord: Chord, size: int) -> set[int]:
    """The pitch classes that matter most: third and seventh, then what colours it, then fifth and root.

    A major third keeps the eleventh away unless the chord has nothing else to say.
    """
    assert chord.root is not None
    steps = [degree.semitones for degree in chord.degrees]
    if len(steps) > size:
        names = [str(degree) for degree in chord.degrees]
        order = sorted(range(len(steps)), key=lambda i: _importance(names[i], is_major="3" in names))
        steps = [steps[index] for index in order[:size]]
    return {(chord.root.pitch_class + step) % 12 for step in steps}


def _importance(name: str, *, is_major: bool) -> int:
    if name == "11":
        return 4 if is_major else 2
    ranks = {"3": 0, "b3": 0, "4": 0, "2": 0, "b7": 1, "7": 1, "bb7": 1, "6": 1, "5": 5, "1": 6}
    return ranks.get(name, 2)


def bass_pitch(chord: Chord, low: int) -> int:
    """The label's bass in the octave above `low`."""
    assert chord.bass_pitch is not None
    return low + (chord.bass_pitch.pitch_class - low) % 12


def near(pitch_class: int, pitch: int) -> int:
    """The pitch of a class nearest to another pitch."""
    return pitch + (pitch_class - pitch + 6) % 12 - 6


def seeded(*parts: object) -> Random:
    """A generator of its own for each purpose, so that one player's choices never change another's."""
    return Random(" ".join(map(str, parts)))
