"""The sound of an example: the excerpt, Gaussian noise of its length, or none.

Noise has one loudness for all, so that nothing of the recording but its length is left.
"""

import hashlib
from pathlib import Path

import numpy as np

from model.types import Sound
from musicflamingo_app.errors import AudioError, NotFound
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.time import clock
from train.evaluate.candidate import Control
from train.examples import Example
from train.originals import audio_path
from train.stretches import RATE_HZ, samples_of

NOISE_RMS = 0.1


class Excerpts:
    """Decodes excerpts of a folder's recordings, the last one kept in memory."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self._folder, self._seed = folder, seed
        self._wanted: tuple[Path, float | None, float | None] | None = None
        self._samples: Floats = np.zeros(0, np.float32)

    def path(self, example: Example) -> Path:
        """The file that plays an example."""
        return audio_path(self._folder, example)

    def sound(self, example: Example, control: Control) -> Sound | None:
        """Mono at 16 kHz; None without sound. Raises AudioError for a file or times that cannot be used."""
        if control == "none":
            return None
        samples = self._cut(example)
        place = excerpt_of(example)
        if control == "noise":
            return Sound(noise(len(samples), f"{self._seed}:{place}"), RATE_HZ, f"noise:{self._seed}:{place}")
        return Sound(samples, RATE_HZ, place)

    def _cut(self, example: Example) -> Floats:
        wanted = (self.path(example), example.start_s, example.end_s)
        if wanted != self._wanted:
            self._samples, self._wanted = samples_of(*wanted), wanted
        if not len(self._samples):
            what = f"{wanted[0]} ends before the excerpt begins at {clock(example.start_s or 0.0)}."
            raise AudioError(what, "Correct the times of the example.")
        return self._samples

    def check(self, examples: tuple[Example, ...]) -> None:
        """Raises NotFound when a recording is missing, before anything is asked."""
        paths = dict.fromkeys(self.path(example) for example in examples)
        missing = [path for path in paths if not path.is_file()]
        if missing:
            what = f"{len(missing)} of {len(paths)} recordings are missing, the first {missing[0]}."
            raise NotFound(what, "Put them there, or evaluate another folder.")


def excerpt_of(example: Example) -> str:
    """What tells one excerpt from all others; a track may be several files (utterances of a song)."""
    return f"{example.track}:{example.audio}:{example.start_s}-{example.end_s}"


def noise(n_samples: int, seed: str) -> Floats:
    """(n_samples,) of Gaussian noise, the same for the same seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    return (NOISE_RMS * np.random.default_rng(number).standard_normal(n_samples)).astype(np.float32)
