"""What the network of instrument families is given: the harmonic spectrum, means of rhythmic rows, their rises."""

import numpy as np
import torch

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.analysis.listening.hearing import pooled
from musicflamingo_app.analysis.listening.networks import TimbreNet
from musicflamingo_app.analysis.listening.spectra import N_BINS

BANDS = 82


def test_rows_become_the_mean_of_five_and_their_largest_rise() -> None:
    rows = np.random.default_rng(0).uniform(0, 5, (40, BANDS)).astype(np.float32)
    mean, rise = TimbreNet(BANDS, 8).pooled(torch.from_numpy(rows)[None])[0].numpy()
    np.testing.assert_allclose(mean, pooled(rows), atol=1e-6)
    before = np.concatenate([rows[:1], rows[:-1]])
    np.testing.assert_allclose(rise, np.maximum(rows - before, 0).reshape(8, 5, BANDS).max(axis=1), atol=1e-6)


def test_a_held_note_does_not_rise_and_a_struck_one_does() -> None:
    held = torch.full((1, 50, BANDS), 3.0)
    struck = held.clone()
    struck[0, 22:, 30] += 2.0
    network = TimbreNet(BANDS, 8)
    assert not network.pooled(held)[0, 1].any()
    assert network.pooled(struck)[0, 1].nonzero().tolist() == [[4, 30]]


def test_it_answers_ten_times_a_second() -> None:
    heard = TimbreNet(BANDS, 8)(torch.zeros(2, 100, BANDS), torch.zeros(2, 20, N_BINS))
    assert heard.shape == (2, 20, len(FAMILY_NAMES))


def test_it_hears_both_spectra() -> None:
    torch.manual_seed(0)
    network = TimbreNet(BANDS, 8).eval()
    low, high = torch.zeros(1, 100, BANDS), torch.zeros(1, 20, N_BINS)
    with torch.inference_mode():
        silence = network(low, high)
        assert not torch.allclose(network(low + 2.0, high), silence)
        assert not torch.allclose(network(low, high + 2.0), silence)


def test_what_was_heard_far_away_tells_what_is_likely_now() -> None:
    torch.manual_seed(0)
    network = TimbreNet(BANDS, 8).eval()
    quiet, high = torch.zeros(1, 1500, BANDS), torch.zeros(1, 300, N_BINS)
    loud = quiet.clone()
    loud[0, :250] = 4.0
    far = slice(200, 290)  # seconds after anything that convolutions reach
    with torch.inference_mode():
        assert torch.equal(network(quiet, high)[0, far], network(loud, high)[0, far])  # as it begins
        network.whole.weight.fill_(0.1)
        assert not torch.allclose(network(quiet, high)[0, far], network(loud, high)[0, far])
