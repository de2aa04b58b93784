"""Swing: how much longer the first eighth of a beat is than the second, by where notes begin between the beats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, clamp01
from musicflamingo_app.analysis.listening.spectra import RHYTHMIC_HZ
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid

ON_BEAT = 0.12  # of a beat: notes so near to it begin on it
EVEN = 0.2  # of the middle gap: beats whose gap differs more are left out
AUDIBLE = 0.2  # of the middle beat's rise: what rises less is no note
WIDTH = 0.03  # of a beat, by which the places of notes scatter
NEAR = 0.07  # of a beat: notes so near to a place are at it
EIGHTH = (0.45, 0.78)  # where the second eighth can lie; beyond, it is a sixteenth after a dotted eighth
STRAIGHT = 0.57  # the latest place of an even one
BOTH = 0.5  # a place with so much of the strongest one's notes counts beside it
FEWEST, ENOUGH = 8, 24  # second eighths: with fewer nothing is told; from so many on their number is no doubt
PLACES = (*EIGHTH, STRAIGHT, NEAR, FEWEST, ENOUGH)  # what changes the result
_GRID = np.linspace(0.15, 0.85, 141)


@dataclass(frozen=True, eq=False)
class _Notes:
    """Where in its beat each note between beats begins (0-1), its strength up to 1, and the number of its beat."""

    phases: NDArray[np.float64]
    weights: NDArray[np.float64]
    beats: NDArray[np.int64]

    def near(self, phase: float) -> NDArray[np.bool_]:
        return np.abs(self.phases - phase) < NEAR


def swing_of(grid: BeatGrid, onsets: Floats) -> Finding[float] | None:
    """The ratio of first to second eighth (1 is straight, 2 a triplet's) for rises fifty times a second.

    None in compound metres, where beats are parted in three, and where few second eighths are played. Confidence is
    the share of the notes in the second half of beats that lie there, less where they are few.
    """
    if grid.metre.is_compound or len(grid.beats) <= FEWEST:
        return None
    notes = _between(np.array(grid.times_s), *_peaks(onsets))
    if not len(notes.phases):
        return None
    place = _second_eighth(notes)
    if place is None:
        return None
    there, late = notes.near(place), (notes.phases > EIGHTH[0] - NEAR) & (notes.phases < EIGHTH[1] + NEAR)
    n_played = len(set(notes.beats[there].tolist()))
    if n_played < FEWEST:
        return None
    middle = float(np.average(notes.phases[there], weights=notes.weights[there]))
    agreement = float(notes.weights[there].sum() / notes.weights[late | there].sum())
    return Finding(middle / (1 - middle), clamp01(agreement * min(1.0, n_played / ENOUGH)))


def _peaks(onsets: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times in seconds and strengths of the peaks of a curve, each through a parabola."""
    below, here, above = (onsets[start : len(onsets) - 2 + start].astype(np.float64) for start in (0, 1, 2))
    at = np.flatnonzero((here > below) & (here >= above))
    bend = below[at] - 2 * here[at] + above[at]
    offsets = 0.5 * (below[at] - above[at]) / np.minimum(bend, -1e-9)
    return (at + 1 + offsets) / RHYTHMIC_HZ, here[at]


def _between(beats_s: NDArray[np.float64], times_s: NDArray[np.float64], strengths: NDArray[np.float64]) -> _Notes:
    """The notes between beats, placed by the notes on them: tracked beats may all be early or late."""
    gaps_s = np.diff(beats_s)
    number = np.searchsorted(beats_s, times_s, side="right") - 1
    nearest = np.clip(np.searchsorted((beats_s[1:] + beats_s[:-1]) / 2, times_s), 0, len(beats_s) - 1)
    gap_s = float(np.median(gaps_s))
    on = np.abs(times_s - beats_s[nearest]) < ON_BEAT * gap_s
    if not on.any():
        return _Notes(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    lag_s = float(np.average((times_s - beats_s[nearest])[on], weights=strengths[on]))
    typical = float(np.median(strengths[on]))
    inside = (number >= 0) & (number < len(gaps_s)) & (strengths > AUDIBLE * typical)
    number = np.clip(number, 0, len(gaps_s) - 1)
    phases = (times_s - lag_s - beats_s[number]) / gaps_s[number]
    even = np.abs(gaps_s[number] / gap_s - 1) < EVEN
    kept = inside & even & (phases > ON_BEAT) & (phases < 1 - ON_BEAT)
    return _Notes(phases[kept], np.minimum(1.0, strengths[kept] / typical), number[kept])


def _second_eighth(notes: _Notes) -> float | None:
    """Where the second eighth lies; None where beats are parted in three."""
    distances = (_GRID[:, None] - notes.phases[None]) / WIDTH
    density = np.exp(-0.5 * distances**2) @ notes.weights

    def highest(low: float, high: float) -> tuple[float, float]:
        within = np.flatnonzero((low <= _GRID) & (high >= _GRID))
        best = within[density[within].argmax()]
        return float(_GRID[best]), float(density[best])

    place, most = highest(*EIGHTH)
    if place > STRAIGHT:
        middle, played = highest(EIGHTH[0], STRAIGHT)
        if played > BOTH * most and highest(0.25 - WIDTH, 0.25 + WIDTH)[1] > BOTH * played:
            return middle  # sixteenths
        if highest(place / 2 - WIDTH, place / 2 + WIDTH)[1] > BOTH * most:
            return None
    return place
