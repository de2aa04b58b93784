"""Stems that sound together: who is heard, how loud, and always alike for a step."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.spectra import RHYTHMIC_HZ, n_bands
from musicflamingo_app.errors import NotFound
from train.ears.items import SCALE, Item, save
from train.ears.mixes import HEARD, LOUD, levelled, mixes

FRAMES = 30
N_STEMS = 5


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    """Five stems, each in a band and a family of its own."""
    for index in range(N_STEMS):
        rhythmic = np.zeros((5 * FRAMES, n_bands()), np.uint8)
        rhythmic[:, 10 * index + 5] = 100
        nothing = np.zeros(0, np.float32)
        item = Item(
            np.zeros((FRAMES, 252), np.uint8), rhythmic, np.zeros(FRAMES, np.int16), np.zeros(FRAMES, np.int8),
            np.zeros(FRAMES, np.int8), np.full(FRAMES, 1 << index, np.uint32), nothing, nothing.astype(np.int8), {},
        )  # fmt: skip
        save(item, tmp_path / f"stem-{index}.npz")
    return tmp_path


def test_families_are_those_whose_bands_sound(stems: Path) -> None:
    counts = set()
    for crop in islice(mixes(stems, FRAMES, 3, 0), 40):
        sounding = set(np.flatnonzero(crop.rhythmic.max(axis=0) > HEARD / 4))
        named = {10 * index + 5 for index in range(N_STEMS) if crop.families[0] >> index & 1}
        assert sounding == named
        assert crop.rhythmic.shape == (5 * FRAMES, n_bands()) and crop.rhythmic.dtype == np.float32
        counts.add(len(named))
    assert {1, 2, 3} <= counts


def test_a_step_is_always_alike(stems: Path) -> None:
    import torch

    torch.manual_seed(0)
    first = list(islice(mixes(stems, FRAMES, 7, 0), 6))
    torch.manual_seed(1)  # what else draws numbers does not matter
    later = list(islice(mixes(stems, FRAMES, 7, 4), 2))
    for one, again in zip(first[4:], later, strict=True):
        np.testing.assert_array_equal(one.families, again.families)
        np.testing.assert_array_equal(one.rhythmic, again.rhythmic)
    assert not all(np.array_equal(first[0].rhythmic, crop.rhythmic) for crop in first[1:])


def test_without_stems_it_says_how_to_make_them(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no stems"):
        next(mixes(tmp_path, FRAMES, 0, 0))


def test_levels_come_near_one_another_and_silence_stays() -> None:
    random = np.random.default_rng(0)
    for byte in (30, 90, 200):
        rows = np.zeros((RHYTHMIC_HZ, n_bands()), np.float32)
        rows[:10, 3] = byte / SCALE
        found = [levelled(rows, random)[:10, 3].max() for _ in range(200)]
        assert np.mean(found) == pytest.approx(LOUD, abs=0.15)
        assert not levelled(rows, random)[10:].any()
    silence = np.zeros((4, 3), np.float32)
    assert not levelled(silence, random).any()
