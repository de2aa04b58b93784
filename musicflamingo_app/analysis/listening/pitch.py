"""How far a recording is tuned from A = 440 Hz, from the peaks of a few long windows spread over it."""

import math

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import clamp01
from musicflamingo_app.analysis.listening.spectra import stft
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Samples
from musicflamingo_app.music.arrays import Floats

WINDOW, N_WINDOWS = 8192, 240
RANGE_HZ = (120.0, 2000.0)  # below, windows are too short; above, partials are stretched
LEAST_AGREEMENT = 0.15
FLOOR = 1e-4


def tuning_of(mono: Samples) -> tuple[float, float]:
    """Cents in (-50, 50] of mono sound at 22,050 Hz and how well its peaks agree (0-1); 0 and 0 where none do.

    Peaks are averaged round the semitone's circle (Gomez 2006, section 3.4), each weighted by its magnitude.
    """
    hop = max(WINDOW // 2, len(mono) // N_WINDOWS)
    bins = slice(int(RANGE_HZ[0] * WINDOW / ANALYSIS_HZ), int(RANGE_HZ[1] * WINDOW / ANALYSIS_HZ))
    spectrum = stft(mono, WINDOW, hop, 0, max(1, len(mono) // hop), bins)
    hz, weights = _peaks(spectrum, bins.start)
    if not len(weights):
        return 0.0, 0.0
    arrows = (weights * np.exp(2j * np.pi * 12 * np.log2(hz / 440.0))).sum()
    agreement = clamp01(float(abs(arrows) / weights.sum()))
    return (math.degrees(np.angle(arrows)) / 3.6, agreement) if agreement >= LEAST_AGREEMENT else (0.0, 0.0)


def _peaks(spectrum: Floats, first_bin: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in Hz and magnitudes of spectral peaks, each through a parabola of three log magnitudes."""
    below, here, above = spectrum[:, :-2], spectrum[:, 1:-1], spectrum[:, 2:]
    loud = here > np.maximum(FLOOR, 0.05 * spectrum.max(axis=1, keepdims=True))
    frames, bins = np.nonzero((here > below) & (here >= above) & loud)
    low, mid, high = (np.log(part[frames, bins].astype(np.float64) + 1e-9) for part in (below, here, above))
    offsets = 0.5 * (low - high) / np.minimum(low - 2 * mid + high, -1e-9)
    hz = (first_bin + 1 + bins + offsets) * ANALYSIS_HZ / WINDOW
    return hz, here[frames, bins].astype(np.float64)
