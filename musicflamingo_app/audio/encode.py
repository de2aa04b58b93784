"""Writing sound to a small file that keeps its tags."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from musicflamingo_app.audio.container import load_av
from musicflamingo_app.music.arrays import Floats

OPUS_HZ = 48_000  # the rate at which every Opus file is decoded


def write_opus(path: Path, samples: Floats, rate_hz: int, tags: Mapping[str, str], bits_per_s: int = 96_000) -> None:
    """Writes `(1 or 2, frames)` as Opus in Ogg, its time zero kept; the same sound gives the same bytes.

    Raises MissingPackage, OSError.
    """
    av = load_av()
    layout = "mono" if len(samples) == 1 else "stereo"
    # bitexact: no random serial number
    with av.open(f"file:{path.absolute()}", "w", format="ogg", container_options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libopus", rate=OPUS_HZ, layout=layout)
        stream.bit_rate = bits_per_s
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = rate_hz, 0
        resampler = av.AudioResampler(stream.codec_context.format, layout, OPUS_HZ)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
