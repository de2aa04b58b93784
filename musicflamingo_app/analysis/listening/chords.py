"""Chords by the studio's own network: large vocabulary with bass, read on frames, then on beats by `retime`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.engines import Heard, Watch
from musicflamingo_app.analysis.harmony.chordia import ChordFinding, ChordFrames, free_chords, free_path
from musicflamingo_app.analysis.harmony.decode import mean_confidence
from musicflamingo_app.analysis.harmony.vocabulary import Vocabulary
from musicflamingo_app.analysis.listening.classes import N_CHORDS, QUALITIES, ROOTS, chord_of
from musicflamingo_app.analysis.listening.hearing import Listening, listening
from musicflamingo_app.analysis.listening.shipped import check, sums
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.chord import NO_CHORD
from musicflamingo_app.music.time import Timeline

BASS_WEIGHT = 0.5  # of the bass beside the chord, in log-probability
CHANGE_WEIGHT = 1.0  # of the network's log odds that a chord begins
CHANGE_COST, GRID_COSTS = 6.0, (8.0, 5.0, 3.5)
# True beats cost 2 to 6 for every change (valid items), beats off by a quarter or third of their distance 8 to 18.
LARGEST_LOSS = 7.0
SHARPNESS = 1.25  # expected calibration error on valid items .06 at 1, .02 here, .03 at 1.4
POOLED_FRAMES = 4  # of harmonic frames to one of the chart's chroma
# Basses outside the chord that a triad may stand on: C/D, C/F, C/Bb.
_STRANGE = {"maj": (2, 5, 10), "min": (2, 5, 10)}


@cache
def vocabulary() -> Vocabulary:
    """Every class of chord on its own tones, and triads on some others."""
    columns = [(0, 12, NO_CHORD)]
    for kind, quality in enumerate(QUALITIES):
        for root in range(12):
            index = 1 + 12 * kind + root
            tones = [degree.semitones % 12 for degree in chord_of(index).degrees] + list(_STRANGE.get(quality, ()))
            columns += [(index, (root + tone) % 12, chord_of(index, (root + tone) % 12)) for tone in tones]
    weights = np.zeros((N_CHORDS + len(ROOTS) + 1, len(columns)), np.float32)
    for column, (index, bass, _) in enumerate(columns):
        weights[index, column] = 1.0
        weights[N_CHORDS + bass, column] = BASS_WEIGHT
    return Vocabulary(tuple(chord for *_, chord in columns), weights, SHARPNESS, CHANGE_COST, GRID_COSTS, LARGEST_LOSS)


def frames_of(heard: Listening) -> ChordFrames:
    """What the network heard, as the decoder reads it."""
    outputs = np.concatenate([heard.chords, heard.bass], axis=1)
    return ChordFrames(outputs, HARMONIC_HZ, vocabulary(), CHANGE_WEIGHT * heard.changes, -0.5 / HARMONIC_HZ)


class StudioChords:
    """Chords, bass and alternatives; its pass over the recording serves the other engines of the studio's own."""

    name = "studio ears: chords"
    version = "1"
    credit = ""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        costs = (BASS_WEIGHT, CHANGE_WEIGHT, CHANGE_COST, *GRID_COSTS, LARGEST_LOSS, SHARPNESS)
        return {"weights": sums(self._folder), "costs": costs}

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> ChordFinding:
        """Chords from 0 to the end. Raises MissingPackage, Cancelled."""
        found = listening(audio, heard, watch, self._folder)
        frames = frames_of(found)
        chords = free_chords(frames, free_path(frames), audio.duration_s) if audio.duration_s > 0 else Timeline()
        return ChordFinding(
            chords,
            mean_confidence(chords),
            frames=frames,
            chroma=_chart(found),
            chroma_hz=HARMONIC_HZ / POOLED_FRAMES,
        )


def _chart(heard: Listening) -> np.ndarray:
    """(12, frames) chroma for charts, coarser than the network's frames."""
    starts = np.arange(0, heard.n_frames, POOLED_FRAMES)
    counts = np.minimum(POOLED_FRAMES, heard.n_frames - starts)
    return np.asarray((np.add.reduceat(heard.chroma, starts, axis=0) / counts[:, None]).T, np.float32)
