"""How well chords were heard: weighted chord symbol recall (WCSR) by mir_eval, and segmentation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.music.chord import NO_CHORD, UNKNOWN_CHORD, Chord
from musicflamingo_app.music.time import Interval, Timeline
from musicflamingo_app.scoring.mireval import intervals, mir_eval


@dataclass(frozen=True)
class ChordScores:
    """Shares of the compared time in [0, 1]. NaN: the truth holds nothing that the measure compares.

    `majmin` compares plain and seventh chords by their triad, `sevenths` also by their seventh; both leave out
    suspended, diminished and augmented chords of the truth. With `_inv` the bass must be right too. `mirex` asks for
    three shared pitch classes. `segmentation` is the worse of over- and under-segmentation (Harte 2010, section 8.3).
    """

    root: float
    thirds: float
    majmin: float
    sevenths: float
    mirex: float
    segmentation: float
    majmin_inv: float
    sevenths_inv: float


def chord_scores(truth: Timeline[Chord], found: Timeline[Chord]) -> ChordScores:
    """Compares found chords with true ones over the span of the truth.

    Gaps in the truth are not compared; gaps in what was found count as no chord. Raises ValueError for an empty
    truth, MissingPackage without mir_eval.
    """
    chord, pairs = mir_eval("chord"), compared(truth, found)

    def share(compare: Callable[[list[str], list[str]], NDArray[np.float64]]) -> float:
        return _share(compare(pairs.true, pairs.heard), pairs.durations_s)

    return ChordScores(
        root=share(chord.root),
        thirds=share(chord.thirds),
        majmin=share(chord.majmin),
        sevenths=share(chord.sevenths),
        mirex=share(chord.mirex),
        segmentation=_segmentation(truth, found),
        majmin_inv=share(chord.majmin_inv),
        sevenths_inv=share(chord.sevenths_inv),
    )


@dataclass(frozen=True, eq=False)
class Compared:
    """True and found labels of the stretches in which neither changes, their starts and lengths."""

    true: list[str]
    heard: list[str]
    starts_s: NDArray[np.float64]
    durations_s: NDArray[np.float64]


def compared(truth: Timeline[Chord], found: Timeline[Chord]) -> Compared:
    """Both sides cut where either changes, over the span of the truth. Raises as `chord_scores` does."""
    span, true, heard = _filled(truth, found)
    times, true_labels, heard_labels = mir_eval("util").merge_labeled_intervals(
        _joined(true, span), _labels(true), _joined(heard, span), _labels(heard)
    )
    return Compared(true_labels, heard_labels, times[:, 0], np.diff(times, axis=1)[:, 0])


def _filled(truth: Timeline[Chord], found: Timeline[Chord]) -> tuple[Interval, Timeline[Chord], Timeline[Chord]]:
    if not len(truth):
        raise ValueError("There are no true chords to compare with.")
    span = Interval(truth.segments[0].start_s, truth.end_s)
    return (
        span,
        truth.filled(span.end_s, UNKNOWN_CHORD).within(span),
        found.filled(span.end_s, NO_CHORD).within(span),
    )


def _segmentation(truth: Timeline[Chord], found: Timeline[Chord]) -> float:
    span, true, heard = _filled(truth, found)
    return float(mir_eval("chord").seg(_joined(true.merged(), span), _joined(heard.merged(), span)))


def _joined(timeline: Timeline[Chord], span: Interval) -> NDArray[np.float64]:
    """The intervals of a timeline that fills a span, their rounding taken out: mir_eval compares times exactly."""
    times = intervals(timeline)
    times[1:, 0] = times[:-1, 1]
    times[0, 0], times[-1, 1] = span.start_s, span.end_s
    return times


def _labels(timeline: Timeline[Any]) -> list[str]:
    return [str(segment.label) for segment in timeline]


def _share(correct: NDArray[np.float64], durations_s: NDArray[np.float64]) -> float:
    """Time-weighted mean of what is compared; mir_eval marks the rest with -1."""
    compared = correct >= 0
    total_s = durations_s[compared].sum()
    return float((correct[compared] * durations_s[compared]).sum() / total_s) if total_s > 0 else float("nan")
