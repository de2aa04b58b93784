"""The copy that the browser plays: small, sought exactly, and starting where the analysis starts.

AAC in MP4 with its index in front: in Chromium 156 its time zero and every seek were right to 0.02 ms (FLAC too, at
seven times the size; constant-rate MP3 was off by up to 56 ms). The first packet must carry its negative time stamp,
or the encoder's 23 ms delay would be heard.
"""

import contextlib
import secrets
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import numpy as np

from musicflamingo_app.audio.container import load_av
from musicflamingo_app.audio.resample import StreamResampler
from musicflamingo_app.errors import StorageError
from musicflamingo_app.music.arrays import Floats

SUFFIX = ".m4a"
MIME_TYPE = "audio/mp4"
BITS_PER_S = {1: 112_000, 2: 192_000}  # by number of channels


def playback_rate_hz(rate_hz: int) -> int:
    """The rate of the copy: 44.1 or 48 kHz, whichever the source's rate belongs to."""
    return 44_100 if rate_hz % 11_025 == 0 else 48_000


class PlaybackCopy:
    """Writes a playback copy block by block; as a context manager it leaves nothing behind unless `keep` was called.

    Raises StorageError when the disk refuses.
    """

    def __init__(self, path: Path, rate_hz: int, n_channels: int) -> None:
        self._av = load_av()
        self._path = path.absolute()
        self._part = self._path.with_name(f".{secrets.token_hex(8)}.part")
        self._layout = "mono" if n_channels == 1 else "stereo"
        self._rate_hz = playback_rate_hz(rate_hz)
        self._resampler = StreamResampler(rate_hz, self._rate_hz, n_channels)
        self._n_frames = 0
        with self._storing():
            self._container = self._av.open(
                f"file:{self._part}", "w", format="ipod", container_options={"movflags": "+faststart"}
            )
        self._stream = self._container.add_stream(
            "aac",
            rate=self._rate_hz,
            layout=self._layout,
            bit_rate=BITS_PER_S[n_channels],
            options={"aac_coder": "fast"},  # at these rates as good as the default and twice as quick
        )

    def __enter__(self) -> "PlaybackCopy":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(self._av.FFmpegError, OSError):  # what fails here is thrown away anyhow
            self._container.close()
        self._part.unlink(missing_ok=True)

    def write(self, samples: Floats) -> None:
        """Adds a block: float32 `(channels, frames)` at the source's rate; what lies beyond full scale is clipped."""
        self._encode(self._resampler.push(samples))

    def keep(self) -> None:
        """Finishes the copy and puts it in its place in one step."""
        self._encode(self._resampler.end())
        with self._storing():
            self._container.mux(self._stream.encode(None))
            self._container.close()
            self._part.replace(self._path)

    def _encode(self, samples: Floats) -> None:
        if samples.shape[1] == 0:
            return
        clipped = np.ascontiguousarray(np.clip(samples, -1, 1), np.float32)
        frame = self._av.AudioFrame.from_ndarray(clipped, format="fltp", layout=self._layout)
        frame.sample_rate = self._rate_hz
        frame.time_base = Fraction(1, self._rate_hz)
        frame.pts = self._n_frames
        self._n_frames += samples.shape[1]
        with self._storing():
            self._container.mux(self._stream.encode(frame))

    @contextlib.contextmanager
    def _storing(self) -> Iterator[None]:
        try:
            yield
        except (self._av.FFmpegError, OSError) as error:
            reason = error.strerror or "unknown reason"
            raise StorageError(
                f"The playback copy could not be written: {reason}.",
                "Free some space, or check that the data folder may be written to.",
            ) from error
