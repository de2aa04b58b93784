"""Lossy copies: as long as the sound, at its times, and heard to be copies."""

from random import Random

import numpy as np
import pytest

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears.codec import CODECS, Codec, copied, through

FRAME_S = 0.02  # of the rhythmic spectrum
SECONDS = 3.0


def clicks() -> np.ndarray:
    """Short bursts at uneven times over a soft chord."""
    times = np.arange(int(SECONDS * ANALYSIS_HZ)) / ANALYSIS_HZ
    sound = sum(0.05 * np.sin(2 * np.pi * hz * times) for hz in (220.0, 277.2, 329.6))
    for at_s in ONSETS_S:
        first = round(at_s * ANALYSIS_HZ)
        burst = np.exp(-np.arange(800) / 120) * np.sin(2 * np.pi * 1500 * np.arange(800) / ANALYSIS_HZ)
        sound[first : first + 800] += 0.6 * burst
    return sound.astype(np.float32)


ONSETS_S = (0.11, 0.5, 0.93, 1.41, 1.77, 2.3, 2.81)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.encoder)
@pytest.mark.parametrize("place", [0, -1], ids=["lowest", "highest"])
def test_a_copy_is_as_long_and_its_onsets_are_where_they_were(codec: Codec, place: int) -> None:
    sound = clicks()
    copy = through(sound, codec, codec.bits_per_s[place])
    assert copy.shape == sound.shape and copy.dtype == np.float32
    reach = round(FRAME_S * ANALYSIS_HZ)
    lags = np.arange(-reach, reach + 1)
    middle = slice(2 * reach, -2 * reach)
    fits = [float(np.dot(sound[middle], np.roll(copy, -lag)[middle])) for lag in lags]
    assert abs(int(lags[int(np.argmax(fits))])) <= reach / 10  # a tenth of a frame
    for at_s in ONSETS_S:
        first = round(at_s * ANALYSIS_HZ)
        after = np.abs(copy[first : first + reach]).max()
        assert after > 2 * np.abs(copy[first - 2 * reach : first - reach]).max()


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.encoder)
def test_fewer_bits_lose_more(codec: Codec) -> None:
    sound = clicks() + 0.1 * np.random.default_rng(0).standard_normal(int(SECONDS * ANALYSIS_HZ)).astype(np.float32)
    low, high = (np.abs(through(sound, codec, bits) - sound).mean() for bits in (codec.bits_per_s[0], 64_000))
    assert 0 < high < low


def test_copies_are_those_of_their_seed_and_of_several_codecs() -> None:
    sound = clicks()
    np.testing.assert_array_equal(copied(sound, Random("a")), copied(sound, Random("a")))
    drawn = {copied(sound, Random(seed)).tobytes() for seed in range(6)}
    assert len(drawn) > 2


@pytest.mark.parametrize("n", [0, 1, 500])
def test_what_is_too_short_for_a_codec_stays_as_long(n: int) -> None:
    for codec in CODECS:
        assert through(np.full(n, 0.1, np.float32), codec, codec.bits_per_s[0]).shape == (n,)


def test_loud_sound_is_not_clipped() -> None:
    loud = 4 * clicks()
    assert np.abs(through(loud, CODECS[0], 48_000)).max() > 0.75 * np.abs(loud).max()
