"""Spectra in disguise: two recordings at once, registers louder and softer or missing, noise."""

import numpy as np
import torch

from musicflamingo_app.analysis.listening.spectra import GAIN, spectra
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears.disguise import LOUDER, MASKED, WIDEST, disguised, masked, noisy, tilted, together


def tone(hz: float, loud: float = 0.2) -> np.ndarray:
    times_s = np.arange(2 * ANALYSIS_HZ) / ANALYSIS_HZ
    return (loud * np.sin(2 * np.pi * hz * times_s)).astype(np.float32)


def test_two_at_once_are_heard_as_the_sum_of_their_sounds() -> None:
    low, high = tone(220), tone(3000)
    both = together(*(torch.from_numpy(spectra(sound).rhythmic) for sound in (low, high)))
    np.testing.assert_allclose(both[20:80], spectra(low + high).rhythmic[20:80], atol=0.15)
    alone = together(torch.log1p(GAIN * torch.full((3,), 0.1)), torch.zeros(3))
    np.testing.assert_allclose(alone, np.log1p(GAIN * 0.1), rtol=1e-6)


def test_a_tilted_spectrum_is_smooth_and_keeps_silence() -> None:
    torch.manual_seed(1)
    rows = torch.cat([torch.ones(4, 1, 82), torch.zeros(4, 1, 82)], dim=1)
    made = tilted(rows)
    assert not made[:, 1].any()
    curves = made[:, 0]
    assert (curves > 0.4).all() and curves.diff(dim=1).abs().max() < 0.1 and (curves.std(dim=1) > 0.01).all()
    assert not torch.allclose(curves[0], curves[1])  # each recording its own


def test_a_register_is_missing_now_and_then() -> None:
    torch.manual_seed(2)
    gone = (masked(torch.ones(500, 3, 100)) == 0).all(dim=1)
    some = gone.any(dim=1)
    assert abs(float(some.float().mean()) - MASKED) < 0.08
    assert gone.sum(dim=1).max() <= WIDEST * 100 + 1
    edges = torch.nn.functional.pad(gone.float(), (1, 1)).diff(dim=1).abs().sum(dim=1)
    assert (edges[some] == 2).all()  # in one stretch


def test_noise_fills_silence_of_some_and_levels_vary() -> None:
    torch.manual_seed(3)
    made = noisy(torch.zeros(400, 5, 82))
    filled = made.flatten(1).amax(dim=1) > 0
    assert 0.2 < float(filled.float().mean()) < 0.4
    assert made.max() < 2.0
    loud = noisy(torch.full((400, 2, 8), 5.0)).mean(dim=(1, 2)) - 5.0
    assert loud.min() > LOUDER[0] - 0.1 and loud.max() < LOUDER[1] + 0.2 and loud.std() > 0.2


def test_disguises_keep_the_shape_and_are_finite() -> None:
    torch.manual_seed(4)
    rows = 7.5 * torch.rand(6, 40, 252)
    made = disguised(rows)
    assert made.shape == rows.shape and torch.isfinite(made).all() and (made >= 0).all()
