"""Any number of channels heard through two loudspeakers."""

import numpy as np

from musicflamingo_app.music.arrays import Floats


def heard(samples: Floats, speakers: tuple[str, ...]) -> Floats:
    """(1 or 2, frames) of float32 `(channels, frames)`; one and two channels are given back as they are."""
    return samples if len(speakers) <= 2 else np.asarray(stereo_matrix(speakers) @ samples, np.float32)


def stereo_matrix(speakers: tuple[str, ...]) -> Floats:
    """(1 or 2, channels): how channels make what is heard; rows add up to 1 at most, so nothing clips.

    One channel stays one and two stay two. Of more, left ones go left, right ones right, centres to both at -3 dB and
    the low-frequency channel is left out (ITU-R BS.775-4, annex 4); channels without a name go to both alike.
    """
    if len(speakers) <= 2:
        return np.eye(len(speakers), dtype=np.float32)
    matrix = np.array([[_weight(speaker, side) for speaker in speakers] for side in "LR"], np.float32)
    loudest = np.abs(matrix).sum(axis=1).max()
    if loudest == 0:  # nothing but low-frequency channels
        return np.full((2, len(speakers)), 1 / len(speakers), np.float32)
    return np.asarray(matrix / loudest, np.float32)


def _weight(speaker: str, side: str) -> float:
    """How much of a channel one side gets. FFmpeg's names: FL FR FC LFE BL BR SL SR BC ..., NONE when unknown."""
    if speaker == "NONE":
        return 1.0
    if speaker.startswith("LFE"):
        return 0.0
    if "C" in speaker and speaker not in ("FLC", "FRC"):
        return 2**-0.5
    if side not in speaker:
        return 0.0
    return 1.0 if speaker.startswith("F") or speaker in ("DL", "DR") else 2**-0.5
