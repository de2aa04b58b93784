"""A track's sound for models: mono at 16 kHz, the last ones heard kept in memory."""

import threading
from collections import OrderedDict

import numpy as np

from db.values import Track
from model.types import Sound
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.library import Library

RATE_HZ = 16_000
KEPT_BYTES = 160_000_000  # two recordings of twenty minutes


class Hearing:
    """Reads recordings of a library. Safe to use from many threads."""

    def __init__(self, library: Library, *, kept_bytes: int = KEPT_BYTES) -> None:
        self._library, self._kept_bytes = library, kept_bytes
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()

    def sound(self, track: Track, region: Interval | None = None) -> Sound:
        """A track, or a region of it. Raises AudioError for a file that cannot be read, NotFound without one."""
        with self._lock:  # also keeps two questions from decoding the same file
            samples = self._samples(track)
        start_s, end_s = (region.start_s, region.end_s) if region else (0.0, track.duration_s)
        if region is not None:
            samples = samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
        return Sound(np.ascontiguousarray(samples), RATE_HZ, f"{track.audio_sha256}:{start_s:.3f}-{end_s:.3f}")

    def _samples(self, track: Track) -> Floats:
        if track.audio_sha256 not in self._kept:
            self._kept[track.audio_sha256] = self._read(track)
            while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._kept_bytes:
                self._kept.popitem(last=False)
        self._kept.move_to_end(track.audio_sha256)
        return self._kept[track.audio_sha256]

    def _read(self, track: Track) -> Floats:
        """The file as it was added; when that is missing, the copy that is played."""
        try:
            path = self._library.original_path(track.id)
        except NotFound:
            path = self._library.playback_path(track.id)
        return read_audio(path, name=track.original_name or None).at(RATE_HZ)
