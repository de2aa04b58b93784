"""What a model hears of a clip: log-mel spectrograms by window, kept on disk up to a bound.

A kept entry that cannot be read (a crash, a bad disk) is made again. The oldest ones go first.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.transformers_hf.hearing import RATE_HZ, windows
from musicflamingo_app.errors import StudioError
from train.clips import Clip
from train.stretches import samples_of

_AIR = 0.9  # how full the folder is after the oldest went


@dataclass(frozen=True, eq=False)
class Heard:
    """`frames` (windows, mels, frames) float32, and `mask` (windows, frames) int32 of those that are sound."""

    frames: NDArray[np.float32]
    mask: NDArray[np.int32]

    @property
    def n_vectors(self) -> int:
        """How many vectors the encoder makes of it, as it counts them itself: two strides, then a pool of two."""
        lengths = self.mask.sum(axis=1)
        return int((((lengths - 1) // 2 + 1 - 2) // 2 + 1).sum())


class Shelf:
    """A folder of spectrograms of at most `limit_bytes`; the ones not asked for longest go first."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder, self.limit_bytes = folder, limit_bytes
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Heard | None:
        """The entry, or None when it is not there or cannot be read (then it is removed)."""
        path = self._path(key)
        try:
            with np.load(path, allow_pickle=False) as kept:
                heard = Heard(kept["frames"], kept["mask"])
            os.utime(path)
            return heard
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            path.unlink(missing_ok=True)
            return None

    def put(self, key: str, heard: Heard) -> None:
        """Keeps an entry, whole or not at all; what alone exceeds the bound is not kept."""
        n_bytes = heard.frames.nbytes + heard.mask.nbytes
        if n_bytes > self.limit_bytes:
            return
        self._make_room(n_bytes)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, frames=heard.frames, mask=heard.mask)
            Path(name).replace(self._path(key))
        finally:
            Path(name).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _make_room(self, n_bytes: int) -> None:
        kept = [(status.st_mtime_ns, status.st_size, path) for path, status in _entries(self.folder)]
        total = sum(size for _, size, _ in kept) + n_bytes
        if total <= self.limit_bytes:
            return
        for _, size, path in sorted(kept, key=lambda entry: entry[0]):
            path.unlink(missing_ok=True)
            total -= size
            if total <= self.limit_bytes * _AIR:
                return


def _entries(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Files with their state; another process may remove some meanwhile."""
    found = []
    for path in folder.glob("*.npz"):
        try:
            found.append((path, path.stat()))
        except FileNotFoundError:
            continue
    return found


class Spectrograms:
    """Makes what a feature extractor sees of clips, or takes it from the shelf."""

    def __init__(self, extractor: Any, shelf: Shelf | None = None) -> None:
        self._extractor, self._shelf = extractor, shelf
        shape = {name: getattr(extractor, name) for name in ("feature_size", "hop_length", "n_fft", "chunk_length")}
        self._shape = json.dumps(shape, sort_keys=True)

    def of(self, clip: Clip) -> Heard:
        """What is heard of a clip. Raises AudioError for a file that cannot be read, StudioError without one."""
        if clip.audio is None:
            raise StudioError(f"The example {clip.examples[0].id} has no recording.", "Leave it out, or give it one.")
        key = self._key(clip, clip.audio)
        known = self._shelf.get(key) if self._shelf else None
        if known is None:
            known = self.hear(_samples(clip, clip.audio))
            if self._shelf:
                self._shelf.put(key, known)
        return known

    def hear(self, samples: NDArray[np.float32]) -> Heard:
        """The spectrogram of mono samples at 16 kHz, window by window."""
        pieces = list(windows(samples, self._extractor))
        made = self._extractor(pieces, sampling_rate=RATE_HZ, return_attention_mask=True, return_tensors="np")
        return Heard(made["input_features"].astype(np.float32), made["attention_mask"].astype(np.int32))

    def _key(self, clip: Clip, audio: Path) -> str:
        status = audio.stat()
        named = f"{audio.absolute()} {status.st_size} {status.st_mtime_ns} {clip.start_s} {clip.end_s} {self._shape}"
        return hashlib.sha256(named.encode()).hexdigest()


def _samples(clip: Clip, audio: Path) -> NDArray[np.float32]:
    cut = samples_of(audio, clip.start_s, clip.end_s)
    if not len(cut):
        what = f"The example {clip.examples[0].id} begins after its recording {audio.name} has ended."
        raise StudioError(what, "Make the dataset again.")
    return cut
