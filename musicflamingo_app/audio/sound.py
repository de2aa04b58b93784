"""Sound in memory: what every engine listens to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.resample import load_soxr

ANALYSIS_HZ = 22_050  # every engine of ours listens at or below this rate


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

    def at(self, rate_hz: int) -> NDArray[np.float32]:
        """Mono samples at another rate, by soxr's high-quality resampler. Raises MissingPackage."""
        if rate_hz == self.rate_hz:
            return self.mono
        return np.asarray(load_soxr().resample(self.mono, self.rate_hz, rate_hz), np.float32)
