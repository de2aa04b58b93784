"""The waveform as a picture needs it: lowest and highest sample, fifty times a second."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.sound import Samples

FINE_HZ = 50
OVERVIEW_HZ = 10
BLOCK_S = 60
_HEAD = struct.Struct("<II")


@dataclass(frozen=True, eq=False)
class Peaks:
    """Pairs of int8 `(n, 2)`: lowest and highest sample of each stretch, full scale 127.

    `fine` has 50 pairs a second, `overview` 10; pair k starts at k / rate seconds, the last may cover less.
    """

    fine: NDArray[np.int8]
    overview: NDArray[np.int8]

    def to_bytes(self) -> bytes:
        """Little-endian uint32 n_fine, uint32 n_overview, 2 n_fine int8 (min, max, min, max ...), 2 n_overview int8.

        In the browser: `new Int8Array(buffer, 8, 2 * n_fine)` and `new Int8Array(buffer, 8 + 2 * n_fine)`.
        """
        return _HEAD.pack(len(self.fine), len(self.overview)) + self.fine.tobytes() + self.overview.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Peaks":
        """The peaks that `to_bytes` wrote. Raises ValueError when the length does not fit."""
        if len(data) < _HEAD.size:
            raise ValueError(f"Peaks need at least {_HEAD.size} bytes, not {len(data)}.")
        n_fine, n_overview = _HEAD.unpack_from(data)
        if len(data) != _HEAD.size + 2 * (n_fine + n_overview):
            raise ValueError(f"Peaks of {n_fine} + {n_overview} pairs do not fit in {len(data)} bytes.")
        pairs = np.frombuffer(data, np.int8, offset=_HEAD.size).reshape(-1, 2)
        return cls(pairs[:n_fine], pairs[n_fine:])


def peaks_of(mono: Samples, rate_hz: int) -> Peaks:
    """The peaks of `(samples,)` at a rate that 50 divides, a minute at a time."""
    if rate_hz % FINE_HZ:
        raise ValueError(f"Peaks need a rate that {FINE_HZ} divides, not {rate_hz} Hz.")
    minutes = (mono[first : first + BLOCK_S * rate_hz] for first in range(0, max(1, len(mono)), BLOCK_S * rate_hz))
    fine = np.concatenate([_lowest_highest(part, part, rate_hz // FINE_HZ) for part in minutes])
    overview = _lowest_highest(fine[:, 0], fine[:, 1], FINE_HZ // OVERVIEW_HZ)
    return Peaks(_int8(fine), _int8(overview))


def _lowest_highest(low: NDArray[np.float32], high: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    starts = np.arange(0, len(low), n)
    if len(starts) == 0:
        return np.zeros((0, 2), np.float32)
    return np.stack([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)


def _int8(pairs: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.clip(np.round(pairs * 127), -127, 127).astype(np.int8)
