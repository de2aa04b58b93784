"""Chroma: how strongly each of the twelve pitch classes sounds, row 0 being C."""

import numpy as np

from musicflamingo_app.analysis.harmony.cqt import BINS_PER_SEMITONE, FRAME_HZ, blocks
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.music.arrays import Floats

POOLED_FRAMES = 16  # of the constant-Q spectrum to one of chroma
CHROMA_HZ = FRAME_HZ / POOLED_FRAMES  # 2.7 a second
OCTAVES = slice(1, 6)  # C2 to B6: below and above there is more noise than notes
SILENT_MAGNITUDE = 0.006  # of the loudest bin: a tone at about -75 dB of full scale


def chroma(audio: Audio, tuning_cents: float) -> tuple[float, Floats]:
    """Frames a second and (12, frames) float32 with each frame's maximum 1, or all 0 where it is silent.

    Raises MissingPackage without librosa.
    """
    spectra = (spectrum for _, spectrum in blocks(audio.stretches_at(ANALYSIS_HZ), tuning_cents))
    return CHROMA_HZ, np.concatenate([folded(spectrum) for spectrum in spectra], axis=1)


def folded(spectrum: Floats, pooled_frames: int = POOLED_FRAMES) -> Floats:
    """(12, ceil(frames / pooled_frames)) chroma of constant-Q magnitudes (frames, 252)."""
    starts = np.arange(0, len(spectrum), pooled_frames)
    counts = np.minimum(pooled_frames, len(spectrum) - starts)
    pooled = np.add.reduceat(spectrum, starts, axis=0) / counts[:, None]
    # The middle bin of each semitone with half of its neighbours; a semitone's lower neighbour is the bin before it.
    near = np.pad(pooled, ((0, 0), (1, 1)))
    weighted = near[:, 1:-1] + 0.5 * (near[:, :-2] + near[:, 2:])
    classes = weighted[:, ::BINS_PER_SEMITONE].reshape(len(pooled), -1, 12)[:, OCTAVES].sum(axis=1)
    peak = classes.max(axis=1, keepdims=True)
    silent = pooled.max(axis=1, keepdims=True) < SILENT_MAGNITUDE
    return np.where(silent, 0.0, classes / np.maximum(peak, 1e-9)).T.astype(np.float32)
