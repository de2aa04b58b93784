"""One pass hears the same from disk as from memory, and an hour needs no more than its curves beyond a song."""

import tracemalloc
from dataclasses import fields
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.engines import Unwatched
from musicflamingo_app.analysis.listening.hearing import Listening, listen
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Samples
from musicflamingo_app.audio.stored import StoredSamples
from musicflamingo_app.music.arrays import Floats

SOUND_BYTES = 4 * 60 * ANALYSIS_HZ  # of a minute


def noise(minutes: float) -> Floats:
    return np.random.default_rng(8).normal(0, 0.1, round(minutes * 60 * ANALYSIS_HZ)).astype(np.float32)


def on_disk(sound: Floats, folder: Path) -> StoredSamples:
    samples = StoredSamples(folder, kept_bytes=1)
    samples.append(sound)
    return samples


def curves(heard: Listening) -> dict[str, Floats]:
    found = {field.name: getattr(heard, field.name) for field in fields(heard)}
    return {name: curve for name, curve in found.items() if isinstance(curve, np.ndarray)}


def test_from_disk_as_from_memory(tmp_path: Path) -> None:
    sound = noise(2.2)
    there, here = (curves(listen(s, (0.0, 1.0), Unwatched())) for s in (on_disk(sound, tmp_path), sound))
    assert len(there) == 11 and {len(curve) for curve in there.values()} == {1320, 6600}
    for name, curve in there.items():
        np.testing.assert_array_equal(curve, here[name], err_msg=name)


def peak_bytes(samples: Samples) -> tuple[int, int]:
    """The most that arrays took while it was heard, and what remains as curves."""
    tracemalloc.start()
    try:
        heard = listen(samples, (0.0, 1.0), Unwatched())
        return tracemalloc.get_traced_memory()[1], sum(curve.nbytes for curve in curves(heard).values())
    finally:
        tracemalloc.stop()


def test_a_longer_recording_takes_the_memory_of_its_curves(tmp_path: Path) -> None:
    listen(noise(0.1), (0.0, 1.0), Unwatched())  # loads the networks
    short, short_curves = peak_bytes(on_disk(noise(4), tmp_path))
    long, long_curves = peak_bytes(on_disk(noise(6), tmp_path))
    assert long - short < 1.2 * (long_curves - short_curves) + SOUND_BYTES / 4
    assert long_curves / 6 < SOUND_BYTES / 4
