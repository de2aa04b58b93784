import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.scoring.beats import BeatScores
from musicflamingo_app.scoring.summary import mean, summary


def test_means_by_measure_leave_nan_out() -> None:
    means = summary([{"key": 1.0, "chords": math.nan}, {"key": 0.5, "chords": 0.8}, {"key": 0.0}])
    assert means["key"].value == pytest.approx(0.5) and means["key"].n == 3
    assert means["chords"].value == 0.8 and means["chords"].n == 1


def test_a_measure_nobody_could_compare_is_left_out() -> None:
    assert summary([{"chords": math.nan}]) == {}


def test_dataclasses_of_scores_are_read() -> None:
    means = summary([BeatScores(1.0, 0.5, 0.75), BeatScores(0.0, 0.5, 0.25)])
    assert {name: m.value for name, m in means.items()} == {"f": 0.5, "cmlt": 0.5, "amlt": 0.5}


def test_other_things_hold_no_scores() -> None:
    with pytest.raises(TypeError, match="int holds no scores"):
        summary([3])
    with pytest.raises(ValueError, match="nothing to average"):
        mean([])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_interval_holds_the_mean_and_repeats(values: list[float]) -> None:
    found = mean(values)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == mean(values)
