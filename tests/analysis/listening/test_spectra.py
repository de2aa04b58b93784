"""The spectra that the networks hear: where tones lie, what blocks change (nothing), what silence gives."""

import numpy as np
import pytest

from musicflamingo_app.analysis.listening import spectra as module
from musicflamingo_app.analysis.listening.hearing import CONTEXT_S, with_context
from musicflamingo_app.analysis.listening.pitch import tuning_of
from musicflamingo_app.analysis.listening.spectra import (
    BINS_PER_SEMITONE,
    HARMONIC_HZ,
    LOWEST_HZ,
    N_BINS,
    joined,
    n_bands,
    n_frames,
    spectra,
    spectra_blocks,
)
from musicflamingo_app.audio.sound import ANALYSIS_HZ


def tone(hz: float, seconds: float = 3.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * ANALYSIS_HZ)) / ANALYSIS_HZ).astype(np.float32)


@pytest.mark.parametrize("semitone", [2, 12, 24, 36, 45, 60, 72, 83])
def test_a_tone_is_loudest_in_the_middle_bin_of_its_semitone(semitone: int) -> None:
    heard = spectra(tone(LOWEST_HZ * 2 ** (semitone / 12))).harmonic[15]
    assert abs(int(heard.argmax()) - (BINS_PER_SEMITONE * semitone + 1)) <= (1 if semitone < 12 else 0)
    assert heard.max() == pytest.approx(np.log1p(module.GAIN * 0.5), abs=0.8)


@pytest.mark.parametrize("cents", [-45.0, -20.0, 0.0, 33.0, 48.0])
def test_tuning_is_heard_and_taken_off(cents: float) -> None:
    chord = sum(tone(440 * 2 ** (step / 12 + cents / 1200)) for step in (-9, -5, -2, 3)) / 4
    found, agreement = tuning_of(chord)
    assert found == pytest.approx(cents, abs=2.0)
    assert agreement > 0.9
    tuned = spectra(chord, found).harmonic[15]
    assert int(tuned.argmax()) % BINS_PER_SEMITONE == 1


def test_silence_is_zero_and_has_no_tuning() -> None:
    silence = np.zeros(2 * ANALYSIS_HZ, np.float32)
    heard = spectra(silence)
    assert not heard.harmonic.any() and not heard.rhythmic.any()
    assert tuning_of(silence) == (0.0, 0.0)


@pytest.mark.parametrize("n_samples", [0, 1, 2204, 2205, 2206, 44_100])
def test_frames_cover_every_length(n_samples: int) -> None:
    heard = spectra(np.zeros(n_samples, np.float32))
    assert heard.harmonic.shape == (n_frames(n_samples), N_BINS)
    assert heard.rhythmic.shape == (5 * n_frames(n_samples), n_bands())


def test_blocks_change_nothing() -> None:
    noise = np.random.default_rng(0).normal(size=7 * ANALYSIS_HZ).astype(np.float32)
    whole = spectra(noise)
    parts = joined(list(spectra_blocks(noise, block=13)))
    np.testing.assert_allclose(parts.harmonic, whole.harmonic, atol=1e-5)
    np.testing.assert_allclose(parts.rhythmic, whole.rhythmic, atol=1e-5)


@pytest.mark.parametrize("block_s", [7, 15, 60])
def test_each_block_is_heard_with_what_lies_around_it(block_s: int) -> None:
    noise = np.random.default_rng(1).normal(size=50 * ANALYSIS_HZ).astype(np.float32)
    whole, reach, first = spectra(noise), CONTEXT_S * HARMONIC_HZ, 0
    for within, left, count in with_context(spectra_blocks(noise, block=block_s * HARMONIC_HZ)):
        neighbours = min(reach, block_s * HARMONIC_HZ)  # no more than the block beside is at hand
        low, high = max(0, first - neighbours), min(whole.n_frames, first + count + neighbours)
        assert left == first - low
        np.testing.assert_allclose(within.harmonic, whole.harmonic[low:high], atol=1e-5)
        np.testing.assert_allclose(within.rhythmic, whole.rhythmic[5 * low : 5 * high], atol=1e-5)
        first += count
    assert first == whole.n_frames


def test_a_click_lies_in_its_rhythmic_frame() -> None:
    sound = np.zeros(4 * ANALYSIS_HZ, np.float32)
    sound[2 * ANALYSIS_HZ] = 1.0
    rows = spectra(sound).rhythmic.sum(axis=1)
    assert int(rows.argmax()) == 100
    assert rows[90] == 0 == rows[110]


def test_what_is_no_number_counts_as_silence() -> None:
    broken = tone(440.0)
    broken[1000:2000] = np.nan
    broken[5000] = np.inf
    assert np.isfinite(spectra(broken).harmonic).all()
    assert HARMONIC_HZ == 10
