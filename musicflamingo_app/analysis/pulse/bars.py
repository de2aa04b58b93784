"""Where bars begin: the likeliest walk through the positions of a bar, one step a beat, seldom a jump.

The odds that a beat is a downbeat are a logistic vote of its cues; the weights are ours, fitted by
`python -m train.downbeats` (assets/weights/downbeats).
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

JUMP_COST = 20.0  # log odds that a dropped or added beat must gain
TRIPLE_COST = 8.0  # what bars of three must gain over bars of four: they are rarer
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class DownbeatModel:
    """Weight of each cue in each place of its context, and the offset."""

    weights: tuple[float, ...]
    offset: float

    @classmethod
    @cache
    def shipped(cls) -> "DownbeatModel":
        """The fitted model in assets/weights/downbeats."""
        text = (files("assets") / "weights" / "downbeats" / "downbeats.json").read_text("utf-8")
        stored = json.loads(text)
        return cls(tuple(stored["weights"]), stored["offset"])

    def odds(self, cues: Matrix) -> Matrix:
        """(beats,) log odds that each begins a bar, about those of any beat."""
        return np.asarray(cues @ np.array(self.weights) + self.offset)


@dataclass(frozen=True, eq=False)
class Walk:
    """Position of each beat (1 = downbeat) in bars of `n_beats`, and the log odds gathered on its downbeats."""

    n_beats: int
    positions: NDArray[np.int64]
    score: float


def best_walk(odds: Matrix, n_beats: int, jump_cost: float = JUMP_COST) -> Walk:
    """The walk whose downbeats gather most log odds (Viterbi); a step out of order costs `jump_cost`."""
    scores = np.zeros(n_beats)
    back = np.zeros((len(odds), n_beats), np.int64)
    before = (np.arange(n_beats) - 1) % n_beats
    for beat, gain in enumerate(odds):
        jump_from = int(np.argmax(scores))
        jumps = scores[jump_from] - jump_cost > scores[before]
        back[beat] = np.where(jumps, jump_from, before)
        scores = np.where(jumps, scores[jump_from] - jump_cost, scores[before])
        scores[0] += gain
    place = int(np.argmax(scores))
    positions = np.zeros(len(odds), np.int64)
    for beat in range(len(odds) - 1, -1, -1):
        positions[beat] = place + 1
        place = int(back[beat, place])
    return Walk(n_beats, positions, float(scores.max()))


def likeliest_bars(odds: Matrix) -> Walk:
    """Bars of four or of three, whichever the cues bear out."""
    four, three = best_walk(odds, 4), best_walk(odds, 3)
    return three if three.score > four.score + TRIPLE_COST else four
