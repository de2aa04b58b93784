"""What the network of form learns from: items as sketches, with imperfect bars and sections among them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.bars import bar_edges_s
from musicflamingo_app.analysis.listening.form_rows import BarRows, bar_rows, likenesses
from musicflamingo_app.analysis.listening.hearing import folded, pooled, rises
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from train.ears.items import SCALE, Item, load

FEWEST_BARS = 6


@dataclass(frozen=True, eq=False)
class Sketched:
    """One recording as the network of form reads it, with its truth."""

    name: str
    chroma: Floats
    treble: Floats
    lows: Floats
    bands: Floats
    onsets: Floats
    beats_s: NDArray[np.float64]
    positions: NDArray[np.int8]
    about: dict[str, Any]

    @property
    def song(self) -> str:
        return str(self.about.get("song", self.name))

    @property
    def is_pop(self) -> bool:
        return self.name.startswith("pop-")

    @property
    def downs_s(self) -> NDArray[np.float64]:
        return self.beats_s[self.positions == 1]

    @property
    def sections(self) -> Timeline[Section]:
        """True sections; the letter alone (primes left out) and the function."""
        rows = [(a, b, Section(letter.rstrip("'"), name)) for a, b, letter, name in self.about["sections"] if b > a]
        return Timeline.of(rows)


@dataclass(frozen=True, eq=False)
class Lesson:
    """One recording in bars: their rows and likenesses, and which lines are boundaries."""

    sketch: Sketched
    rows: BarRows
    alike: NDArray[np.float32]
    truth: NDArray[np.float32]  # (bars + 1,)

    @property
    def lines(self) -> list[int]:
        return [0, *map(int, np.flatnonzero(self.truth)), self.rows.n_bars]


def sketches(folder: Path) -> list[Sketched]:
    """The items of a folder that have sections; an item still being written is left out."""
    paths = (path for path in sorted(folder.glob("*.npz")) if not path.name.endswith(".part.npz"))
    return [sketched(path.stem, item) for path in paths if (item := load(path)).about["sections"]]


def sketched(name: str, item: Item) -> Sketched:
    """An item's sketch, in half precision to keep hundreds in memory."""
    harmonic, rhythmic = (rows.astype(np.float32) / SCALE for rows in (item.harmonic, item.rhythmic))
    tones = [folded(harmonic, low, high) for low, high in ((12, 72), (48, 84), (0, 24))]
    made = [part.astype(np.float16) for part in (*tones, pooled(rhythmic), rises(rhythmic))]
    return Sketched(name, *made, item.beats_s.astype(np.float64), item.positions, item.about)


def lesson(sketch: Sketched, downs_s: NDArray[np.float64] | None = None) -> Lesson:
    """A recording in bars: those of its truth, or others."""
    edges_s = _edges_s(sketch, sketch.downs_s if downs_s is None else downs_s)
    rows = bar_rows(_single(sketch), edges_s)
    return Lesson(sketch, rows, likenesses(rows), _truth(sketch, edges_s))


def lengths_in_bars(sketch: Sketched) -> NDArray[np.int64]:
    """How many bars each true section has."""
    truth = _truth(sketch, _edges_s(sketch, sketch.downs_s))
    return np.diff([0, *np.flatnonzero(truth), len(truth) - 1])


def _edges_s(sketch: Sketched, downs_s: NDArray[np.float64]) -> NDArray[np.float64]:
    grid = BeatGrid(tuple(Beat(float(time_s), 1) for time_s in np.unique(downs_s)))
    return bar_edges_s(grid, float(sketch.about["duration_s"]))


def _truth(sketch: Sketched, edges_s: NDArray[np.float64]) -> NDArray[np.float32]:
    """1 at the bar line nearest to each boundary; the ends of the recording do not count."""
    truth = np.zeros(len(edges_s), np.float32)
    for section in sketch.sections.segments[1:]:
        truth[np.argmin(np.abs(edges_s - section.start_s))] = 1
    truth[[0, -1]] = 0
    return truth


def _single(sketch: Sketched) -> Sketched:
    parts = (getattr(sketch, name).astype(np.float32) for name in ("chroma", "treble", "lows", "bands", "onsets"))
    return Sketched(sketch.name, *parts, sketch.beats_s, sketch.positions, sketch.about)


def imperfect(sketch: Sketched, random: np.random.Generator) -> NDArray[np.float64]:
    """Downbeats as engines find them: often right, else a beat off, some lost, at half or twice the rate, or loose."""
    downs_s, fate = sketch.downs_s, random.random()
    if fate < 0.45 or len(downs_s) < 12:
        return downs_s
    if fate < 0.6:
        return _moved(downs_s, sketch.beats_s, random)
    if fate < 0.72:
        return downs_s[random.random(len(downs_s)) > 0.04]
    if fate < 0.84:
        return downs_s[int(random.integers(2)) :: 2]
    if fate < 0.9:
        return np.sort(np.concatenate([downs_s, (downs_s[:-1] + downs_s[1:]) / 2]))
    return np.sort(downs_s + random.normal(0, 0.04, len(downs_s)))


def _moved(
    downs_s: NDArray[np.float64], beats_s: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """Bars that begin one to three beats late, all of them or from somewhere on."""
    places = np.searchsorted(beats_s, downs_s) + int(random.integers(1, 4))
    late_s = beats_s[places[places < len(beats_s)]]
    from_s = random.choice(downs_s) if random.random() < 0.5 else -1.0
    return np.concatenate([downs_s[downs_s < from_s], late_s[late_s > from_s]])


def imperfect_lines(lines: Sequence[int], random: np.random.Generator) -> list[int]:
    """Lines as a network finds them: some lost, some a bar off, some long sections cut."""
    kept = [line for line in lines[1:-1] if random.random() > 0.1]
    moved = [line + int(random.integers(-1, 2)) if random.random() < 0.1 else line for line in kept]
    cuts = [(a + b) // 2 for a, b in itertools.pairwise(lines) if b - a >= 8 and random.random() < 0.1]
    return [lines[0], *sorted({line for line in (*moved, *cuts) if lines[0] < line < lines[-1]}), lines[-1]]


def bearers(lesson: Lesson, lines: Sequence[int]) -> Iterator[tuple[Section, float]]:
    """For each section between lines the true section that holds longest in it, and its share (by letter)."""
    times_s = lesson.rows.edges_s[list(lines)]
    for a, b in itertools.pairwise(times_s):
        held: dict[Section, float] = {}
        for segment in lesson.sketch.sections:
            overlap_s = min(b, segment.end_s) - max(a, segment.start_s)
            if overlap_s > 0:
                held[segment.label] = held.get(segment.label, 0.0) + float(overlap_s)
        best = max(held, key=lambda section: held[section], default=Section("-"))
        yield best, held.get(best, 0.0) / float(b - a)
