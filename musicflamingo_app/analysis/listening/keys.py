"""Keys by the studio's own network: along the recording by the likeliest path of bars, as a whole by all of it.

Where chords are known they have a say in which of two relative keys a stretch is in (`relatives.py`).
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Watch, clamp01
from musicflamingo_app.analysis.harmony.key import KeyFinding, no_key
from musicflamingo_app.analysis.harmony.key_evidence import sounding
from musicflamingo_app.analysis.listening.classes import DRUMS, MODES, N_KEYS, key_class, key_of
from musicflamingo_app.analysis.listening.hearing import Listening, listening
from musicflamingo_app.analysis.listening.relatives import MAJOR_ABOVE, RelativeModel, cues_of
from musicflamingo_app.analysis.listening.shipped import check, sums
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, Ranked, Segment, Timeline

CELL_S = 2.0  # where no bars are known
CHANGE_COST = 3.0  # of a modulation, in log-probability times seconds
SHARPNESS = 0.8  # turns the mean log-probability of a stretch into a chance that is right as often as it says
MODAL_LEAD = 0.5  # mean log-probability that a church mode must lead its major or minor by, to be named
ALONE = 0.5  # mean chance of drums above which, and of all others below which, they play alone
N_ALTERNATIVES = 4
_PLAIN = {"dorian": "minor", "phrygian": "minor", "mixolydian": "major", "lydian": "major"}
PLAIN_INDEX = np.array([12 * MODES.index(_PLAIN.get(MODES[k // 12], MODES[k // 12])) + k % 12 for k in range(N_KEYS)])


class StudioKey:
    """The main key with its rivals, and the regions of a recording that modulates."""

    name = "studio ears: key"
    version = "3"
    credit = ""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"weights": sums(self._folder), "costs": (CHANGE_COST, SHARPNESS, MODAL_LEAD)}

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> KeyFinding:
        """The key and its regions. Raises NothingHeard where nothing is pitched, MissingPackage, Cancelled."""
        found = listening(audio, heard, watch, self._folder)
        if unpitched(found, heard.chords):
            raise no_key()
        model = RelativeModel.shipped(self._folder)
        return keys_of(found, heard.beats, audio.duration_s, heard.chords or Timeline(), model)


def unpitched(found: Listening, chords: Timeline[Chord] | None) -> bool:
    """Whether nothing has a pitch: silence, or drums alone where no chord was heard."""
    if not found.chroma.any():
        return True
    if chords is None or sounding(chords):
        return False
    playing = found.families.mean(axis=0)
    return bool(playing[DRUMS] >= ALONE > np.delete(playing, DRUMS).max())


def keys_of(
    heard: Listening,
    grid: BeatGrid | None,
    duration_s: float,
    chords: Timeline[Chord] | None = None,
    model: RelativeModel | None = None,
) -> KeyFinding:
    """The keys of a pass; with chords and a model of what they are worth, relatives are told apart by both."""
    weights = heard.chroma.any(axis=1).astype(np.float64)  # silence says nothing
    edges_s = _edges_s(grid, duration_s)
    firsts = np.round(edges_s * HARMONIC_HZ).astype(int).clip(0, heard.n_frames)
    summed = np.concatenate([np.zeros((1, N_KEYS)), np.cumsum(heard.keys * weights[:, None], axis=0)]) / HARMONIC_HZ
    evidence = summed[firsts[1:]] - summed[firsts[:-1]]
    seconds = np.concatenate([[0.0], np.cumsum(weights)])[firsts] / HARMONIC_HZ
    path = best_path(evidence)
    turns = [0, *(np.flatnonzero(np.diff(path)) + 1), len(path)]
    stretches = []
    for first, last in pairwise(turns):
        mean = evidence[first:last].sum(axis=0) / max(0.1, seconds[last] - seconds[first])
        start_s, end_s = float(edges_s[first]), float(edges_s[last])
        if chords is not None and model is not None:
            mean = settled(mean, chords.within(Interval(start_s, end_s)), model)
        stretches.append((start_s, end_s, mean))
    return _finding(stretches)


def settled(mean: Floats, chords: Timeline[Chord], model: RelativeModel) -> Floats:
    """Mean log-probabilities of a stretch in which its key and the relative share their chance as its chords ask.

    A church mode that is clearly ahead stays, and so does all where there are hardly any chords.
    """
    plain = int(PLAIN_INDEX[int(mean.argmax())])
    if _named(mean) != key_of(plain):
        return mean
    minor, major = pair_of(plain)
    cues = cues_of(chords, minor % 12)
    if cues is None:
        return mean
    odds = model.odds(cues, float(mean[minor] - mean[major]))
    both = np.isin(PLAIN_INDEX, (minor, major))
    total = float(np.logaddexp.reduce(SHARPNESS * mean[both]))
    out = np.where(both, mean.min(), mean)  # their modes have given what they had
    out[minor], out[major] = (total - np.logaddexp(0.0, np.array([-odds, odds]))) / SHARPNESS
    return np.asarray(out)


def pair_of(plain: int) -> tuple[int, int]:
    """The minor and the major that a plain key and its relative are, as indices."""
    minor = plain if plain >= 12 else 12 + (plain - MAJOR_ABOVE) % 12
    return minor, (minor + MAJOR_ABOVE) % 12


def best_path(evidence: Floats) -> NDArray[np.int64]:
    """The likeliest key of each cell; every change costs the same."""
    total = evidence[0].astype(np.float64)
    came = np.zeros(evidence.shape, np.int64)
    for cell in range(1, len(evidence)):
        best = int(total.argmax())
        moved = total[best] - CHANGE_COST
        came[cell] = np.where(total >= moved, np.arange(N_KEYS), best)
        total = np.maximum(total, moved) + evidence[cell]
    path = np.zeros(len(evidence), np.int64)
    path[-1] = total.argmax()
    for cell in range(len(evidence) - 1, 0, -1):
        path[cell - 1] = came[cell, path[cell]]
    return path


def _edges_s(grid: BeatGrid | None, duration_s: float) -> Floats:
    downs = [time_s for time_s in grid.downbeats_s if 0 < time_s < duration_s] if grid else []
    if len(downs) < 2:
        downs = list(np.arange(CELL_S, duration_s - CELL_S / 2, CELL_S))
    return np.array([0.0, *downs, duration_s])


def _finding(stretches: list[tuple[float, float, Floats]]) -> KeyFinding:
    regions = Timeline(tuple(_region(*stretch) for stretch in stretches)).merged()
    main = _main(stretches)
    kept = [(end_s - start_s, mean) for start_s, end_s, mean in stretches if _named(mean) == main]
    total_s = sum(length for length, _ in kept)
    chances = _chances(np.sum([length * mean for length, mean in kept], axis=0) / total_s)
    ranked: dict[Key, float] = {}
    for index in np.argsort(-chances):
        ranked.setdefault(key_of(int(index)), float(chances[index]))
    others = tuple(Ranked(key, chance) for key, chance in ranked.items() if key != main)[:N_ALTERNATIVES]
    return KeyFinding(main, clamp01(ranked[main]), others, regions=regions)


def _main(stretches: list[tuple[float, float, Floats]]) -> Key:
    """Of the keys of all stretches the one that the whole recording speaks for most.

    Which of them lasts longest is often a matter of a few seconds.
    """
    lengths_s = [end_s - start_s for start_s, end_s, _ in stretches]
    chances = _chances(np.average([mean for _, _, mean in stretches], axis=0, weights=lengths_s))
    named = dict.fromkeys(_named(mean) for _, _, mean in stretches)
    return max(named, key=lambda key: float(chances[key_class(key)]))


def _region(start_s: float, end_s: float, mean: Floats) -> Segment[Key]:
    key = _named(mean)
    chances = _chances(mean)
    return Segment(start_s, end_s, key, clamp01(float(sum(c for k, c in enumerate(chances) if key_of(k) == key))))


def _named(mean: Floats) -> Key:
    """The likeliest key; a church mode only where it is clearly ahead of its plain one."""
    best = int(mean.argmax())
    plain = int(PLAIN_INDEX[best])
    return key_of(plain if mean[best] - mean[plain] < MODAL_LEAD else best)


def _chances(mean: Floats) -> Floats:
    """Mean log-probabilities as chances; those of a mode that is not named go to its plain key."""
    chances = np.exp(SHARPNESS * (mean - mean.max()))
    chances /= chances.sum()
    best = int(mean.argmax())
    if best != int(PLAIN_INDEX[best]) and mean[best] - mean[int(PLAIN_INDEX[best])] >= MODAL_LEAD:
        return np.asarray(chances)
    folded = np.zeros(N_KEYS)
    np.add.at(folded, PLAIN_INDEX, chances)
    return folded
