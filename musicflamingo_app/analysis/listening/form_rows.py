"""What each bar sounds like, from what our ears heard, and how alike bars are in five respects.

Conventions: bars are rows; `edges_s` has one more entry than there are bars; a likeness is (bars, bars) in -1..1.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.similarity import likeness
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ
from musicflamingo_app.music.arrays import Floats

PARTS, STEPS = 8, 16  # of a bar: harmony is compared part by part, strokes step by step
MOST_BARS = 1000  # longer recordings are compared two, three ... bars at a time
RESPECTS = ("harmony", "bass", "melody", "timbre", "rhythm")


class Sketch(Protocol):
    """What is read of a recording; `hearing.Listening` has it."""

    @property
    def chroma(self) -> Floats: ...  # (frames, 12)
    @property
    def treble(self) -> Floats: ...  # (frames, 12)
    @property
    def lows(self) -> Floats: ...  # (frames, 12)
    @property
    def bands(self) -> Floats: ...  # (frames, bands)
    @property
    def onsets(self) -> Floats: ...  # (5 * frames,)


@dataclass(frozen=True, eq=False)
class BarRows:
    """Per bar: chroma about its mean (all, lows, treble; 8 parts each), bands, strokes in 16 steps, level (4 parts)."""

    edges_s: NDArray[np.float64]
    chroma: Floats  # (bars, 96)
    lows: Floats  # (bars, 96)
    treble: Floats  # (bars, 96)
    bands: Floats  # (bars, bands)
    strokes: Floats  # (bars, 16)
    level: Floats  # (bars, 4), mean log magnitude

    @property
    def n_bars(self) -> int:
        return len(self.edges_s) - 1


def bar_rows(sketch: Sketch, edges_s: NDArray[np.float64]) -> BarRows:
    """The rows of the bars between edges."""
    tones = [
        per_bar(part - part.mean(axis=1, keepdims=True), edges_s, HARMONIC_HZ, PARTS)
        for part in (sketch.chroma, sketch.lows, sketch.treble)
    ]
    level = sketch.bands.mean(axis=1, keepdims=True)
    return BarRows(
        edges_s,
        *tones,
        per_bar(sketch.bands, edges_s, HARMONIC_HZ, 1),
        per_bar(sketch.onsets[:, None], edges_s, RHYTHMIC_HZ, STEPS),
        per_bar(level, edges_s, HARMONIC_HZ, 4),
    )


def per_bar(rows: Floats, edges_s: NDArray[np.float64], hz: float, n_parts: int) -> Floats:
    """(bars, parts * columns): the mean of each equal part of each bar; frame k is centred on k / hz."""
    shares = np.arange(n_parts) / n_parts
    parts = (edges_s[:-1, None] + np.diff(edges_s)[:, None] * shares).ravel()
    marks = np.clip(np.append(parts, edges_s[-1]) * hz + 0.5, 0.0, len(rows))
    summed = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
    whole = np.minimum(marks.astype(int), len(rows) - 1)
    at = summed[whole] + (marks - whole)[:, None] * rows[whole]
    means = np.diff(at, axis=0) / np.maximum(np.diff(marks), 1e-6)[:, None]
    return np.asarray(means.reshape(len(edges_s) - 1, -1), np.float32)


def thinned(edges_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of at most `MOST_BARS` rows: of a longer recording every second, third ... and the last."""
    step = -(-(len(edges_s) - 1) // MOST_BARS)
    return edges_s if step <= 1 else np.append(edges_s[:-1:step], edges_s[-1])


def likenesses(rows: BarRows) -> NDArray[np.float32]:
    """(5, bars, bars): how alike bars are in each of `RESPECTS`."""
    return np.stack(
        [
            _angle(np.concatenate([rows.chroma, 0.5 * rows.lows, 0.5 * rows.treble], axis=1)),
            _angle(_smoothed(rows.lows)),
            _angle(rows.treble - rows.treble.mean(axis=0)),
            likeness(rows.bands.astype(np.float64)).astype(np.float32),
            _angle(np.concatenate([_about_mean(rows.strokes), _about_mean(rows.level)], axis=1)),
        ]
    )


def _angle(rows: Floats) -> NDArray[np.float32]:
    unit = rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)
    return np.asarray(unit @ unit.T, np.float32)


def _smoothed(rows: Floats) -> Floats:
    """Pairs of neighbouring parts made one: a bass that comes early is the same bass."""
    return rows.reshape(len(rows), PARTS // 2, 2, 12).mean(axis=2).reshape(len(rows), -1)


def _about_mean(rows: Floats) -> Floats:
    return (rows - rows.mean(axis=0)) / (rows.std() + 1e-6)
