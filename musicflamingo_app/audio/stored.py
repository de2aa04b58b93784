"""Long sound kept on disk instead of in memory: an hour is 318 MB, and engines need a minute at a time."""

import contextlib
import errno
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import StorageError
from musicflamingo_app.music.arrays import Floats

SAMPLE_BYTES = 4
KEPT_BYTES = 32 << 20  # six minutes: most songs never touch the disk


class StoredSamples:
    """Float32 samples, from `kept_bytes` on in a file without a name, which is gone when this or the process ends.

    Read in stretches, `samples[first:last]`, each a new array. Raises StorageError when the disk refuses.
    """

    def __init__(self, folder: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._file = tempfile.SpooledTemporaryFile(kept_bytes, dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._n_samples = 0

    def __len__(self) -> int:
        return self._n_samples

    def append(self, samples: Floats) -> None:
        """Adds `(samples,)` at the end."""
        left = memoryview(np.ascontiguousarray(samples, np.float32)).cast("B")
        with _storing():
            self._file.seek(self._n_samples * SAMPLE_BYTES)
            while len(left):
                left = left[self._file.write(left) :]
        self._n_samples += len(samples)

    def __getitem__(self, part: slice) -> Floats:
        first, last, step = part.indices(self._n_samples)
        if step != 1:
            raise ValueError(f"Stored samples are read one after another, not every {step}.")
        out = np.empty(max(0, last - first), np.float32)
        left = memoryview(out).cast("B")
        with _storing():
            self._file.seek(first * SAMPLE_BYTES)
            while len(left):
                n_bytes = self._file.readinto(left)
                if not n_bytes:
                    raise OSError(errno.EIO, "the file is shorter than it was")
                left = left[n_bytes:]
        return out


class StoredAudio(Audio):
    """Mono sound so stored: whole where `samples` or `mono` are asked for, a copy each time, else in stretches."""

    def __init__(self, stored: StoredSamples, rate_hz: int) -> None:
        object.__setattr__(self, "_stored", stored)
        object.__setattr__(self, "rate_hz", rate_hz)

    @property
    def samples(self) -> Floats:  # type: ignore[override]
        """(1, samples)"""
        return self._stored[:].reshape(1, -1)

    @property
    def duration_s(self) -> float:
        return len(self._stored) / self.rate_hz

    @property
    def stretches(self) -> StoredSamples:
        return self._stored


@contextlib.contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The sound could not be written to disk, or read again: {error.strerror or 'unknown reason'}.",
            "Free some space, or check that the data folder may be written to; an hour needs 320 MB for a while.",
        ) from error
