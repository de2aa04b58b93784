"""Which level of the metre is the beat: the pulses as they were tracked, every second one, or twice as many.

Half and double tempo are the commonest mistake of beat tracking, and nothing in the odds of beats alone decides them. A
multinomial logistic vote does, from what happens at the pulses, between them and at every second one: odds of beats and
downbeats, onsets, chord changes, drums, and the tempo itself.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from musicflamingo_app.analysis.listening.classes import DRUMS
from musicflamingo_app.analysis.listening.peaks import near
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ
from musicflamingo_app.music.arrays import Floats

KEPT, HALVED, DOUBLED = range(3)
FEWEST = 8  # pulses; of fewer nothing is asked
MIDDLE_BPM = 100.0
_RARE = 0.02  # odds below are alike


@dataclass(frozen=True)
class LevelModel:
    """`weights` (3 levels, cues) on cues less `means` by `scales`, and `offsets` of the levels."""

    weights: tuple[tuple[float, ...], ...]
    offsets: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    @classmethod
    @cache
    def shipped(cls) -> "LevelModel":
        """The fitted model in assets/weights/ears."""
        stored = json.loads((files("assets") / "weights" / "ears" / "levels.json").read_text("utf-8"))
        weights = tuple(tuple(row) for row in stored.pop("weights"))
        return cls(weights, **{name: tuple(value) for name, value in stored.items()})

    def chances(self, cues: Floats) -> Floats:
        """(3,) of keeping, halving and doubling the tempo."""
        scores = np.array(self.weights) @ ((cues - np.array(self.means)) / np.array(self.scales)) + self.offsets
        chances = np.exp(scores - scores.max())
        return np.asarray(chances / chances.sum())


@dataclass(frozen=True, eq=False)
class Curves:
    """What pulses are judged by: chances of beat, downbeat (50 a second) and chord change (10), onsets (50), drums."""

    beat: Floats
    downbeat: Floats
    onsets: Floats
    changes: Floats
    drums: float


def curves_of(odds: Floats, onsets: Floats, changes: Floats, families: Floats) -> Curves:
    """From log odds of beat and downbeat `(rows, 2)` and of chord changes, and chances of families."""
    chances = 1 / (1 + np.exp(-odds))
    drums = float(families[:, DRUMS].mean()) if len(families) else 0.0
    return Curves(chances[:, 0], chances[:, 1], onsets, 1 / (1 + np.exp(-changes)), drums)


def cues_of(pulses_s: Floats, curves: Curves) -> Floats:
    """The cues of a row of pulses in seconds, at least two."""
    gaps_s = np.diff(pulses_s)
    tempo = float(np.log2(60 / np.median(gaps_s) / MIDDLE_BPM))
    parts = {part: pulses_s[:-1] + part * gaps_s for part in (0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)}
    beat = {part: float(near(curves.beat, times_s, RHYTHMIC_HZ, 2).mean()) for part, times_s in parts.items()}
    level = float(curves.onsets.mean()) + 1e-6
    onset = {part: near(curves.onsets, times_s, RHYTHMIC_HZ, 1) / level for part, times_s in parts.items()}
    strong = {part: float(rises.mean()) for part, rises in onset.items()}
    change = {part: near(curves.changes, parts[part], HARMONIC_HZ, 1) for part in (0, 1 / 2)}
    down = near(curves.downbeat, parts[0], RHYTHMIC_HZ, 3)
    cues = [
        tempo, tempo**2,
        _log(beat[0]), _log(beat[1 / 2]), _log((beat[1 / 4] + beat[3 / 4]) / 2), _log(beat[1 / 3]),
        strong[0], strong[1 / 2], (strong[1 / 4] + strong[3 / 4]) / 2, (strong[1 / 3] + strong[2 / 3]) / 2,
        *(_alternation(row) for row in (near(curves.beat, parts[0], RHYTHMIC_HZ, 2), down, change[0], onset[0])),
        float(max(down[first::4].mean() for first in range(4)) - down.mean()) if len(down) >= 4 else 0.0,
        _log(float(change[0].mean())), _log(float(change[1 / 2].mean())), curves.drums,
    ]  # fmt: skip
    return np.array(cues)


def at_level(pulses_s: Floats, curves: Curves, model: LevelModel) -> Floats:
    """The beats that pulses stand for."""
    if len(pulses_s) < FEWEST:
        return pulses_s
    level = int(model.chances(cues_of(pulses_s, curves)).argmax())
    if level == HALVED:
        return _every_second(pulses_s, curves)
    if level == DOUBLED:
        between = pulses_s[:-1] + np.diff(pulses_s) / 2
        return np.sort(np.concatenate([pulses_s, between]))
    return pulses_s


def _every_second(pulses_s: Floats, curves: Curves) -> Floats:
    """The half of the pulses where beats, bars and chords rather begin."""
    strength = near(curves.beat, pulses_s, RHYTHMIC_HZ, 2) + near(curves.downbeat, pulses_s, RHYTHMIC_HZ, 3)
    strength = strength + near(curves.changes, pulses_s, HARMONIC_HZ, 1)
    first = int(strength[1::2].mean() > strength[::2].mean())
    return pulses_s[first::2]


def _alternation(row: Floats) -> float:
    """By how much the even ones differ from the odd ones."""
    return abs(float(row[::2].mean() - row[1::2].mean())) if len(row) > 1 else 0.0


def _log(chance: float) -> float:
    return float(np.log(chance + _RARE))
