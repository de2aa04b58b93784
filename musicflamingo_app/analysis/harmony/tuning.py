"""How far a recording is tuned from A = 440 Hz, in cents."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.harmony.cqt import BINS_PER_SEMITONE, constant_q
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio, Samples
from musicflamingo_app.music.arrays import Floats

STRETCH_S = 30.0
N_STRETCHES = 3  # beginning, middle and end tell enough
BINS = slice(24 * BINS_PER_SEMITONE, 72 * BINS_PER_SEMITONE)  # C3 to C7: below, partials blur; above, they drift sharp
LEAST_AGREEMENT = 0.15  # peaks that agree less than this tell nothing: noise, drums, speech
SILENCE = 1e-4  # constant-Q magnitude


class Tuning:
    """The mean place of spectral peaks within a semitone, taken round the circle (Gomez 2006, section 3.4)."""

    name = "spectral-peak tuning"
    version = "1"
    credit = ""
    parameters: Mapping[str, Any] = {"stretch_s": STRETCH_S, "stretches": N_STRETCHES, "least": LEAST_AGREEMENT}

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[float]:
        """Cents in (-50, 50]; 0 with confidence 0 where nothing is pitched. Raises MissingPackage without librosa."""
        cents, agreement = tuning_of(audio.stretches_at(ANALYSIS_HZ))
        watch.progress(1.0)
        return Finding(cents, agreement)


def tuning_of(mono: Samples) -> tuple[float, float]:
    """Cents from A = 440 Hz of mono sound at 22,050 Hz, and how well its peaks agree on it (0-1)."""
    total = np.sum([_peaks(constant_q(stretch)) for stretch in _stretches(mono)], axis=0)
    agreement = clamp01(float(abs(total[0]) / total[1].real)) if total[1].real > 0 else 0.0
    if agreement < LEAST_AGREEMENT:
        return 0.0, 0.0
    return math.degrees(np.angle(total[0])) / 360 * 100, agreement


def _stretches(mono: Samples) -> list[Samples]:
    length = int(STRETCH_S * ANALYSIS_HZ)
    if len(mono) <= N_STRETCHES * length:
        return [mono]
    starts = np.linspace(0, len(mono) - length, N_STRETCHES + 2)[1:-1].astype(int)
    return [mono[start : start + length] for start in starts]


def _peaks(spectrum: Floats) -> NDArray[np.complex128]:
    """Sum of peaks as arrows round the semitone, weighted by magnitude, and the sum of their weights."""
    below, here, above = spectrum[:, BINS][:, :-2], spectrum[:, BINS][:, 1:-1], spectrum[:, BINS][:, 2:]
    frames, bins = np.nonzero((here > below) & (here >= above) & (here > SILENCE))
    weights = here[frames, bins].astype(np.float64)
    if not len(weights):
        return np.zeros(2, np.complex128)
    loud = weights > np.median(weights)
    frames, bins, weights = frames[loud], bins[loud], weights[loud]
    low, mid, high = (np.log(part[frames, bins].astype(np.float64) + 1e-9) for part in (below, here, above))
    offsets = 0.5 * (low - high) / np.minimum(low - 2 * mid + high, -1e-9)  # parabola through three magnitudes
    places = (bins + 1 + offsets) / BINS_PER_SEMITONE
    return np.array([(weights * np.exp(2j * np.pi * places)).sum(), weights.sum()])
