"""The spectrum that the rhythm engines listen to: 136 quarter-tone bands, 50 frames a second, made block by block.

Frame k is centred on second k / 50. The bands are those BeatNet was trained on (Heydari, Cwitkowitz and Duan 2021,
section 3.1: 24 bands an octave, 30 Hz to 17 kHz, log10(1 + magnitude)), so one spectrum serves the network, the onset
curves and the chroma.
"""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import ANALYSIS_HZ, Samples
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats

FRAMES_HZ = 50
HOP = ANALYSIS_HZ // FRAMES_HZ
WINDOW = 1411  # 64 ms
BLOCK_FRAMES = 3000  # a minute: about 25 MB of work


@lru_cache(maxsize=1)
def filterbank() -> tuple[Floats, NDArray[np.float64]]:
    """The (bins, bands) weights and the centre of each band in Hz. Raises MissingPackage."""
    try:
        from madmom_infer.audio.filters import LogarithmicFilterbank
    except ImportError as error:
        raise MissingPackage("madmom-infer is not installed.", "Install it with `pip install madmom-infer`.") from error
    bins_hz = np.arange(WINDOW >> 1) * ANALYSIS_HZ / (WINDOW - 1)  # as madmom counts an odd window's bins
    bank = LogarithmicFilterbank(bins_hz, num_bands=24, fmin=30, fmax=17_000, norm_filters=True)
    return np.asarray(bank.data, np.float32), np.asarray(bank.center_frequencies, np.float64)


def n_frames(n_samples: int) -> int:
    """Frames of a recording at ANALYSIS_HZ."""
    return -(-n_samples // HOP)


def spectrum_blocks(samples: Samples) -> Iterator[Floats]:
    """Yields (frames, bands) log magnitudes of mono samples at ANALYSIS_HZ, BLOCK_FRAMES at a time."""
    import scipy.fft

    weights, _ = filterbank()
    window = np.hanning(WINDOW).astype(np.float32)
    total = n_frames(len(samples))
    for first in range(0, total, BLOCK_FRAMES):
        count = min(BLOCK_FRAMES, total - first)
        stretch = padded(samples, first * HOP - WINDOW // 2, (count - 1) * HOP + WINDOW)
        frames = np.lib.stride_tricks.sliding_window_view(stretch, WINDOW)[::HOP]
        magnitudes = np.abs(scipy.fft.rfft(frames * window, axis=1)[:, : WINDOW >> 1])
        yield np.log10(1.0 + magnitudes @ weights)


def padded(samples: Samples, start: int, length: int) -> Floats:
    """`length` samples from `start`, silence where the recording has none; NaN and infinity count as silence."""
    out = np.zeros(length, np.float32)
    low, high = max(0, start), min(len(samples), start + length)
    if high > low:
        out[low - start : high - start] = np.nan_to_num(samples[low:high], nan=0.0, posinf=0.0, neginf=0.0)
    return out
