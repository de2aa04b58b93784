"""The progression of each section: the shortest loop of bars that repeats, or the chords as they come.

Chords are compared by triad, so a seventh added the second time round does not break a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

from musicflamingo_app.facts.card import Cell, SongCard
from musicflamingo_app.facts.named_progressions import (
    BLUES,
    CIRCLE,
    CIRCLE_CHORDS,
    KNOWN,
    SHORT,
    Step,
    fifths_from,
    is_twelve_bar_blues,
    name_of_loop,
    step_of,
)
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval, Segment

LONGEST_LOOP = 12  # bars; longer ones are heard as a form, not as a loop
LOOP_COVERS = 0.75  # a loop must fill so much of its section


@dataclass(frozen=True)
class NamedRun:
    """A known progression where it is heard. `turn` is the chord a loop starts with, 0 as usually told."""

    name: str
    interval: Interval
    chords: tuple[Chord, ...]
    turn: int = 0


@dataclass(frozen=True)
class Progression:
    """What a section's chords do. `loop` is the repeated cells (all of them when nothing repeats, then `repeats` is 1).

    `is_exact` is False when a repetition differs or the section holds more than whole loops. `section` is None when
    the progression is that of a track without sections. `key` is None when no key was measured.
    """

    interval: Interval
    section: Segment[Section] | None
    cells: tuple[Cell, ...]
    loop: tuple[Cell, ...]
    repeats: int
    is_exact: bool
    key: Key | None
    named: tuple[NamedRun, ...]
    confidence: float

    @cached_property
    def chords(self) -> tuple[Chord, ...]:
        """The chords of the loop in order, repeats in a row made one.

        Where the repetitions differ in bass or colour, the chord that they have in common.
        """
        if not self.is_loop:
            return _in_a_row(self.loop)
        period = len(self.loop)
        turns = [self.cells[n : n + period] for n in range(0, period * self.repeats, period)]
        groups = [zip(*(_by_triad(cell) for cell in cells), strict=True) for cells in zip(*turns, strict=True)]
        common = [_common([c for variant in variants for c in variant]) for group in groups for variants in group]
        return tuple(chord for n, chord in enumerate(common) if n == 0 or chord != common[n - 1])

    @cached_property
    def numerals(self) -> tuple[str, ...]:
        """Their Roman numerals in the key at the section's start; empty without a key."""
        return tuple(roman(chord, self.key) for chord in self.chords) if self.key else ()

    @property
    def is_loop(self) -> bool:
        return self.repeats > 1


def progressions(card: SongCard) -> tuple[Progression, ...]:
    """One progression for each section that has chords; one for the whole track when there are no sections."""
    if not card.chords:
        return ()
    sections = card.sections.value if card.sections else ()
    stretches: list[tuple[Interval, Segment[Section] | None]] = [(s.interval, s) for s in sections]
    stretches = stretches or [(card.interval, None)]
    found = (_progression(card, interval, section) for interval, section in stretches)
    return tuple(progression for progression in found if progression)


def _progression(card: SongCard, interval: Interval, section: Segment[Section] | None) -> Progression | None:
    cells = _trimmed(card.cells(interval))
    if not cells:
        return None
    period, repeats = loop_of([shape_of(cell) for cell in cells])
    key = _one_key(card, cells)
    loop = cells[:period]
    heard = card.chords_of(Interval(cells[0].start_s, cells[-1].end_s))
    sure = [(s.duration_s, s.confidence) for s in heard if s.confidence is not None]
    total_s = sum(seconds for seconds, _ in sure)
    fallback = card.chords.confidence if card.chords else 0.0
    confidence = sum(s * c for s, c in sure) / total_s if total_s else fallback
    exact = period * repeats == len(cells)
    named = _named(cells, period, repeats, key) if key else ()
    return Progression(interval, section, cells, loop, repeats, exact, key, named, confidence)


def loop_of(shapes: Sequence[object]) -> tuple[int, int]:
    """Length of the shortest unit that repeats from the start, and how often; `(len, 1)` when nothing repeats."""
    for period in range(1, min(LONGEST_LOOP, len(shapes) // 2) + 1):
        unit, repeats = shapes[:period], 1
        while shapes[repeats * period : (repeats + 1) * period] == unit:
            repeats += 1
        if repeats > 1 and repeats * period >= LOOP_COVERS * len(shapes):
            return period, repeats
    return len(shapes), 1


def _trimmed(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Without the bars before the first and after the last chord, and without the pickup."""
    full = [index for index, cell in enumerate(cells) if cell.chords and cell.number != 0]
    return cells[full[0] : full[-1] + 1] if full else ()


def shape_of(cell: Cell) -> tuple[tuple[int, str], ...]:
    """A bar as loops compare it: roots and triads."""
    rooted = [(chord.root.pitch_class, chord.triad.quality) for chord in cell.chords if chord.root]
    return tuple(pair for n, pair in enumerate(rooted) if n == 0 or pair != rooted[n - 1])


def _by_triad(cell: Cell) -> list[list[Chord]]:
    """The chords of a bar, those on one triad together; as many groups as its shape has."""
    rooted = (chord for chord in cell.chords if chord.root)
    groups = groupby(rooted, key=lambda chord: (chord.root and chord.root.pitch_class, chord.triad.quality))
    return [list(group) for _, group in groups]


def _common(chords: list[Chord]) -> Chord:
    """One chord for several on one triad: itself, without bass, or the triad."""
    if len(set(chords)) == 1:
        return chords[0]
    plain = {replace(chord, bass=None) for chord in chords}
    return plain.pop() if len(plain) == 1 else chords[0].triad


def _in_a_row(cells: Sequence[Cell]) -> tuple[Chord, ...]:
    chords = [chord for cell in cells for chord in cell.chords]
    return tuple(chord for n, chord in enumerate(chords) if n == 0 or chord != chords[n - 1])


def _one_key(card: SongCard, cells: Sequence[Cell]) -> Key | None:
    """The key that holds for the longest part of the cells."""
    seconds: dict[Key, float] = {}
    for cell in cells:
        key = card.key_at((cell.start_s + cell.end_s) / 2)
        if key:
            seconds[key] = seconds.get(key, 0.0) + cell.end_s - cell.start_s
    return max(seconds, key=lambda key: seconds[key]) if seconds else None


def _named(cells: tuple[Cell, ...], period: int, repeats: int, key: Key) -> tuple[NamedRun, ...]:
    placed = _placed(cells[:period], key)
    whole = Interval(cells[0].start_s, cells[period * repeats - 1].end_s)
    if repeats > 1:
        steps = [one.step for one in placed]
        found = name_of_loop(_closed(steps))
        if found:
            return (NamedRun(found[0], whole, _in_a_row(cells[:period]), found[1]),)
        return _blues(cells[:period], key)
    return _blues(cells, key) or _runs(_placed(cells, key))


def _closed(steps: list[Step]) -> list[Step]:
    """A loop's steps without a last chord that only repeats the first."""
    return steps[:-1] if len(steps) > 2 and steps[0] == steps[-1] else steps


def _blues(cells: tuple[Cell, ...], key: Key) -> tuple[NamedRun, ...]:
    """Every twelve bars from the start that are a blues."""
    runs = []
    for start in range(0, len(cells) - 11, 12):
        twelve = cells[start : start + 12]
        if is_twelve_bar_blues([[step_of(chord, key) for chord in cell.chords] for cell in twelve]):
            runs.append(NamedRun(BLUES, Interval(twelve[0].start_s, twelve[-1].end_s), _in_a_row(twelve)))
    return tuple(runs)


@dataclass(frozen=True)
class _Placed:
    """A chord as a step, when it starts, the cell it starts in and that cell's index."""

    step: Step
    chord: Chord
    start_s: float
    cell: Cell
    index: int


def _placed(cells: Sequence[Cell], key: Key) -> list[_Placed]:
    """Every chord of the cells, equal steps in a row made one."""
    placed: list[_Placed] = []
    for index, cell in enumerate(cells):
        for chord, start_s in zip(cell.chords, cell.starts_s, strict=True):
            step = step_of(chord, key)
            if not placed or placed[-1].step != step:
                placed.append(_Placed(step, chord, start_s, cell, index))
    return placed


def _runs(placed: list[_Placed]) -> tuple[NamedRun, ...]:
    """Known progressions along a section, the longest at each place."""
    runs, at = [], 0
    while at < len(placed):
        name, length = _known_at(placed[at:])
        if length:
            run = placed[at : at + length]
            interval = Interval(run[0].start_s, run[-1].cell.end_s)
            runs.append(NamedRun(name, interval, tuple(one.chord for one in run)))
        at += max(1, length)
    return tuple(runs)


def _known_at(placed: list[_Placed]) -> tuple[str, int]:
    """The longest known progression that begins with the first chord; length 0 for none."""
    steps = tuple(one.step for one in placed)
    n_circle = fifths_from([step for step, _ in steps])
    for known in KNOWN:
        length = len(known.steps)
        if length < n_circle or steps[:length] != known.steps:
            continue
        if known.name in SHORT or (length >= 4 and _begins_phrase(placed[:length])):
            return known.name, length
    return (CIRCLE, n_circle) if n_circle >= CIRCLE_CHORDS else ("", 0)


def _begins_phrase(run: list[_Placed]) -> bool:
    """Whether a run starts where a phrase of its length would: with the first, fifth, ... bar when it takes four."""
    n_bars = run[-1].index - run[0].index + 1
    return run[0].index % (1 if n_bars == 1 else 2 if n_bars == 2 else 4) == 0
