"""Sound made on the spot: known signals, written in every format."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import Cancelled

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Format:
    """How a test writes a file: a name, and either soundfile's subtype or PyAV's (muxer, encoder)."""

    name: str
    suffix: str
    subtype: str | None = None
    muxer: str = ""
    encoder: str = ""
    lossy: bool = False

    def write(self, path: Path, samples: Samples, rate_hz: int) -> Path:
        """Writes `(channels, frames)`."""
        if self.muxer:
            return coded(path, samples, rate_hz, self.muxer, self.encoder)
        import soundfile

        kind = "WAVEX" if self.suffix == ".wav" and len(samples) > 2 else None
        soundfile.write(path, samples.T, rate_hz, subtype=self.subtype, format=kind)
        return path


FORMATS = (
    Format("wav8", ".wav", "PCM_U8"),
    Format("wav16", ".wav", "PCM_16"),
    Format("wav24", ".wav", "PCM_24"),
    Format("wav32", ".wav", "PCM_32"),
    Format("wavfloat", ".wav", "FLOAT"),
    Format("wavdouble", ".wav", "DOUBLE"),
    Format("w64", ".w64", "PCM_24"),
    Format("flac16", ".flac", "PCM_16"),
    Format("flac24", ".flac", "PCM_24"),
    Format("aiff16", ".aiff", "PCM_16"),
    Format("aiff24", ".aiff", "PCM_24"),
    Format("vorbis", ".ogg", "VORBIS", lossy=True),
    Format("opus", ".opus", muxer="ogg", encoder="libopus", lossy=True),
    Format("webm", ".webm", muxer="webm", encoder="libopus", lossy=True),
    Format("mp3", ".mp3", muxer="mp3", encoder="libmp3lame", lossy=True),
    Format("m4a", ".m4a", muxer="ipod", encoder="aac", lossy=True),
    Format("alac", ".m4a", muxer="ipod", encoder="alac"),
    Format("adts", ".aac", muxer="adts", encoder="aac", lossy=True),
)
BY_NAME = {kind.name: kind for kind in FORMATS}


def coded(
    path: Path, samples: Samples, rate_hz: int, muxer: str, encoder: str, tags: Mapping[str, str] | None = None
) -> Path:
    """Codes `(1, 2 or 6, frames)` with FFmpeg; Opus is resampled to 48 kHz, as every Opus encoder does."""
    import av

    layout = {1: "mono", 2: "stereo", 6: "5.1"}[len(samples)]
    target_hz = 48_000 if encoder == "libopus" else rate_hz
    with av.open(str(path), "w", format=muxer) as container:
        container.metadata.update(tags or {})
        stream = container.add_stream(encoder, rate=target_hz, layout=layout)
        stream.bit_rate = 96_000 * len(samples)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = rate_hz, 0
        resampler = av.AudioResampler(stream.codec_context.format, layout, target_hz)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def tone_with_click(rate_hz: int, n_channels: int, seconds: float = 2.0, click_s: float = 1.0) -> Samples:
    """A quiet 1 kHz tone in every channel, silent from 0.9 s to a short loud burst at `click_s`."""
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    mono = 0.1 * np.sin(2 * np.pi * 1000 * times_s)
    mono[(times_s >= click_s - 0.1) & (times_s < click_s + 0.1)] = 0
    burst = (times_s >= click_s) & (times_s < click_s + 0.01)
    mono[burst] = 0.8 * np.sin(2 * np.pi * 1500 * (times_s[burst] - click_s))
    return np.tile(mono.astype(np.float32), (n_channels, 1))


class Watched:
    """A Progress that remembers, and can stop the work at the n-th call."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.calls: list[tuple[float, str]] = []
        self._stop_at = stop_at

    def progress(self, fraction: float, sentence: str = "") -> None:
        if len(self.calls) == self._stop_at:
            raise Cancelled()
        self.calls.append((fraction, sentence))
