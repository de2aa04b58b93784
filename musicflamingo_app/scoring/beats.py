"""How well beats, downbeats and the tempo were heard."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.scoring.mireval import mir_eval

SKIPPED_S = 5.0  # mir_eval's custom: listeners need a few seconds to find the beat
TEMPO_TOLERANCE = 0.04  # Gouyon et al. 2006
OCTAVES = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)


@dataclass(frozen=True)
class BeatScores:
    """Beat measures in [0, 1]: F within 70 ms; share tracked at the true metrical level, or at any related one."""

    f: float
    cmlt: float
    amlt: float


def beat_scores(truth_s: Sequence[float], found_s: Sequence[float], *, skipped_s: float = SKIPPED_S) -> BeatScores:
    """Compares beat times in seconds, those before `skipped_s` left out. All 0 when one side has none."""
    truth, found = _compared(truth_s, found_s, skipped_s)
    if not (truth.size and found.size):
        return BeatScores(0.0, 0.0, 0.0)
    beat = mir_eval("beat")
    f = float(beat.f_measure(truth, found))
    if min(truth.size, found.size) < 2:  # continuity needs a beat distance
        return BeatScores(f, 0.0, 0.0)
    _, cmlt, _, amlt = beat.continuity(truth, found)
    return BeatScores(f, float(cmlt), float(amlt))


def downbeat_f(truth_s: Sequence[float], found_s: Sequence[float], *, skipped_s: float = SKIPPED_S) -> float:
    """F measure of downbeat times within 70 ms."""
    truth, found = _compared(truth_s, found_s, skipped_s)
    return float(mir_eval("beat").f_measure(truth, found)) if truth.size and found.size else 0.0


def metre_right(truth: Metre, found: Metre) -> float:
    """1 when as many beats are felt in a bar, of the same unit, else 0: 2/4 is not 6/8, nor 4/4."""
    return float((truth.felt_beats, truth.unit) == (found.felt_beats, found.unit))


def tempo_acc1(truth_bpm: float, found_bpm: float | None) -> float:
    """1 when the tempo is within 4 % of the true one, else 0."""
    return _tempo_hit(truth_bpm, found_bpm, OCTAVES[:1])


def tempo_acc2(truth_bpm: float, found_bpm: float | None) -> float:
    """1 when the tempo is within 4 % of the true one or of its double, triple, half or third, else 0."""
    return _tempo_hit(truth_bpm, found_bpm, OCTAVES)


def _tempo_hit(truth_bpm: float, found_bpm: float | None, ratios: tuple[float, ...]) -> float:
    if found_bpm is None:
        return 0.0
    return float(any(abs(found_bpm - truth_bpm * r) <= TEMPO_TOLERANCE * truth_bpm * r for r in ratios))


def _compared(
    truth_s: Sequence[float], found_s: Sequence[float], skipped_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both as sorted arrays without the start; the start stays when the truth has nothing after it."""
    truth, found = np.sort(np.asarray(truth_s, np.float64)), np.sort(np.asarray(found_s, np.float64))
    if not (truth >= skipped_s).any():
        return truth, found
    return truth[truth >= skipped_s], found[found >= skipped_s]
