"""How loud a recording is, as broadcasters measure it (EBU R 128, ITU-R BS.1770), by FFmpeg's ebur128 filter."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from musicflamingo_app.audio.container import load_av
from musicflamingo_app.music.arrays import Floats

FLOOR_LUFS = -70.0  # the standard's absolute gate: below it is silence
CURVE_HZ = 2.0
_READING_HZ = 10  # the filter speaks every 100 ms
_FIRST_WHOLE = 3  # its fourth reading is the first of a whole 400 ms window


@dataclass(frozen=True, eq=False)
class Loudness:
    """Loudness of a whole recording and along it.

    `curve_lufs` (frames,) is the short-term loudness of the three seconds around `frame / curve_hz` (less at the
    ends), never below -70. `peak_dbfs` is the highest sample, -inf in digital silence.
    """

    integrated_lufs: float
    range_lu: float
    peak_dbfs: float
    curve_hz: float
    curve_lufs: Floats


class LoudnessMeter:
    """Listens to one or two channels block by block."""

    def __init__(self, rate_hz: int, n_channels: int) -> None:
        self._av = load_av()
        self._rate_hz = rate_hz
        self._layout = "mono" if n_channels == 1 else "stereo"
        self._n_frames = 0
        self._peak = 0.0
        self._momentary: list[float] = []  # LUFS, one each 100 ms
        self._summary = (FLOOR_LUFS, 0.0)
        self._graph = self._av.filter.Graph()
        base = Fraction(1, rate_hz)
        self._graph.link_nodes(
            self._graph.add_abuffer(format="fltp", sample_rate=rate_hz, layout=self._layout, time_base=base),
            self._graph.add("ebur128", "metadata=1:framelog=quiet"),
            self._graph.add("abuffersink"),
        ).configure()

    def hear(self, samples: Floats) -> None:
        """Takes the next block: float32 `(channels, frames)`."""
        self._peak = max(self._peak, float(samples.max(initial=0)), -float(samples.min(initial=0)))
        frame = self._av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
        frame.sample_rate = self._rate_hz
        frame.time_base = Fraction(1, self._rate_hz)
        frame.pts = self._n_frames
        self._n_frames += samples.shape[1]
        self._graph.push(frame)
        self._read()

    def result(self) -> Loudness:
        """The loudness of all that was heard."""
        integrated, range_lu = self._summary
        peak = 20 * math.log10(self._peak) if self._peak > 0 else -math.inf
        return Loudness(max(integrated, FLOOR_LUFS), range_lu, peak, CURVE_HZ, self._curve())

    def _read(self) -> None:
        while True:
            try:
                said = self._graph.pull().metadata
            except (self._av.BlockingIOError, self._av.EOFError):
                return
            self._momentary.append(_number(said.get("lavfi.r128.M")))
            self._summary = (_number(said.get("lavfi.r128.I")), max(0.0, _number(said.get("lavfi.r128.LRA"), 0.0)))

    def _curve(self) -> Floats:
        """Short-term loudness: the mean energy of the momentary windows (400 ms) that lie in the three seconds."""
        duration_s = self._n_frames / self._rate_hz
        times_s = np.arange(max(1, math.ceil(duration_s * CURVE_HZ))) / CURVE_HZ
        valid = np.array(self._momentary[_FIRST_WHOLE:] or [FLOOR_LUFS])
        energy = np.concatenate([[0.0], np.cumsum(10 ** (valid / 10))])
        # Window j lies around 0.2 + j / 10 seconds; those within 1.3 s span three seconds in all.
        centre = (times_s - 0.2) * _READING_HZ
        start = np.clip(np.ceil(centre - 13 - 1e-6).astype(int), 0, len(valid) - 1)
        end = np.clip(np.floor(centre + 13 + 1e-6).astype(int) + 1, start + 1, len(valid))
        mean = (energy[end] - energy[start]) / (end - start)
        return np.maximum(10 * np.log10(np.maximum(mean, 1e-30)), FLOOR_LUFS).astype(np.float32)


def _number(text: str | None, missing: float = FLOOR_LUFS) -> float:
    value = float(text) if text is not None else missing
    return value if math.isfinite(value) else missing
