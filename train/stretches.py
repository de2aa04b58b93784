"""The sound that a model hears of a recording: the whole, or the stretch that an example is about."""

from pathlib import Path

import numpy as np

from musicflamingo_app.audio.intake import read_audio, read_stretch
from musicflamingo_app.music.arrays import Floats

RATE_HZ = 16_000  # what the models listen at


def samples_of(path: Path, start_s: float | None = None, end_s: float | None = None) -> Floats:
    """(samples,) float32 mono at 16 kHz; empty where the recording ends before `start_s`. Raises AudioError."""
    if end_s is not None:
        return np.ascontiguousarray(read_stretch(path, start_s or 0.0, end_s, RATE_HZ).mono)
    samples = read_audio(path).at(RATE_HZ)
    return np.ascontiguousarray(samples[round((start_s or 0.0) * RATE_HZ) :], np.float32)
