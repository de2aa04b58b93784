"""What plays when, by the studio's own network: families of instruments in stretches of a second and more."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.analysis.listening.hearing import Listening, listening
from musicflamingo_app.analysis.listening.shipped import check, sums
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.instrument import Playing

THRESHOLD = 0.4  # mean probability above which a family plays
SMOOTH_S, SHORTEST_S, BRIDGED_S = 1.5, 1.0, 1.5
LEAST_SHARE_S = 2.0  # a family heard for less than this in all is left out


class StudioInstruments:
    """Families of instruments, each with the intervals in which it plays and how sure that is."""

    name = "studio ears: instruments"
    version = "1"
    credit = ""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"weights": sums(self._folder), "threshold": THRESHOLD, "times": (SMOOTH_S, SHORTEST_S, BRIDGED_S)}

    def check(self) -> None:
        """Raises MissingPackage when the networks are not where they should be."""
        check(self._folder)

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[tuple[Playing, ...]]:
        """Raises MissingPackage, Cancelled."""
        return instruments_of(listening(audio, heard, watch, self._folder), audio.duration_s)


def instruments_of(heard: Listening, duration_s: float) -> Finding[tuple[Playing, ...]]:
    """The families of a pass, in the order of `classes.FAMILIES`."""
    smooth = smoothed(heard.families)
    found = []
    for column, name in enumerate(FAMILY_NAMES):
        rows = [
            (
                first / HARMONIC_HZ,
                min(last / HARMONIC_HZ, duration_s),
                clamp01(float(smooth[first:last, column].mean())),
            )
            for first, last in stretches(smooth[:, column] > THRESHOLD)
            if first / HARMONIC_HZ < duration_s
        ]
        if sum(end_s - start_s for start_s, end_s, _ in rows) >= min(LEAST_SHARE_S, duration_s / 2):
            found.append(Playing.of(name, rows))
    sure = [segment.confidence or 0.0 for playing in found for segment in playing.timeline]
    return Finding(tuple(found), clamp01(float(np.mean(sure))) if sure else 0.0)


def smoothed(families: Floats) -> Floats:
    """Probabilities averaged over `SMOOTH_S`."""
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(families, round(SMOOTH_S * HARMONIC_HZ), axis=0, mode="nearest"), np.float32)


def stretches(playing: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First frame and frame after the last of each stretch, short pauses bridged and short stretches left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], playing, [False]]).astype(int)))
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    joined = pairs[:1]
    for _, (first, last) in pairwise(pairs):
        if first - joined[-1][1] < BRIDGED_S * HARMONIC_HZ:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [(int(first), int(last)) for first, last in joined if last - first >= SHORTEST_S * HARMONIC_HZ]
