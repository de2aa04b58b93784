"""Poor copies: sound that went through a lossy codec at a low bit rate and back, in memory, its times kept."""

from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.audio.container import load_av
from musicflamingo_app.audio.resample import load_soxr
from musicflamingo_app.audio.sound import ANALYSIS_HZ

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Codec:
    """FFmpeg's encoder and a container that tells its delay; the rate it takes, and bit rates that can be heard."""

    encoder: str
    container: str
    rate_hz: int
    bits_per_s: tuple[int, ...]


CODECS = (
    Codec("libmp3lame", "mp3", 22_050, (16_000, 24_000, 32_000, 48_000)),
    Codec("aac", "mp4", 22_050, (16_000, 24_000, 32_000, 48_000)),
    Codec("libopus", "ogg", 24_000, (8_000, 12_000, 16_000, 24_000)),
)


def copied(samples: Floats, random: Random) -> Floats:
    """Mono sound at 22,050 Hz through a codec at a bit rate, both drawn at random; as long as before.

    Raises MissingPackage.
    """
    codec = random.choice(CODECS)
    return through(samples, codec, random.choice(codec.bits_per_s))


def through(samples: Floats, codec: Codec, bits_per_s: int) -> Floats:
    """Mono sound at 22,050 Hz through a codec; as long as before, what the codec leaves out at the end silent."""
    if not len(samples):
        return samples
    peak = max(1.0, float(np.abs(samples).max(initial=0.0)))  # codecs clip what is louder
    file = BytesIO()
    _encode(file, samples / peak, codec, bits_per_s)
    file.seek(0)
    back = _decoded(file, codec)[: len(samples)] * peak
    return np.pad(back, (0, len(samples) - len(back))).astype(np.float32)


def _encode(file: BytesIO, samples: Floats, codec: Codec, bits_per_s: int) -> None:
    av = load_av()
    at_rate = load_soxr().resample(samples.astype(np.float32), ANALYSIS_HZ, codec.rate_hz)
    with av.open(file, "w", format=codec.container) as container:
        stream = container.add_stream(codec.encoder, rate=codec.rate_hz, layout="mono")
        stream.bit_rate = bits_per_s
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(at_rate[None]), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = codec.rate_hz, 0
        resampler = av.AudioResampler(stream.codec_context.format, "mono", codec.rate_hz)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def _decoded(file: BytesIO, codec: Codec) -> Floats:
    """The sound at 22,050 Hz; FFmpeg cuts the delay that the container tells."""
    av = load_av()
    with av.open(file, "r", format=codec.container) as container:
        rate_hz = container.streams.audio[0].rate
        pieces: list[Any] = [_floats(frame) for frame in container.decode(audio=0)]
    sound = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return np.asarray(load_soxr().resample(sound, rate_hz, ANALYSIS_HZ), np.float32)


def _floats(frame: Any) -> Floats:
    rows = frame.to_ndarray()
    mono = rows.reshape(-1) if rows.shape[0] == 1 else rows.mean(axis=0)
    return mono.astype(np.float32) / 32768 if rows.dtype == np.int16 else mono.astype(np.float32)
