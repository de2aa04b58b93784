"""Drums: a pattern with small liberties, fills into the next section and crashes where it begins."""

from collections.abc import Iterator
from random import Random

from train.pieces.patterns import DRUMS, letters
from train.pieces.plan import Stretch
from train.pieces.strokes import Stroke

LOUDNESS = {"X": 108, "x": 86, "o": 52}
KICK, STICK, SNARE, CRASH = 36, 37, 38, 49
TOMS = (50, 48, 45, 43, 41)
TIMEKEEPERS = frozenset("HODPsT")
LENGTH = 0.2


def pattern(stretch: Stretch, rhythm: str, random: Random, *, fills: bool, crashes: bool) -> Iterator[Stroke]:
    """The bars of a section; a quiet one has its timekeepers alone."""
    lines = [(line[0], letters(line)[1:]) for line in rhythm.split(";")]
    if stretch.energy < 0.45:
        lines = [line for line in lines if line[0] in TIMEKEEPERS] or lines[:1]
    bars = stretch.bar_starts
    n_fill = random.choice((1, 2)) if fills and stretch.metre.felt_beats > 2 else 1 if fills else 0
    for bar in bars:
        until = bar + stretch.metre.felt_beats - (n_fill if bar == bars[-1] else 0)
        yield from (stroke for stroke in _bar(bar, lines, random) if stroke.start < until - 1e-6)
    if n_fill:
        yield from _fill(bars[-1] + stretch.metre.felt_beats - n_fill, n_fill, stretch, random)
    if crashes:
        yield Stroke(stretch.start, 1.0, CRASH, 100)
        yield Stroke(stretch.start, LENGTH, KICK, 104)


def _bar(bar: int, lines: list[tuple[str, list[str]]], random: Random) -> Iterator[Stroke]:
    for drum, groups in lines:
        for beat, group in enumerate(groups):
            for step, letter in enumerate(group):
                if letter not in LOUDNESS or (letter == "o" and random.random() < 0.06):
                    continue
                yield Stroke(
                    bar + beat + step / len(group), LENGTH, DRUMS[drum], LOUDNESS[letter] + random.randint(-6, 6)
                )


def _fill(start: int, n_beats: int, stretch: Stretch, random: Random) -> Iterator[Stroke]:
    """Down from the snare over the toms, ever louder."""
    per_beat = 3 if stretch.metre.is_compound else 2 if stretch.metre.unit == 8 or random.random() < 0.3 else 4
    n_steps = n_beats * per_beat
    for step in range(n_steps):
        place = step * (len(TOMS) + 1) // n_steps
        if random.random() < 0.9:
            drum = SNARE if place == 0 else TOMS[place - 1]
            yield Stroke(start + step / per_beat, LENGTH, drum, 76 + 30 * step // n_steps)


def count_in(n_beats: int) -> Iterator[Stroke]:
    """Sticks on the beats before the first section."""
    for beat in range(-n_beats, 0):
        yield Stroke(beat, LENGTH, STICK, 92)


def final(stretch: Stretch) -> Iterator[Stroke]:
    """The held last bar: kick and crash."""
    yield Stroke(stretch.start, LENGTH, KICK, 104)
    yield Stroke(stretch.start, 2.0, CRASH, 92)
