"""The mel spectrum that musicnn's networks were trained on, made with numpy and scipy's FFT alone.

Importing librosa for it takes 130 MB and two seconds; the numbers are those of its `melspectrogram`.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.music.arrays import Floats

# Slaney's scale ("Auditory Toolbox", 1998): linear below 1 kHz, logarithmic above.
LINEAR_HZ, TOP_LINEAR_HZ = 200 / 3, 1000.0
LOG_STEP = np.log(6.4) / 27


def mel_spectrum(samples: Floats, rate_hz: int, n_fft: int, hop: int, n_bands: int) -> Floats:
    """(1 + samples // hop, bands) mel power of `(samples,)`; frame k is centred on sample `k * hop`."""
    import scipy.fft

    window = np.hanning(n_fft + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, n_fft // 2), n_fft)[::hop]
    spectrum = scipy.fft.rfft(frames * window, axis=1).astype(np.complex64)
    return np.asarray(np.abs(spectrum) ** 2 @ mel_filters(rate_hz, n_fft, n_bands).T, np.float32)


@cache
def mel_filters(rate_hz: int, n_fft: int, n_bands: int) -> Floats:
    """(bands, 1 + n_fft // 2) triangles from 0 Hz to half the rate, each of the same area."""
    edges_hz = _hz(np.linspace(0.0, _mel(rate_hz / 2), n_bands + 2))
    bins_hz = np.fft.rfftfreq(n_fft, 1 / rate_hz)
    widths_hz = np.diff(edges_hz)[:, None]
    away_hz = edges_hz[:, None] - bins_hz
    rising, falling = -away_hz[:-2] / widths_hz[:-1], away_hz[2:] / widths_hz[1:]
    heights = 2 / (edges_hz[2:] - edges_hz[:-2])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)) * heights[:, None], np.float32)


def _mel(hz: float) -> float:
    if hz < TOP_LINEAR_HZ:
        return hz / LINEAR_HZ
    return float(TOP_LINEAR_HZ / LINEAR_HZ + np.log(hz / TOP_LINEAR_HZ) / LOG_STEP)


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = TOP_LINEAR_HZ / LINEAR_HZ
    return np.where(mels < knee, mels * LINEAR_HZ, TOP_LINEAR_HZ * np.exp(LOG_STEP * (mels - knee)))
