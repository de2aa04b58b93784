"""Loudness, peaks and the mixdown, against known answers."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from musicflamingo_app.audio.container import load_av
from musicflamingo_app.audio.loudness import CURVE_HZ, FLOOR_LUFS, Loudness, LoudnessMeter
from musicflamingo_app.audio.mixdown import heard, stereo_matrix
from musicflamingo_app.audio.peaks import FINE_HZ, OVERVIEW_HZ, Peaks, peaks_of
from musicflamingo_app.audio.resample import StreamResampler, load_soxr
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import MissingPackage
from tests.audio.signals import Samples


def sine(dbfs: float, seconds: float, rate_hz: int = 48_000, n_channels: int = 2) -> Samples:
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.tile((10 ** (dbfs / 20) * np.sin(2 * np.pi * 997 * times_s)).astype(np.float32), (n_channels, 1))


def measured(samples: Samples, rate_hz: int = 48_000) -> Loudness:
    meter = LoudnessMeter(rate_hz, len(samples))
    for start in range(0, samples.shape[1], 50_000):
        meter.hear(samples[:, start : start + 50_000])
    return meter.result()


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_stereo_sine_has_its_level(rate_hz: int) -> None:
    """EBU Tech 3341, test 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    loudness = measured(sine(-23, 5, rate_hz), rate_hz)
    assert loudness.integrated_lufs == pytest.approx(-23, abs=0.15)
    assert loudness.peak_dbfs == pytest.approx(-23, abs=0.1)
    assert loudness.range_lu == pytest.approx(0, abs=0.1)
    assert np.allclose(loudness.curve_lufs, -23, atol=0.15)


def test_gating_ignores_the_quiet_parts() -> None:
    """EBU Tech 3341, test 3: -36, -23 and -36 dBFS for 10, 60 and 10 s are -23 LUFS together."""
    loudness = measured(np.concatenate([sine(-36, 10), sine(-23, 60), sine(-36, 10)], axis=1))
    assert loudness.integrated_lufs == pytest.approx(-23, abs=0.15)


def test_loudness_range() -> None:
    """EBU Tech 3342, test 1: 20 s at -20 and 20 s at -30 dBFS have a range of 10 LU."""
    assert measured(np.concatenate([sine(-20, 20), sine(-30, 20)], axis=1)).range_lu == pytest.approx(10, abs=1)


def test_the_curve_is_centred() -> None:
    loudness = measured(np.concatenate([np.zeros((2, 480_000), np.float32), sine(-20, 10)], axis=1))
    assert len(loudness.curve_lufs) == 20 * CURVE_HZ
    assert loudness.curve_lufs[round(8 * CURVE_HZ)] == FLOOR_LUFS
    assert loudness.curve_lufs[round(10 * CURVE_HZ)] == pytest.approx(-23, abs=0.5)  # half of the window sounds
    assert loudness.curve_lufs[round(12 * CURVE_HZ)] == pytest.approx(-20, abs=0.2)
    assert loudness.curve_lufs[-1] == pytest.approx(-20, abs=0.2)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.9])
def test_short_and_silent(seconds: float) -> None:
    assert measured(sine(-20, seconds)).integrated_lufs == pytest.approx(-20, abs=0.2)
    silent = measured(np.zeros((1, round(48_000 * seconds)), np.float32))
    assert silent.integrated_lufs == FLOOR_LUFS
    assert silent.peak_dbfs == -np.inf
    assert silent.range_lu == 0
    assert np.all(silent.curve_lufs == FLOOR_LUFS)


def test_peaks_are_lowest_and_highest() -> None:
    mono = np.zeros(2_205 * 2 + 100, np.float32)
    mono[500], mono[2_300], mono[-1] = -1.0, 0.5, 3.0
    peaks = peaks_of(mono, 22_050)
    assert peaks.fine.shape == (11, 2) and peaks.overview.shape == (3, 2)
    assert peaks.fine[500 * FINE_HZ // 22_050].tolist() == [-127, 0]
    assert peaks.fine[2_300 * FINE_HZ // 22_050].tolist() == [0, 64]
    assert peaks.fine[-1].tolist() == [0, 127]
    assert peaks.overview.tolist() == [[-127, 0], [0, 64], [0, 127]]
    assert FINE_HZ == 5 * OVERVIEW_HZ


@given(arrays(np.float32, st.integers(0, 3_000), elements=st.floats(-1.5, 1.5, width=32)))
def test_peaks_hold_every_sample_and_survive_bytes(mono: Samples) -> None:
    peaks = peaks_of(mono, 1_000)
    for pairs, n in ((peaks.fine, 20), (peaks.overview, 100)):
        assert len(pairs) == -(-len(mono) // n)
        for index, (low, high) in enumerate(pairs.tolist()):
            piece = np.clip(mono[index * n : (index + 1) * n], -1, 1) * 127
            assert low == round(float(piece.min())) or abs(low - piece.min()) <= 0.51
            assert abs(high - piece.max()) <= 0.51
    again = Peaks.from_bytes(peaks.to_bytes())
    assert np.array_equal(again.fine, peaks.fine) and np.array_equal(again.overview, peaks.overview)


def test_the_bytes_of_peaks() -> None:
    peaks = Peaks(np.array([[-3, 4], [0, 1]], np.int8), np.array([[-3, 4]], np.int8))
    assert peaks.to_bytes() == b"\x02\0\0\0\x01\0\0\0\xfd\x04\x00\x01\xfd\x04"
    for wrong in (b"", b"\x02\0\0\0\x01\0\0\0", peaks.to_bytes() + b"\0"):
        with pytest.raises(ValueError, match="bytes"):
            Peaks.from_bytes(wrong)
    with pytest.raises(ValueError, match="11025"):
        peaks_of(np.zeros(10, np.float32), 11_025)


NAMES = ["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR", "BC", "FLC", "FRC", "TFL", "TC", "LFE2", "NONE"]


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=16))
def test_a_mixdown_never_clips(speakers: list[str]) -> None:
    matrix = stereo_matrix(tuple(speakers))
    assert matrix.shape == (min(2, len(speakers)), len(speakers))
    assert np.all(matrix >= 0)
    assert 0 < matrix.sum(axis=1).max() <= 1.000001


def test_mixdown_of_5_1() -> None:
    matrix = stereo_matrix(("FL", "FR", "FC", "LFE", "BL", "BR"))
    left, right = matrix / matrix[0, 0]
    assert left == pytest.approx([1, 0, 0.7071, 0, 0.7071, 0], abs=1e-3)
    assert right == pytest.approx([0, 1, 0.7071, 0, 0, 0.7071], abs=1e-3)


def test_one_and_two_channels_are_untouched() -> None:
    sound = sine(-20, 0.1)
    assert heard(sound, ("FL", "FR")) is sound
    assert heard(sound[:1], ("FC",)).shape == (1, 4_800)


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=8), st.sampled_from([8_000, 22_050, 44_100, 96_000]))
def test_resampling_in_pieces_is_resampling_at_once(cuts: list[int], rate_hz: int) -> None:
    import soxr

    sound = np.random.default_rng(1).standard_normal((2, sum(cuts))).astype(np.float32)
    stream = StreamResampler(rate_hz, 22_050, 2)
    pieces = [stream.push(piece) for piece in np.split(sound, np.cumsum(cuts)[:-1], axis=1)]
    whole = np.concatenate([*pieces, stream.end()], axis=1)
    expected = sound if rate_hz == 22_050 else soxr.resample(sound.T, rate_hz, 22_050).T
    assert whole.shape[1] == pytest.approx(expected.shape[1], abs=1)
    n = min(whole.shape[1], expected.shape[1])
    assert np.allclose(whole[:, :n], expected[:, :n], atol=1e-3)


@pytest.mark.parametrize("package", ["av", "soxr"])
def test_a_missing_package_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage, match=f"pip install {package}"):
        {"av": load_av, "soxr": load_soxr}[package]()


def test_audio_at_another_rate() -> None:
    audio = Audio(sine(-20, 1.0, 44_100), 44_100)
    assert audio.duration_s == 1.0
    assert audio.at(44_100).shape == (44_100,)
    assert audio.at(22_050).shape == (22_050,)
    assert np.abs(audio.at(22_050)).max() == pytest.approx(0.1, abs=0.002)
