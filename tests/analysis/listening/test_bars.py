"""Bars on beats: plain metres, changes, odd bars, doubt; against all ways to place bars on a few beats."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.bars import METRES, BarModel, bars_of, cues_of

MODEL = BarModel((1.0, 0.0, 0.0), 0.0, tuple(float(np.log(1 / len(METRES))) for _ in METRES))


def odds_of(lengths: list[int], sure: float = 3.0) -> np.ndarray:
    return np.concatenate([[sure] + [-sure] * (length - 1) for length in lengths]).astype(np.float32)


@pytest.mark.parametrize("metre", METRES)
def test_plain_bars_are_found(metre: int) -> None:
    found = bars_of(odds_of([metre] * 12), MODEL)
    assert list(found.places) == list(range(1, metre + 1)) * 12
    assert set(found.metres) == {metre}


@pytest.mark.parametrize("metre", [3, 4, 5])
@pytest.mark.parametrize("pickup", [1, 2])
def test_a_pickup_is_no_bar(metre: int, pickup: int) -> None:
    found = bars_of(odds_of([metre] * 10)[metre - pickup :], MODEL)
    assert list(np.flatnonzero(found.places == 1)) == list(range(pickup, len(found.places), metre))


def test_a_change_of_metre_is_followed() -> None:
    found = bars_of(odds_of([4] * 8 + [3] * 10), MODEL)
    assert list(found.metres[:32]) == [4] * 32
    assert list(found.metres[36:]) == [3] * 26


def test_a_bar_cut_short_does_not_turn_the_rest() -> None:
    found = bars_of(odds_of([4] * 6 + [2] + [4] * 6), MODEL)
    assert list(np.flatnonzero(found.places == 1)) == [0, 4, 8, 12, 16, 20, 24, *range(26, 50, 4)]


def test_doubtful_beats_go_with_the_rest() -> None:
    odds = odds_of([4] * 12)
    odds[20:28] = 0.0
    assert list(bars_of(odds, MODEL).places) == [1, 2, 3, 4] * 12


def test_what_is_rare_among_beats_in_halves_may_be_common_among_beats_in_thirds() -> None:
    rare = replace(MODEL, rarities=tuple(2.0 if metre == 2 else 0.0 for metre in METRES))
    odds = odds_of([2] * 20, sure=0.5)
    assert set(bars_of(odds, rare).metres) == {4}
    assert set(bars_of(odds, rare, compound=True).metres) == {2}


@pytest.mark.parametrize("seed", range(5))
def test_the_path_is_the_best_of_all(seed: int) -> None:
    """Enumerates every state sequence on six beats and compares the score."""
    random = np.random.default_rng(seed)
    odds = random.normal(0, 3, 6).astype(np.float32)
    states = [(metre, place) for metre in METRES for place in range(metre)]
    down, other = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)

    def worth(path: list[tuple[int, int]]) -> float:
        total = MODEL.priors[METRES.index(path[0][0])]
        for (metre, place), (next_metre, next_place) in pairwise(path):
            if next_place:
                if (metre, place + 1) != (next_metre, next_place):
                    return -np.inf
                continue
            total -= MODEL.slip_cost * (place != metre - 1) + MODEL.change_cost * (metre != next_metre)
        return float(total + sum(down[i] if place == 0 else other[i] for i, (_, place) in enumerate(path)))

    best = -np.inf
    for first, turns in product(states, product((False, True), repeat=5)):
        for into in product(METRES, repeat=sum(turns)):
            path, targets = [first], iter(into)
            for turn in turns:
                metre, place = path[-1]
                path.append((next(targets), 0) if turn else (metre, place + 1))
            if all(place < metre for metre, place in path):
                best = max(best, worth(path))
    assert bars_of(odds, MODEL).score * len(odds) == pytest.approx(best, abs=1e-4)


def test_cues_are_read_near_the_beat() -> None:
    downbeats, changes = np.full(200, -5.0, np.float32), np.full(40, -5.0, np.float32)
    downbeats[102], changes[20] = 4.0, 2.0
    cues = cues_of(np.array([1.0, 2.0, 3.0]), downbeats, changes, 50, 10)
    np.testing.assert_allclose(cues[1], [4.0, 2.0, 7.0])
    np.testing.assert_allclose(cues[0, :2], [-5.0, -5.0])
