"""Spectra in disguise: two recordings at once, registers louder and softer."""

import numpy as np
import torch

from musicflamingo_app.analysis.listening.spectra import GAIN, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears import timbre
from train.ears.disguise import tilted, together


def tone(hz: float, loud: float = 0.2) -> np.ndarray:
    times_s = np.arange(2 * ANALYSIS_HZ) / ANALYSIS_HZ
    return (loud * np.sin(2 * np.pi * hz * times_s)).astype(np.float32)


def test_two_at_once_are_heard_as_the_sum_of_their_sounds() -> None:
    low, high = tone(220), tone(3000)
    both = together(spectra(low).rhythmic, spectra(high).rhythmic)
    np.testing.assert_allclose(both[20:80], spectra(low + high).rhythmic[20:80], atol=0.15)
    np.testing.assert_allclose(together(np.log1p(GAIN * np.full(3, 0.1)), np.zeros(3)), np.log1p(GAIN * 0.1), rtol=1e-6)


def test_a_mixed_crop_plays_what_both_play() -> None:
    rows = [np.full((4, 6), float(index), np.float32) for index in range(3)]
    families = [np.full(4, 1 << index, np.uint32) for index in range(3)]
    torch.manual_seed(0)
    kinds = set()
    for _ in range(20):
        heard, bits = timbre.mixed(rows, families)
        for index in range(3):
            is_mixed = bool(bits[index][0] != families[index][0])
            kinds.add(is_mixed)
            assert bits[index][0] == (families[index] | families[(index + 1) % 3] if is_mixed else families[index])[0]
            assert (heard[index] > rows[index]).any() == is_mixed or rows[(index + 1) % 3][0, 0] == 0
    assert kinds == {True, False}


def test_a_tilted_spectrum_is_smooth_and_keeps_silence() -> None:
    torch.manual_seed(1)
    rows = np.concatenate([np.ones((1, 82), np.float32), np.zeros((1, 82), np.float32)])
    curve, silence = tilted(rows)
    assert not silence.any()
    assert (curve > 0.4).all() and np.abs(np.diff(curve)).max() < 0.1 and curve.std() > 0.01
