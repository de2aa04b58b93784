"""Which level of the metre is the beat: the pulses as they were tracked, every second one, or twice as many.

Half and double tempo are the commonest mistake of beat tracking, and nothing in the odds of beats alone decides them.
So each of the three rows of pulses is measured by itself: odds of beats and downbeats, onsets and chord changes at its
pulses and between them, drums, and its tempo. One set of weights scores all rows alike (a conditional logit, McFadden
1974), so a row is worth the same whichever level the tracker happened to find.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.listening.classes import DRUMS
from musicflamingo_app.analysis.listening.peaks import near
from musicflamingo_app.analysis.listening.shipped import numbers
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ
from musicflamingo_app.music.arrays import Floats

KEPT, HALVED, DOUBLED = range(3)
FEWEST = 8  # pulses; of fewer nothing is asked
MIDDLE_BPM = 100.0
_RARE = 0.02  # odds below are alike
_FAINT = 0.1  # rises below are alike
_PARTS = (0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)


@dataclass(frozen=True)
class LevelModel:
    """What each cue of a row of pulses is worth."""

    weights: tuple[float, ...]

    @classmethod
    @cache
    def shipped(cls, folder: Path | None = None) -> "LevelModel":
        """The fitted model in assets/weights/ears, or in another folder of weights."""
        stored = numbers("levels", folder)
        return cls(tuple(stored["weights"]))

    def chances(self, cues: Floats) -> Floats:
        """(3,) that the beats are the pulses kept, halved and doubled, from the cues `(3, cues)` of these rows."""
        scores = cues @ np.array(self.weights)
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


def levels_of(pulses_s: Floats, curves: Curves) -> tuple[Floats, Floats, Floats]:
    """The pulses as they are, half as many and twice as many; at least `FEWEST`."""
    between_s = pulses_s[:-1] + np.diff(pulses_s) / 2
    return pulses_s, _every_second(pulses_s, curves), np.sort(np.concatenate([pulses_s, between_s]))


def at_level(pulses_s: Floats, curves: Curves, model: LevelModel) -> Floats:
    """The beats that pulses stand for."""
    if len(pulses_s) < FEWEST:
        return pulses_s
    levels = levels_of(pulses_s, curves)
    return levels[int(model.chances(np.stack([cues_of(row_s, curves) for row_s in levels])).argmax())]


def cues_of(pulses_s: Floats, curves: Curves) -> Floats:
    """The cues of a row of pulses in seconds, at least three: tempo, what the network hears, what the music does."""
    gaps_s = np.diff(pulses_s)
    times_s = {part: pulses_s[:-1] + part * gaps_s for part in _PARTS}
    tempo = float(np.log2(60 / np.median(gaps_s) / MIDDLE_BPM))
    tempi = [tempo, tempo**2, tempo**3, abs(tempo), curves.drums * tempo, curves.drums * tempo**2]
    return np.array(tempi + _beat_cues(times_s, curves) + _music_cues(pulses_s, times_s, tempo, curves))


def _beat_cues(times_s: dict[float, Floats], curves: Curves) -> list[float]:
    """Chances of beats at parts of the gaps, how they alternate, and those of downbeats."""
    at = {part: near(curves.beat, row_s, RHYTHMIC_HZ, 2) for part, row_s in times_s.items()}
    chance = {part: float(row.mean()) for part, row in at.items()}
    down = near(curves.downbeat, times_s[0], RHYTHMIC_HZ, 3)
    return [
        _log(chance[0]), _log(chance[1 / 2]), _log((chance[1 / 4] + chance[3 / 4]) / 2),
        _log(max(chance[1 / 3], chance[2 / 3])),
        _alternation(at[0]), _alternation(down), _best_fourth(down), _log(float(down.mean())),
    ]  # fmt: skip


def _music_cues(pulses_s: Floats, times_s: dict[float, Floats], tempo: float, curves: Curves) -> list[float]:
    """Onsets and chord changes at parts of the gaps, how they alternate, and how many notes fall to a pulse."""
    onsets = curves.onsets / (float(curves.onsets.mean()) + 1e-6)
    at = {part: near(onsets, row_s, RHYTHMIC_HZ, 1) for part, row_s in times_s.items()}
    rise = {part: float(np.log(row.mean() + _FAINT)) for part, row in at.items()}
    change, between = (near(curves.changes, times_s[part], HARMONIC_HZ, 1) for part in (0, 1 / 2))
    notes = _density(onsets, pulses_s)
    return [
        rise[0], rise[1 / 2], max(rise[1 / 4], rise[3 / 4]), max(rise[1 / 3], rise[2 / 3]),
        _alternation(change), _alternation(at[0]), _best_fourth(change), _best_fourth(at[0]),
        _log(float(change.mean())), _log(float(between.mean())), notes, notes**2, notes * tempo,
    ]  # fmt: skip


def _density(onsets: Floats, pulses_s: Floats) -> float:
    """Log of how many notes, or chords of them, begin from one pulse to the next."""
    inner = onsets[1:-1]
    peaks_s = (np.flatnonzero((inner > onsets[:-2]) & (inner >= onsets[2:]) & (inner > 1.0)) + 1) / RHYTHMIC_HZ
    within = (peaks_s > pulses_s[0] - 0.1) & (peaks_s < pulses_s[-1] + 0.1)
    return float(np.log(within.sum() / (len(pulses_s) - 1) + 0.05))


def _best_fourth(row: Floats) -> float:
    """By how much every fourth one, counted from the best, is above the mean."""
    return float(max(row[first::4].mean() for first in range(4)) - row.mean()) if len(row) >= 4 else 0.0


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
