"""Beats, bars and metre by BeatNet's networks, metricon's bar-pointer decoder, and our own reading of the bar line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.pulse.bars import TRIPLE_COST, DownbeatModel, Walk, best_walk, likeliest_bars
from musicflamingo_app.analysis.pulse.beatnet import CREDIT, SHA256, BeatNet, checked_files, weights_folder
from musicflamingo_app.analysis.pulse.evidence import beat_cues
from musicflamingo_app.analysis.pulse.spectrum import FRAMES_HZ, n_frames, spectrum_blocks
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

SLOWEST_BPM, FASTEST_BPM = 60.0, 125.0  # one octave and a little: where people tap most music
FASTEST_TRIPLE_BPM = 215.0
FEWEST_BEATS = 8
LEAST_BEAT = 0.15  # mean probability at the decoded beats below which there is no pulse
Matrix = NDArray[np.float64]


class BeatNetEngine:
    """The grid of beats. The tempo is decided within one octave; waltzes may be faster, as bars of three show it.

    Confidence is the mean beat probability at the beats, tempered by how evenly they lie.
    """

    name = "BeatNet"
    version = "1.1.3-1"
    credit = CREDIT

    def __init__(self, folder: Path | None = None, model: DownbeatModel | None = None) -> None:
        self._folder, self._model = folder, model or DownbeatModel.shipped()

    @property
    def parameters(self) -> Mapping[str, Any]:
        weights = {"networks": sorted(SHA256.values()), "downbeats": self._model.weights}
        return {**weights, "bpm": [SLOWEST_BPM, FASTEST_BPM], "offset": self._model.offset}

    def check(self) -> None:
        """Raises MissingPackage when the networks are not the tested ones."""
        checked_files(self._folder or weights_folder())

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[BeatGrid]:
        """The beats; an empty grid where there is no pulse. Raises MissingPackage."""
        spectrum, odds = self._listened(audio, watch)
        times_s = decoded_beats_s(odds[:, 0])
        times_s = times_s[times_s < audio.duration_s]
        if len(times_s) < FEWEST_BEATS or _certainty(odds[:, 0], times_s) < LEAST_BEAT:
            return Finding(BeatGrid(), 0.1)
        times_s, walk = self._barred(times_s, spectrum, odds, heard.chords)
        beats = tuple(Beat(float(t), int(p)) for t, p in zip(times_s, walk.positions, strict=True))
        evenness = 1 - float(np.median(np.abs(np.diff(np.diff(times_s))))) / float(np.median(np.diff(times_s)))
        confidence = clamp01(_certainty(odds[:, 0], times_s) ** 0.5 * evenness)
        return Finding(BeatGrid(beats, Metre(walk.n_beats, 4)), confidence)

    def _listened(self, audio: Audio, watch: Watch) -> tuple[Floats, Floats]:
        """(frames, bands) spectrum and (frames, 2) log odds of the whole recording."""
        network, mono = BeatNet(self._folder), audio.at(ANALYSIS_HZ)
        spectra, odds, done = [], [], 0
        for block in spectrum_blocks(mono):
            spectra.append(block)
            odds.append(network.listen(block))
            done += len(block)
            watch.progress(0.9 * done / n_frames(len(mono)))
        return np.concatenate(spectra), np.concatenate(odds)

    def _barred(
        self, times_s: Matrix, spectrum: Floats, odds: Floats, chords: Timeline[Chord] | None
    ) -> tuple[Matrix, Walk]:
        """Beats and their places in bars; twice as many beats where only bars of three make sense of them."""
        walk = likeliest_bars(self._model.odds(beat_cues(times_s, spectrum, odds, chords)))
        fast_s = doubled(times_s)
        if 60 / float(np.median(np.diff(fast_s))) > FASTEST_TRIPLE_BPM:
            return times_s, walk
        fast = best_walk(self._model.odds(beat_cues(fast_s, spectrum, odds, chords)), 3)
        return (fast_s, fast) if fast.score > walk.score + 2 * TRIPLE_COST else (times_s, walk)


def decoded_beats_s(beat_odds: Floats) -> Matrix:
    """Beat times from (frames,) log odds, by metricon's hidden Markov model of tempo and phase."""
    try:
        import metricon
    except ImportError as error:
        raise MissingPackage("metricon is not installed.", "Install it with `pip install metricon`.") from error
    if len(beat_odds) < FRAMES_HZ:
        return np.zeros(0)
    found = metricon.track_beats(
        np.ascontiguousarray(beat_odds, np.float32),
        fps=FRAMES_HZ,
        min_bpm=SLOWEST_BPM,
        max_bpm=FASTEST_BPM,
        snap="center",
    )
    times_s = np.asarray(found.times, np.float64)
    return times_s[np.concatenate([[True], np.diff(times_s) > 0])] if len(times_s) else times_s


def doubled(times_s: Matrix) -> Matrix:
    """The beats with one more in the middle of each gap."""
    middles = (times_s[:-1] + times_s[1:]) / 2
    out = np.empty(2 * len(times_s) - 1)
    out[0::2], out[1::2] = times_s, middles
    return out


def _certainty(beat_odds: Floats, times_s: Matrix) -> float:
    """Mean probability of a beat within one frame of each decoded beat."""
    at = np.clip(np.round(times_s * FRAMES_HZ).astype(int), 1, len(beat_odds) - 2)
    highest = np.max([beat_odds[at + step] for step in (-1, 0, 1)], axis=0)
    return float(np.mean(1 / (1 + np.exp(-highest))))
