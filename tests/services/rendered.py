"""Short recordings with known chords and beats, rendered on the spot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

RATE_HZ = 22_050
BEAT_S = 0.5
TRIADS = {"C:maj": (48, 52, 55), "G:maj": (43, 47, 50), "A:min": (45, 48, 52), "F:maj": (41, 45, 48)}


def band_wav(
    path: Path, *, chords: Sequence[str] = ("C:maj", "G:maj", "A:min", "F:maj"), chord_s: float = 1.5, seed: int = 0
) -> Path:
    """Writes chords with a click on every beat of 0.5 s; another seed gives other samples of the same music."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    n_frames = round(chord_s * RATE_HZ)
    times_s = np.arange(n_frames) / RATE_HZ
    sound = np.concatenate([_chord(TRIADS[name], times_s) for name in chords])
    noise = np.random.default_rng(seed).standard_normal(len(sound))
    decay = np.exp(-60.0 * (np.arange(len(sound)) / RATE_HZ % BEAT_S))
    soundfile.write(path, (0.4 * sound + 0.3 * noise * decay).clip(-1, 1), RATE_HZ, subtype="PCM_16")
    return path


def _chord(pitches: Sequence[int], times_s: np.ndarray) -> np.ndarray:
    tones = [
        np.sin(2 * np.pi * 440.0 * 2 ** ((pitch + octave - 69) / 12) * times_s) / len(pitches)
        for pitch in pitches
        for octave in (0, 12)
    ]
    return np.asarray(np.sum(tones, axis=0) / 2)
