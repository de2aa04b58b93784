"""What the network of instrument families is given: means of rows, and how far bands rise within them."""

import numpy as np
import torch

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.analysis.listening.hearing import pooled
from musicflamingo_app.analysis.listening.networks import TimbreNet

BANDS = 82


def test_the_first_input_is_the_mean_of_five_rows_and_the_second_their_largest_rise() -> None:
    rows = np.random.default_rng(0).uniform(0, 5, (40, BANDS)).astype(np.float32)
    mean, rise = TimbreNet(BANDS, 8, 2).pooled(torch.from_numpy(rows)[None])[0].numpy()
    np.testing.assert_allclose(mean, pooled(rows), atol=1e-6)
    before = np.concatenate([rows[:1], rows[:-1]])
    np.testing.assert_allclose(rise, np.maximum(rows - before, 0).reshape(8, 5, BANDS).max(axis=1), atol=1e-6)


def test_a_held_note_does_not_rise_and_a_struck_one_does() -> None:
    held = torch.full((1, 50, BANDS), 3.0)
    struck = held.clone()
    struck[0, 22:, 30] += 2.0
    network = TimbreNet(BANDS, 8, 2)
    assert not network.pooled(held)[0, 1].any()
    assert network.pooled(struck)[0, 1].nonzero().tolist() == [[4, 30]]


def test_it_answers_ten_times_a_second() -> None:
    for inputs in (1, 2):
        assert TimbreNet(BANDS, 8, inputs)(torch.zeros(2, 100, BANDS)).shape == (2, 20, len(FAMILY_NAMES))


def test_what_was_heard_far_away_tells_what_is_likely_now() -> None:
    torch.manual_seed(0)
    network = TimbreNet(BANDS, 8, 2).eval()
    quiet = torch.zeros(1, 1500, BANDS)
    loud = quiet.clone()
    loud[0, :250] = 4.0
    far = slice(200, 290)  # seconds after anything that convolutions reach
    with torch.inference_mode():
        assert torch.equal(network(quiet)[0, far], network(loud)[0, far])  # as it begins
        network.whole.weight.fill_(0.1)
        assert not torch.allclose(network(quiet)[0, far], network(loud)[0, far])
