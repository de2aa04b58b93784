"""A recording as it would be in another key and at another speed, and what is heard there told in its own times."""

from dataclasses import dataclass
from random import Random

import numpy as np

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.arrays import Floats

N_FFT = 2048
MOST_SEMITONES, FASTEST = 4.0, 1.2


@dataclass(frozen=True)
class View:
    """So many semitones higher, so many times as fast."""

    semitones: float = 0.0
    speed: float = 1.0

    def of(self, sound: Floats) -> Floats:
        """The sound changed so by a phase vocoder and a resampler."""
        if self == View():
            return sound
        import librosa
        import soxr

        higher = 2 ** (self.semitones / 12)
        made = librosa.effects.time_stretch(sound, rate=self.speed / higher, n_fft=N_FFT)
        if self.semitones:
            made = soxr.resample(made, ANALYSIS_HZ * higher, ANALYSIS_HZ, quality="MQ")
        return np.asarray(made, np.float32)

    def told(self, odds: Floats, n: int) -> Floats:
        """Rows `(rows, curves)` that were heard in the view, at `n` rows of the recording as it is."""
        places = np.arange(n) / self.speed
        rows = np.arange(len(odds))
        return np.stack([np.interp(places, rows, curve) for curve in odds.T], axis=1).astype(np.float32)


def views(seed: str, n: int) -> list[View]:
    """The recording as it is, and `n` others by chance."""
    random = Random(f"views {seed}")
    others = [
        View(
            round(random.uniform(-MOST_SEMITONES, MOST_SEMITONES), 2),
            round(FASTEST ** random.uniform(-1, 1), 3),
        )
        for _ in range(n)
    ]
    return [View(), *others]


def whole_views(seed: str, n: int) -> list[View]:
    """The same in whole semitones, so that chords and keys keep their names' places on the keyboard."""
    first, *others = views(seed, n)
    return [first, *(View(round(view.semitones), view.speed) for view in others)]
