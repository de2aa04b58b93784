"""Sound on disk is the sound: any stretch, the whole, and what is made of it."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.audio.peaks import peaks_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.audio.stored import StoredAudio, StoredSamples
from musicflamingo_app.errors import StorageError

SOUND = np.random.default_rng(3).normal(0, 0.2, 150 * ANALYSIS_HZ + 17).astype(np.float32)


@pytest.fixture(scope="module", params=[1000, 4 * len(SOUND) + 1], ids=["on disk", "in memory"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> StoredSamples:
    samples = StoredSamples(tmp_path_factory.mktemp("sound"), request.param)
    for first in range(0, len(SOUND), 1_000_003):
        samples.append(SOUND[first : first + 1_000_003])
    return samples


PLACES = st.none() | st.integers(-2 * len(SOUND), 2 * len(SOUND))


@given(first=PLACES, last=PLACES)
def test_every_stretch_is_that_of_the_array(stored: StoredSamples, first: int | None, last: int | None) -> None:
    assert np.array_equal(stored[first:last], SOUND[first:last])


def test_it_may_grow_after_it_was_read(tmp_path: Path) -> None:
    samples = StoredSamples(tmp_path, 7000)
    assert len(samples) == 0 and samples[:].shape == (0,)
    for n in range(1, 4):
        samples.append(SOUND[: n * 1000])
        assert np.array_equal(samples[-1000:], SOUND[(n - 1) * 1000 : n * 1000])
    assert len(samples) == 6000
    with pytest.raises(ValueError, match="every 2"):
        samples[::2]


def test_as_audio_it_is_what_lies_in_memory(stored: StoredSamples) -> None:
    here, there = Audio(SOUND[None], ANALYSIS_HZ), StoredAudio(stored, ANALYSIS_HZ)
    assert there.duration_s == here.duration_s
    assert np.array_equal(there.samples, here.samples) and np.array_equal(there.mono, here.mono)
    assert there.stretches_at(ANALYSIS_HZ) is stored
    assert np.array_equal(there.stretches_at(8_000)[:], here.at(8_000))


@pytest.mark.parametrize("n_samples", [0, 1, 440, 441, 60 * ANALYSIS_HZ, 60 * ANALYSIS_HZ + 1, len(SOUND)])
def test_peaks_minute_by_minute_are_those_of_the_whole(n_samples: int) -> None:
    sound = SOUND[:n_samples]
    starts = range(0, n_samples, ANALYSIS_HZ // 50)
    parts = [sound[start : start + ANALYSIS_HZ // 50] for start in starts]
    wanted = np.array([(part.min(), part.max()) for part in parts], np.float32).reshape(-1, 2)
    assert np.array_equal(peaks_of(sound, ANALYSIS_HZ).fine, np.clip(np.round(wanted * 127), -127, 127))


def test_nothing_is_left_on_disk(tmp_path: Path) -> None:
    samples = StoredSamples(tmp_path, 1000)
    samples.append(SOUND[:1000])
    audio, file = StoredAudio(samples, ANALYSIS_HZ), samples._file
    assert os.name == "nt" or not list(tmp_path.iterdir())
    del samples, audio
    gc.collect()
    assert file.closed and not list(tmp_path.iterdir())


def test_a_disk_that_refuses(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        StoredSamples(tmp_path / "gone", 1000).append(SOUND[:1000])
    samples = StoredSamples(tmp_path)
    samples.append(SOUND[:10])
    samples._file.truncate(12)
    with pytest.raises(StorageError, match="shorter than it was") as caught:
        samples[:]
    assert "320 MB" in caught.value.advice
