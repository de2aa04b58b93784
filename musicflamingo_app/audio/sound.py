"""Sound: what every engine listens to."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.resample import load_soxr
from musicflamingo_app.music.arrays import Floats

ANALYSIS_HZ = 22_050  # every engine of ours listens at or below this rate


class Samples(Protocol):
    """Mono sound that is read stretch by stretch: an array, or a file."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Audio:
    """Decoded sound: float32 `(channels, samples)` in [-1, 1], its rate; time zero is the first decoded sample."""

    samples: NDArray[np.float32]
    rate_hz: int

    @property
    def duration_s(self) -> float:
        return self.samples.shape[1] / self.rate_hz

    @property
    def mono(self) -> NDArray[np.float32]:
        """(samples,): the mean of the channels; no copy when there is one."""
        return self.samples[0] if len(self.samples) == 1 else self.samples.mean(axis=0, dtype=np.float32)

    @property
    def stretches(self) -> Samples:
        """The samples of `mono`, for those who never need them all at once."""
        return self.mono

    def stretches_at(self, rate_hz: int) -> Samples:
        """The samples of `at`, likewise."""
        return self.stretches if rate_hz == self.rate_hz else self.at(rate_hz)

    def at(self, rate_hz: int) -> NDArray[np.float32]:
        """Mono samples at another rate, by soxr's high-quality resampler. Raises MissingPackage."""
        if rate_hz == self.rate_hz:
            return self.mono
        return np.asarray(load_soxr().resample(self.mono, self.rate_hz, rate_hz), np.float32)
