"""Which level of the metre is the beat: what the vote decides is done to the pulses, and the fit tells levels apart."""

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.analysis.listening.levels import (
    DOUBLED,
    FEWEST,
    HALVED,
    KEPT,
    Curves,
    LevelModel,
    at_level,
    cues_of,
    curves_of,
    levels_of,
)
from train.ears.levels import fitted, level_of, share_right

PULSES_S = 1.0 + 0.5 * np.arange(40)


def always(level: int) -> LevelModel:
    """A choice that hears the tempo alone: as fast as can be, as slow as can be, or near its middle."""
    n = len(cues_of(PULSES_S, beating(PULSES_S)))
    worth = {HALVED: (-50.0, 0.0), DOUBLED: (50.0, 0.0), KEPT: (0.0, -50.0)}[level]
    return LevelModel(worth + (0.0,) * (n - 2))


def beating(beats_s: np.ndarray, strength: float = 4.0, duration_s: float = 25.0) -> Curves:
    rows, frames = int(50 * duration_s), int(10 * duration_s)
    odds, onsets = np.full((rows, 2), -strength), np.zeros(rows)
    places = np.round(beats_s * 50).astype(int)
    odds[places] = strength
    onsets[places] = 10.0
    return curves_of(odds, onsets, np.full(frames, -4.0), np.zeros((frames, len(FAMILY_NAMES))))


def test_pulses_that_are_beats_stay() -> None:
    np.testing.assert_array_equal(at_level(PULSES_S, beating(PULSES_S), always(KEPT)), PULSES_S)


@pytest.mark.parametrize("first", [0, 1])
def test_of_twice_as_many_pulses_those_with_the_beats_stay(first: int) -> None:
    beats_s = PULSES_S[first::2]
    np.testing.assert_array_equal(at_level(PULSES_S, beating(beats_s), always(HALVED)), beats_s)


def test_half_as_many_pulses_get_others_between() -> None:
    found = at_level(PULSES_S, beating(PULSES_S), always(DOUBLED))
    np.testing.assert_allclose(np.diff(found), 0.25)
    assert (found[0], found[-1]) == (PULSES_S[0], PULSES_S[-1])


def test_of_a_few_pulses_nothing_is_asked() -> None:
    few = PULSES_S[: FEWEST - 1]
    np.testing.assert_array_equal(at_level(few, beating(few), always(HALVED)), few)


def test_silence_has_cues_too() -> None:
    silence = beating(PULSES_S[:0])
    cues = np.stack([cues_of(row_s, silence) for row_s in levels_of(PULSES_S, silence)])
    assert np.isfinite(cues).all()
    assert LevelModel.shipped().chances(cues).sum() == pytest.approx(1.0)


def test_a_row_of_pulses_is_worth_the_same_whichever_level_was_tracked() -> None:
    curves = beating(PULSES_S, 2.0)
    own = cues_of(PULSES_S, curves)
    doubled = levels_of(levels_of(PULSES_S, curves)[DOUBLED], curves)[HALVED]
    np.testing.assert_allclose(cues_of(doubled, curves), own)
    every_fourth = levels_of(levels_of(PULSES_S, curves)[HALVED], curves)[DOUBLED]  # less what lies beyond its ends
    np.testing.assert_allclose(every_fourth, PULSES_S[: len(every_fourth)])


def test_what_must_be_done_is_told_by_the_beats() -> None:
    assert level_of(PULSES_S, PULSES_S) == KEPT
    assert level_of(PULSES_S, PULSES_S[::2]) == HALVED
    assert level_of(PULSES_S[::2], PULSES_S) == DOUBLED
    assert level_of(PULSES_S, PULSES_S[::3]) is None


def test_the_worth_of_cues_is_learned_from_pulses_at_the_wrong_level() -> None:
    random, cues, levels = np.random.default_rng(0), [], []
    for _ in range(60):
        gap_s = random.uniform(0.4, 0.7)
        beats_s = 0.5 + gap_s * np.arange(int(22 / gap_s))
        between_s = np.sort(np.concatenate([beats_s, beats_s[:-1] + gap_s / 2]))
        curves = beating(beats_s, random.uniform(1, 4))
        for level, pulses_s in ((KEPT, beats_s), (HALVED, between_s), (DOUBLED, beats_s[::2])):
            cues.append(np.stack([cues_of(row_s, curves) for row_s in levels_of(pulses_s, curves)]))
            levels.append(level)
    stored = fitted(np.array(cues[:120]), np.array(levels[:120]))
    assert share_right(stored, np.array(cues[120:]), np.array(levels[120:])) > 0.97
