"""Stems that sound together: who is heard, how loud, and always alike for a step."""

from itertools import islice

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.listening.spectra import n_bands
from train.ears.draws import Batch
from train.ears.items import Item
from train.ears.mixes import HEARD, LOUD, gains, mixed, mixes
from train.ears.shelf import Shelf, shelved

FRAMES = 30
N_STEMS = 5


@pytest.fixture(scope="module")
def stems() -> Shelf:
    """Five stems, each in a band and a family of its own."""
    named = {}
    for index in range(N_STEMS):
        harmonic, rhythmic = np.zeros((FRAMES, 252), np.uint8), np.zeros((5 * FRAMES, n_bands()), np.uint8)
        harmonic[:, 40 * index + 5] = rhythmic[:, 10 * index + 5] = 100
        nothing = np.zeros(0, np.float32)
        named[f"stem-{index}"] = Item(
            harmonic, rhythmic, np.zeros(FRAMES, np.int16), np.zeros(FRAMES, np.int8), np.zeros(FRAMES, np.int8),
            np.full(FRAMES, 1 << index, np.uint32), nothing, nothing.astype(np.int8), {},
        )  # fmt: skip
    return shelved(named)


def sounding(rows: torch.Tensor, apart: int) -> set[int]:
    return {index for index in range(N_STEMS) if rows[:, apart * index + 5].max() > HEARD / 4}


def test_families_are_those_whose_bands_sound(stems: Shelf) -> None:
    torch.manual_seed(0)
    counts = set()
    for batch in islice(mixes(stems, FRAMES, 8, 3, 0), 10):
        assert batch.rhythmic is not None and batch.harmonic is not None
        assert batch.rhythmic.shape == (8, 5 * FRAMES, n_bands()) and batch.harmonic.shape == (8, FRAMES, 252)
        assert len(batch.chords) == len(batch.beats) == 8
        for band in range(8):
            named = set(torch.nonzero(batch.families[band, 0]).flatten().tolist())
            assert sounding(batch.rhythmic[band], 10) == sounding(batch.harmonic[band], 40) == named
            counts.add(len(named))
    assert {1, 2, 3} <= counts


def test_the_players_of_a_step_are_always_alike(stems: Shelf) -> None:
    first = list(islice(mixes(stems, FRAMES, 4, 7, 0), 6))
    later = list(islice(mixes(stems, FRAMES, 4, 7, 4), 2))
    for one, again in zip(first[4:], later, strict=True):
        assert torch.equal(one.families, again.families)
    assert not all(torch.equal(first[0].families, batch.families) for batch in first[1:])


@pytest.mark.parametrize("level", [0.9, 2.6, 5.9])
def test_levels_come_near_one_another(level: float) -> None:
    torch.manual_seed(0)
    rows = torch.zeros(300, 50, n_bands())
    rows[:, :10, 3] = level
    loud = torch.log1p(torch.expm1(rows) * gains(rows)[:, None, None])[:, 0, 3]
    assert float(loud.mean()) == pytest.approx(LOUD, abs=0.15)
    assert torch.isfinite(gains(torch.zeros(2, 4, 3))).all()


def test_a_crop_that_sounds_with_the_next_plays_what_both_play() -> None:
    torch.manual_seed(0)
    n = 40
    families = torch.eye(n)[:, None].expand(n, 4, n).clone()
    labels = torch.zeros(n, 4, dtype=torch.long)
    spectra = torch.ones(n, 4, 252), torch.ones(n, 20, 82)
    rhythmic, harmonic, found = mixed(Batch(*spectra, labels, labels, labels, families, torch.zeros(n, 20, 2)))
    both = found[:, 0].sum(dim=1) == 2
    assert 0.1 < both.float().mean() < 0.5
    assert torch.equal(found[both].amax(dim=1), torch.maximum(families, families.roll(-1, 0))[both][:, 0])
    assert rhythmic.shape == spectra[1].shape and harmonic.shape == spectra[0].shape
    assert rhythmic[both].mean() > rhythmic[~both].mean() + 0.2
