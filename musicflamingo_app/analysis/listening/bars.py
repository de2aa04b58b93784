"""Bars on beats: a Viterbi search for the metre and the place in the bar of each beat.

A bar-pointer model (Whiteley, Cemgil and Godsill 2006) on beats: each state is a metre and a place in its bar; the
evidence at a beat is how likely it is a downbeat, from the rhythm network and from the chords that change there. Metres
may change at a bar line, and a bar may be cut short, both at a price.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.peaks import near
from musicflamingo_app.analysis.listening.shipped import numbers
from musicflamingo_app.music.arrays import Floats

METRES = (4, 3, 2, 5, 7)  # felt beats of a bar


@dataclass(frozen=True)
class BarModel:
    """Weights of the cues of a downbeat, offset, log prior of each metre, and the prices of changes in log odds.

    Neighbouring bar lines are no independent witnesses, so odds are not taken at their word: `rarities` is what each
    metre pays for every beat, in log odds; `in_thirds` where beats are parted in three (6/8 is common, 2/4 is not).
    """

    weights: tuple[float, ...]
    offset: float
    priors: tuple[float, ...]
    rarities: tuple[float, ...] = (0.0,) * len(METRES)
    in_thirds: tuple[float, ...] = (0.0,) * len(METRES)
    change_cost: float = 12.0
    slip_cost: float = 9.0

    @classmethod
    @cache
    def shipped(cls, folder: Path | None = None) -> "BarModel":
        """The fitted model in assets/weights/ears, or in another folder of weights."""
        stored = numbers("bars", folder)
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()})

    def odds(self, cues: Floats) -> Floats:
        """Log odds that each beat is a downbeat, from `(beats, cues)`."""
        return np.asarray(cues @ np.array(self.weights) + self.offset, np.float32)


@dataclass(frozen=True, eq=False)
class Bars:
    """For each beat its place (1 = downbeat) and the felt beats of its bar; and the mean evidence of the bar lines."""

    places: NDArray[np.int64]
    metres: NDArray[np.int64]
    score: float


def bars_of(odds: Floats, model: BarModel, *, compound: bool = False) -> Bars:
    """The likeliest bars for the downbeat odds of each beat; at least one beat; `compound` ones have thirds."""
    metres = np.repeat(METRES, METRES)
    places = np.concatenate([np.arange(metre) for metre in METRES])
    costs = _costs(model)
    down, other = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    rarities = model.in_thirds if compound else model.rarities
    evidence = np.where(places == 0, down[:, None], other[:, None]) - np.repeat(rarities, METRES)
    total = np.repeat(np.array(model.priors), METRES) + evidence[0]
    came = np.zeros(evidence.shape, np.int16)
    for beat in range(1, len(odds)):
        ways = total[:, None] - costs
        came[beat] = ways.argmax(axis=0)
        total = ways.max(axis=0) + evidence[beat]
    path = np.empty(len(odds), np.int64)
    path[-1] = total.argmax()
    for beat in range(len(odds) - 1, 0, -1):
        path[beat - 1] = came[beat, path[beat]]
    return Bars(places[path] + 1, metres[path], float(total.max()) / len(odds))


def _costs(model: BarModel) -> Floats:
    """(from, to): inside a bar one goes on; a bar may begin anywhere, at a price unless the one before is full."""
    metres = np.repeat(METRES, METRES)
    places = np.concatenate([np.arange(metre) for metre in METRES])
    is_last = places == metres - 1
    entering = np.where(is_last, 0.0, model.slip_cost)[:, None] + model.change_cost * (metres[:, None] != metres)
    costs = np.where(places == 0, entering, np.inf)
    inner = np.flatnonzero(places > 0)
    costs[inner - 1, inner] = 0.0
    return costs


def cues_of(beats_s: Floats, downbeats: Floats, changes: Floats, rhythmic_hz: int, harmonic_hz: int) -> Floats:
    """(beats, 3): log odds of a downbeat and of a chord change near each beat, and the chord change beside its rival.

    The third is the change at a beat less that at the mean of its two neighbours.
    """
    down = near(downbeats, beats_s, rhythmic_hz, 3)
    change = near(changes, beats_s, harmonic_hz, 1)
    padded = np.pad(change, 1, mode="edge")
    return np.stack([down, change, change - (padded[:-2] + padded[2:]) / 2], axis=1)
