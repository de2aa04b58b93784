"""Bar-synchronous features: what each bar sounds like, for comparing bars with one another.

Conventions: bars are rows; `edges_s` has one more entry than there are bars. Without beats, stretches of two seconds
stand for bars.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.rhythm.spectrum import padded
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid

FFT, HOP = 4096, 2048
BLOCK_FRAMES = 4096  # about six minutes at 22.05 kHz; keeps an hour's spectrum out of memory
PSEUDO_BAR_S = 2.0
BASS_HZ, TREBLE_HZ = 250.0, 500.0
MELS = 64


@dataclass(frozen=True, eq=False)
class BarFeatures:
    """Per bar: chroma of bass (2 parts), all (2), treble (4), mel spectrum in dB, level in dB of its quarters (4)."""

    edges_s: NDArray[np.float64]
    bass: Floats  # (bars, 24)
    chroma: Floats  # (bars, 24)
    treble: Floats  # (bars, 48)
    mel: Floats  # (bars, 64)
    level: Floats  # (bars, 4)

    @property
    def n_bars(self) -> int:
        return len(self.edges_s) - 1


def bar_edges_s(grid: BeatGrid | None, duration_s: float) -> NDArray[np.float64]:
    """Times between bars from 0 to the end; a pickup or tail of over half a bar counts as a bar."""
    downs = np.array(grid.downbeats_s if grid else (), np.float64)
    downs = downs[downs < duration_s]
    if len(downs) < 3:
        return np.append(np.arange(0.0, max(duration_s - PSEUDO_BAR_S / 2, 0.01), PSEUDO_BAR_S), duration_s)
    half_s = float(np.median(np.diff(downs))) / 2
    inner = downs[(downs > half_s) & (downs < duration_s - half_s)]
    return np.concatenate([[0.0], inner, [duration_s]])


def bar_features(audio: Audio, edges_s: NDArray[np.float64]) -> BarFeatures:
    """The features of each bar of mono sound at 22.05 kHz."""
    frames = _frames(audio)
    hz = audio.rate_hz / HOP
    return BarFeatures(
        edges_s,
        bass=_per_bar(frames[0:12], edges_s, hz, 2),
        chroma=_per_bar(frames[12:24], edges_s, hz, 2),
        treble=_per_bar(frames[24:36], edges_s, hz, 4),
        mel=_per_bar(frames[36:], edges_s, hz, 1),
        level=_per_bar(frames[36:].mean(0, keepdims=True), edges_s, hz, 4),
    )


def _frames(audio: Audio) -> Floats:
    """(12 + 12 + 12 + 64, frames): the three chromas and the mel spectrum in dB."""
    import librosa

    mono = audio.stretches
    hz = librosa.fft_frequencies(sr=audio.rate_hz, n_fft=FFT)
    pitch = librosa.filters.chroma(sr=audio.rate_hz, n_fft=FFT)
    filters = [pitch * (hz < BASS_HZ), pitch, pitch * (hz > TREBLE_HZ)]
    mel = librosa.filters.mel(sr=audio.rate_hz, n_fft=FFT, n_mels=MELS, fmin=30.0, fmax=8000.0)
    blocks = []
    n_frames = 1 + len(mono) // HOP
    for start in range(0, n_frames, BLOCK_FRAMES):
        n = min(BLOCK_FRAMES, n_frames - start)
        piece = padded(mono, start * HOP - FFT // 2, (n - 1) * HOP + FFT)
        power = np.abs(librosa.stft(piece, n_fft=FFT, hop_length=HOP, center=False)) ** 2
        chromas = [librosa.util.normalize(f @ power, norm=np.inf, axis=0) for f in filters]
        blocks.append(np.concatenate([*chromas, librosa.power_to_db(mel @ power, top_db=None)]))
    return np.concatenate(blocks, axis=1).astype(np.float32)


def _per_bar(rows: Floats, edges_s: NDArray[np.float64], hz: float, n_parts: int) -> Floats:
    """(bars, rows * parts): the mean of each equal part of each bar."""
    parts = np.concatenate([np.linspace(a, b, n_parts + 1)[:-1] for a, b in itertools.pairwise(edges_s)])
    marks = np.clip(np.append(parts, edges_s[-1]) * hz, 0, rows.shape[1]).astype(int)
    summed = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1, dtype=np.float64)], axis=1)
    starts = np.minimum(marks[:-1], rows.shape[1] - 1)
    ends = np.maximum(marks[1:], starts + 1)
    means = (summed[:, ends] - summed[:, starts]) / (ends - starts)
    return means.T.reshape(len(edges_s) - 1, -1).astype(np.float32)
