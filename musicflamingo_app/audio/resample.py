"""Changing the rate of a stream block by block, by soxr's high-quality resampler (no delay at either end)."""

from types import ModuleType

import numpy as np

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats


def load_soxr() -> ModuleType:
    """The resampler's package. Raises MissingPackage."""
    try:
        import soxr
    except ImportError as error:
        advice = "Install it with: pip install soxr"
        raise MissingPackage("Changing a sample rate needs the package soxr.", advice) from error
    return soxr


class StreamResampler:
    """Takes float32 `(channels, frames)` at one rate, gives them at another; equal rates pass through."""

    def __init__(self, from_hz: int, to_hz: int, n_channels: int) -> None:
        self._n_channels = n_channels
        self._stream = None
        if from_hz != to_hz:
            self._stream = load_soxr().ResampleStream(from_hz, to_hz, n_channels, dtype="float32")

    def push(self, samples: Floats) -> Floats:
        """What is ready after another block; it may be less or more than went in."""
        return samples if self._stream is None else self._chunk(samples, last=False)

    def end(self) -> Floats:
        """What was still inside."""
        nothing = np.zeros((self._n_channels, 0), np.float32)
        return nothing if self._stream is None else self._chunk(nothing, last=True)

    def _chunk(self, samples: Floats, last: bool) -> Floats:
        assert self._stream is not None
        rows = np.ascontiguousarray(samples[0] if self._n_channels == 1 else samples.T)
        made = np.asarray(self._stream.resample_chunk(rows, last=last), np.float32)
        return made.reshape(1, -1) if self._n_channels == 1 else made.T
