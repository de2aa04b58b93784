"""Self-similarity of bars, and the cues of section boundaries that are read from it.

Every cue is an array with one value per bar line (bars + 1), higher where a section is likelier to begin.
"""

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.bars import BarFeatures
from musicflamingo_app.music.arrays import Floats

Matrix = NDArray[np.float64]
MIN_LAG_BARS = 4  # a bar's likeness to its near neighbours says nothing of repetition


def cosine(rows: Matrix) -> Matrix:
    """(n, n) cosine similarity of rows about their mean."""
    centred = rows - rows.mean()
    unit = centred / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9)
    return unit @ unit.T


def likeness(rows: Matrix) -> Matrix:
    """(n, n) in -1..1: a Gaussian of the distance between standardised rows, as wide as the median distance."""
    z = (rows - rows.mean(0)) / (rows.std() + 1e-6)
    square = (z * z).sum(1)
    distance = np.maximum(square[:, None] + square[None] - 2 * z @ z.T, 0.0)
    return 2 * np.exp(-distance / (np.median(distance) + 1e-9)) - 1


def harmonic_similarity(bars: BarFeatures) -> Matrix:
    """(bars, bars): how alike bars are in bass, harmony and melody."""
    return (cosine(bars.bass) + cosine(bars.chroma) + cosine(bars.treble)) / 3


def timbral_similarity(bars: BarFeatures) -> Matrix:
    """(bars, bars): how alike bars are in spectrum."""
    return likeness(bars.mel)


def checkerboard(similarity: Matrix, size: int) -> NDArray[np.float64]:
    """Novelty by Foote's checkerboard kernel of `size` bars (ICME 2000): inside likeness less cross likeness."""
    n = len(similarity)
    total = np.zeros((n + 1, n + 1))
    total[1:, 1:] = similarity.cumsum(0).cumsum(1)

    def mean(r0: int, r1: int, c0: int, c1: int) -> float:
        area = (r1 - r0) * (c1 - c0)
        return float(total[r1, c1] - total[r0, c1] - total[r1, c0] + total[r0, c0]) / area

    novelty = np.zeros(n + 1)
    for i in range(1, n):
        m = min(size, i, n - i)
        inside = (mean(i - m, i, i - m, i) + mean(i, i + m, i, i + m)) / 2
        novelty[i] = (inside - mean(i - m, i, i, i + m)) * np.sqrt(m / size)
    return novelty


def stripe_novelty(similarity: Matrix, kept: float) -> NDArray[np.float64]:
    """Change of the time-lag pattern of repetitions (structure features, Serra et al., IEEE TMM 2014).

    `kept` is the share of each bar's best matches that counts as repetition.
    """
    from scipy.ndimage import gaussian_filter

    n = len(similarity)
    smooth = sum(np.roll(similarity, (-o, -o), (0, 1)) for o in range(-2, 3)) / 5
    threshold = np.quantile(smooth, 1 - kept, axis=1, keepdims=True)
    mutual = (smooth >= threshold) & (smooth >= threshold.T)
    lags = np.zeros((2 * n, n))
    rows, columns = np.indices((n, n))
    lags[rows - columns + n, columns] = np.where(mutual, np.clip(smooth, 0, None), 0)
    lags = gaussian_filter(lags, (1.0, 1.5))
    return np.concatenate([[0.0], np.linalg.norm(np.diff(lags, axis=1), axis=0), [0.0]])


def repetition_edges(similarity: Matrix, length: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where repeated passages begin and end: likeness of `length` bars on one side less that of two on the other.

    The best other place in the recording counts, at least four bars away.
    """
    begins = _runs(similarity, length)
    ends = _runs(similarity[::-1, ::-1], length)[::-1]
    return begins, ends


def _runs(similarity: Matrix, length: int) -> NDArray[np.float64]:
    n = len(similarity)
    out = np.zeros(n + 1)
    m = n - length + 1  # places where a run fits
    if m <= MIN_LAG_BARS:
        return out
    run = sum(similarity[k : k + m, k : k + m] for k in range(length)) / length
    before = np.zeros((m, m))
    if m > 2:
        before[2:, 2:] = (similarity[: m - 2, : m - 2] + similarity[1 : m - 1, 1 : m - 1]) / 2
    gain = run - before
    rows, columns = np.indices((m, m))
    gain[np.abs(rows - columns) < MIN_LAG_BARS] = -np.inf
    best = gain.max(1)
    out[:m] = np.where(np.isfinite(best), best, 0.0)
    return out


def level_cues(quarters: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Step of the level between two bars before and after, without sign; and the drop at the end of the bar before."""
    level = quarters.mean(1).astype(np.float64)
    padded = np.concatenate([[level[0]] * 2, level, [level[-1]] * 2])
    n = len(level)
    step = np.array([padded[i + 2 : i + 4].mean() - padded[i : i + 2].mean() for i in range(n + 1)])
    fall = np.concatenate([[0.0], quarters[:, 3] - level])
    return np.abs(step), fall
