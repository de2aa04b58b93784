"""What speaks for a strong or weak place in the bar, at each point of a grid in time.

A point is a pulse or the middle between two. Each measure is standardised over the recording, so that only contrast
counts, and set beside the same measure half a pulse before and after.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.rhythm.hearing import Hearing
from musicflamingo_app.analysis.rhythm.spectrum import FRAMES_HZ
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

Numbers = NDArray[np.floating[Any]]

# The measures in the columns' order; a thirteenth, chord changes, follows when chords are known.
MEASURES = (
    "downbeat", "beat", "onset", "low", "high", "bass_onset",
    "chroma_1", "chroma_2", "chroma_4", "bass_1", "bass_2", "timbre_4",
)  # fmt: skip
NEIGHBOURS = (-1, 0, 1)
_ATTACK_S = 0.03  # left out on either side of the point
_CHORD_REACH = 0.6  # pulses


def evidence(hearing: Hearing, points_s: Numbers, chords: Timeline[Chord] | None) -> Numbers:
    """(points, measures x neighbours) evidence at points half a pulse apart, standardised."""
    pulse_s = 2 * np.gradient(points_s)
    columns = _energies(hearing, points_s) + _novelties(hearing, points_s, pulse_s)
    if chords is not None:
        columns.append(_chord_changes(points_s, pulse_s, chords))
    table = np.stack([_standard(column) for column in columns], axis=1)
    return np.concatenate([np.roll(table, -shift, axis=0) for shift in NEIGHBOURS], axis=1)


def peak(curve: Numbers, times_s: Numbers) -> Numbers:
    """The highest value of a curve at FRAMES_HZ within a frame of each time."""
    frames = np.clip(np.round(times_s * FRAMES_HZ).astype(int), 1, len(curve) - 2)
    return np.maximum(np.maximum(curve[frames - 1], curve[frames]), curve[frames + 1])


def _energies(hearing: Hearing, points_s: Numbers) -> list[Numbers]:
    return [
        peak(hearing.downbeat, points_s),
        peak(hearing.beat, points_s),
        np.log(0.3 + peak(hearing.onset, points_s)),
        np.log(0.1 + peak(hearing.low, points_s)),
        np.log(0.1 + peak(hearing.high, points_s)),
        np.log(0.05 + peak(hearing.bass_onset, points_s)),
    ]


def _novelties(hearing: Hearing, points_s: Numbers, pulse_s: Numbers) -> list[Numbers]:
    """How different what follows is from what went before: harmony, bass and timbre, over 1-4 pulses."""
    chroma, bass = (_Means(curve, points_s, pulse_s) for curve in (hearing.chroma, hearing.bass))
    timbre_before, timbre_after = _Means(hearing.timbre, points_s, pulse_s).around(4)
    return [
        *(_angle(*chroma.around(pulses)) for pulses in (1, 2, 4)),
        *(_angle(*bass.around(pulses)) for pulses in (1, 2)),
        np.linalg.norm(timbre_before - timbre_after, axis=1),
    ]


class _Means:
    """Means of a (frames, bins) curve over stretches of time before and after points."""

    def __init__(self, curve: Numbers, points_s: Numbers, pulse_s: Numbers) -> None:
        self._sums = np.concatenate([np.zeros((1, curve.shape[1])), np.cumsum(curve, axis=0, dtype=np.float64)])
        self._points_s, self._pulse_s = points_s, pulse_s

    def around(self, pulses: int) -> tuple[Numbers, Numbers]:
        reach_s = 0.97 * pulses * self._pulse_s
        before = self._mean(self._points_s - reach_s, self._points_s - _ATTACK_S)
        return before, self._mean(self._points_s + _ATTACK_S, self._points_s + reach_s)

    def _mean(self, start_s: Numbers, end_s: Numbers) -> Numbers:
        last = len(self._sums) - 1
        low = np.clip(np.round(start_s * FRAMES_HZ).astype(int), 0, last - 1)
        high = np.clip(np.round(end_s * FRAMES_HZ).astype(int), low + 1, last)
        return (self._sums[high] - self._sums[low]) / (high - low)[:, None]


def _angle(before: Numbers, after: Numbers) -> Numbers:
    """1 - cosine similarity of rows."""
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return 1 - (before * after).sum(axis=1) / (lengths + 1e-6)


def _chord_changes(points_s: Numbers, pulse_s: Numbers, chords: Timeline[Chord]) -> Numbers:
    """Nearness of a chord change at each point: its weight there, less beside it, 0 from _CHORD_REACH away."""
    out = np.zeros(len(points_s))
    reach_s = _CHORD_REACH * float(np.median(pulse_s))
    for time_s, weight in changes(chords):
        low, high = np.searchsorted(points_s, [time_s - reach_s, time_s + reach_s])
        near = weight * (1 - np.abs(points_s[low:high] - time_s) / reach_s)
        out[low:high] = np.maximum(out[low:high], near)
    return out


def changes(chords: Timeline[Chord]) -> Sequence[tuple[float, float]]:
    """(time, weight) of each chord change: 1 where the root moves, 0.6 where only the quality does."""
    found = []
    for before, after in zip(chords.segments, chords.segments[1:], strict=False):
        if before.label != after.label:
            found.append((after.start_s, 1.0 if before.label.root != after.label.root else 0.6))
    return found


def _standard(column: Numbers) -> Numbers:
    return (column - column.mean()) / (column.std() + 1e-9)
