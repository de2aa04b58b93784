import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f, metre_right, tempo_acc1, tempo_acc2

BEATS = [0.5 * i for i in range(80)]


def test_perfect_beats_score_one() -> None:
    scores = beat_scores(BEATS, BEATS)
    assert scores == type(scores)(1, 1, 1)


def test_half_tempo_is_right_at_another_level_only() -> None:
    scores = beat_scores(BEATS, BEATS[::2])
    assert scores.f == pytest.approx(2 / 3, abs=0.01) and scores.cmlt < 0.1 and scores.amlt == 1


def test_beats_late_by_a_tenth_of_a_second_miss() -> None:
    scores = beat_scores(BEATS, [time_s + 0.1 for time_s in BEATS])
    assert scores.f == 0


def test_the_first_five_seconds_do_not_count() -> None:
    assert beat_scores(BEATS, BEATS[10:]).f == 1
    assert beat_scores(BEATS, BEATS[10:], skipped_s=0.0).f < 1


def test_short_truth_is_compared_whole() -> None:
    assert beat_scores([0.5, 1.0, 1.5], [0.5, 1.0, 1.5]).f == 1


@pytest.mark.parametrize(("truth", "found"), [([], BEATS), (BEATS, []), ([], [])])
def test_nothing_scores_nothing(truth: list[float], found: list[float]) -> None:
    assert beat_scores(truth, found).f == 0 and downbeat_f(truth, found) == 0


def test_a_single_beat_has_no_continuity() -> None:
    scores = beat_scores([6.0], [6.0])
    assert scores.f == 1 and scores.cmlt == scores.amlt == 0


def test_downbeats_on_the_wrong_beat_score_nothing() -> None:
    assert downbeat_f(BEATS[::4], BEATS[::4]) == 1
    assert downbeat_f(BEATS[::4], BEATS[2::4]) == 0


@pytest.mark.parametrize(
    ("found", "exact", "octave"),
    [
        (120.0, 1, 1),
        (124.5, 1, 1),
        (126.0, 0, 0),
        (60.0, 0, 1),
        (240.0, 0, 1),
        (40.0, 0, 1),
        (360.0, 0, 1),
        (90.0, 0, 0),
    ],
)
def test_tempo(found: float, exact: int, octave: int) -> None:
    assert tempo_acc1(120.0, found) == exact and tempo_acc2(120.0, found) == octave


def test_no_tempo_found_scores_nothing() -> None:
    assert tempo_acc1(120.0, None) == tempo_acc2(120.0, None) == 0.0


TIMES = st.lists(st.floats(0, 60), max_size=30, unique=True).map(sorted)


@given(TIMES, TIMES)
def test_scores_are_shares_whatever_comes(truth: list[float], found: list[float]) -> None:
    scores = beat_scores(truth, found)
    assert all(0 <= value <= 1 for value in (scores.f, scores.cmlt, scores.amlt))
    assert scores.cmlt <= scores.amlt
    assert downbeat_f(truth, found) == scores.f


@given(st.integers(0, 2**32 - 1))
def test_order_does_not_matter(seed: int) -> None:
    shuffled = list(np.random.default_rng(seed).permutation(BEATS))
    assert beat_scores(BEATS, shuffled).f == 1


def test_a_metre_is_right_with_its_felt_beats_and_its_unit() -> None:
    six, two = Metre.parse("6/8"), Metre.parse("2/4")
    assert metre_right(six, six) == metre_right(Metre(4, 4), Metre(4, 4)) == 1
    assert metre_right(six, two) == metre_right(two, six) == metre_right(two, Metre(4, 4)) == 0
    assert metre_right(Metre(3, 4), Metre(3, 8)) == 0
