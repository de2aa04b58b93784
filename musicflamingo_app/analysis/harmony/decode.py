"""From scores to chords: the best path, and how sure each of its segments is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import clamp01
from musicflamingo_app.analysis.harmony.vocabulary import Vocabulary
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.time import Ranked, Segment, Timeline

N_ALTERNATIVES = 4
LEAST_ALTERNATIVE = 0.01
ROWS_AT_ONCE = 4096  # of scores: an hour is 155,000 rows of 500 chords


@dataclass(frozen=True, eq=False)
class Path:
    """The best chord of each row, with its score: log-scores of the rows less the cost of every change."""

    chords: NDArray[np.int64]
    score: float
    n_changes: int


def best_path(scores: Iterable[Floats], change_costs: Floats) -> Path:
    """Viterbi over rows (frames or stretches) of log-scores, `(chords,)` each; at least one row.

    Every change of chord on entering a row costs `change_costs[row]`, whichever chords they are; so the best way in
    is to stay, or to come from the best chord before, and one bit per chord and row remembers which.
    """
    leaders = np.zeros(len(change_costs), np.int64)
    stays: list[NDArray[np.uint8]] = []
    total: NDArray[np.float64] = np.zeros(0)
    for row, here in enumerate(scores):
        if row == 0:
            total = here.astype(np.float64)
            stays.append(np.zeros(0, np.uint8))
            continue
        leaders[row] = total.argmax()
        moved = total[leaders[row]] - change_costs[row]
        stays.append(np.packbits(total > moved))
        total = np.maximum(total, moved) + here
    found = np.full(len(change_costs), total.argmax(), np.int64)
    for row in range(len(found) - 1, 0, -1):
        chord = found[row]
        stayed = stays[row][chord >> 3] >> (7 - (chord & 7)) & 1
        found[row - 1] = chord if stayed else leaders[row]
    return Path(found, float(total[found[-1]]), int((np.diff(found) != 0).sum()))


def score_rows(log_probabilities: Floats, vocabulary: Vocabulary) -> Iterator[Floats]:
    """The scores of each row of the networks' outputs; never all of an hour at once."""
    for first in range(0, len(log_probabilities), ROWS_AT_ONCE):
        yield from vocabulary.scores(log_probabilities[first : first + ROWS_AT_ONCE])


def segments_of(path: Path) -> list[tuple[int, int]]:
    """First row and row after the last of each stretch under one chord."""
    turns = [0, *(int(turn) for turn in np.flatnonzero(np.diff(path.chords)) + 1), len(path.chords)]
    return list(pairwise(turns))


def timeline(
    rows: Floats, frames: NDArray[np.int64], edges_s: NDArray[np.float64], path: Path, vocabulary: Vocabulary
) -> Timeline[Chord]:
    """The path as segments with confidence and alternatives.

    `rows` are sums of outputs over `frames` frames each; `edges_s` are their borders, one more than rows.
    """
    segments = []
    for first, last in segments_of(path):
        start_s, end_s = float(edges_s[first]), float(edges_s[last])
        if end_s > start_s:
            mean = rows[first:last].sum(axis=0) / max(1, frames[first:last].sum())
            segments.append(_segment(start_s, end_s, int(path.chords[first]), mean, vocabulary))
    return Timeline(tuple(segments))


def _segment(start_s: float, end_s: float, chord: int, outputs: Floats, vocabulary: Vocabulary) -> Segment[Chord]:
    chances = _chances(outputs, vocabulary)
    order = [int(other) for other in np.argsort(-chances)[: N_ALTERNATIVES + 1] if other != chord][:N_ALTERNATIVES]
    names = vocabulary.chords
    others = tuple(Ranked(names[k], float(chances[k])) for k in order if chances[k] >= LEAST_ALTERNATIVE)
    return Segment(start_s, end_s, names[chord], clamp01(float(chances[chord])), others)


def _chances(outputs: Floats, vocabulary: Vocabulary) -> NDArray[np.float64]:
    """Probability of each chord for the mean outputs of some frames."""
    scores = vocabulary.sharpness * vocabulary.scores(outputs[None])[0].astype(np.float64)
    chances = np.exp(scores - scores.max())
    return np.asarray(chances / chances.sum(), np.float64)


def mean_confidence(chords: Timeline[Chord]) -> float:
    """Confidence by duration over what is a chord; without any chord, over everything."""
    kept = [s for s in chords if s.label != NO_CHORD and s.confidence is not None] or [
        s for s in chords if s.confidence is not None
    ]
    total_s = sum(s.duration_s for s in kept)
    return clamp01(sum((s.confidence or 0.0) * s.duration_s for s in kept) / total_s) if total_s else 0.0
