import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.scoring.instruments import InstrumentScores, instrument_scores
from musicflamingo_app.scoring.summary import summary

TRUTH = (Playing.of("drums", [(0.0, 8.0, None)]), Playing.of("piano", [(2.0, 4.0, None)]))


def test_the_truth_scores_one() -> None:
    assert instrument_scores(TRUTH, TRUTH, 8.0) == InstrumentScores(1.0, 1.0, 1.0)


def test_scores_are_counted_over_all_instruments_together() -> None:
    found = (Playing.of("drums", [(0.0, 6.0, 0.9)]), Playing.of("bass", [(0.0, 2.0, 0.9)]))
    scores = instrument_scores(TRUTH, found, 8.0)  # 6 of 10 s found, 6 of 8 s right
    assert (scores.recall, scores.precision) == (0.6, 0.75) and scores.f == pytest.approx(2 * 6 / (10 + 8))
    only = instrument_scores(TRUTH, found, 8.0, names={"drums"})
    assert (only.recall, only.precision) == (0.75, 1.0)


def test_a_name_is_compared_as_it_is() -> None:
    assert instrument_scores(TRUTH[1:], (Playing.of("electric piano", [(2.0, 4.0, 1.0)]),), 8.0).f == 0.0


def test_where_nothing_plays_there_is_nothing_to_be_right_about() -> None:
    silent = instrument_scores((), (), 8.0)
    assert all(math.isnan(value) for value in (silent.f, silent.precision, silent.recall))
    missed = instrument_scores(TRUTH, (), 8.0)
    assert (missed.f, missed.recall) == (0.0, 0.0) and math.isnan(missed.precision)
    assert summary([silent, missed])["f"].n == 1  # the mean leaves out what is not a number
    with pytest.raises(ValueError, match="nothing to compare"):
        instrument_scores(TRUTH, TRUTH, 0.0)


def test_a_tenth_of_a_second_off_costs_a_frame() -> None:
    late = (Playing.of("drums", [(0.1, 8.0, None)]),)
    assert instrument_scores(TRUTH[:1], late, 8.0).recall == 79 / 80
    a_bit = (Playing.of("drums", [(0.04, 7.96, None)]),)
    assert instrument_scores(TRUTH[:1], a_bit, 8.0).f == 1.0


ROWS = st.lists(st.tuples(st.floats(0.05, 3), st.floats(0.05, 3)), min_size=1, max_size=4)
ANY = st.dictionaries(st.sampled_from(["drums", "bass", "voice"]), ROWS, max_size=3)


def lined_up(parts: dict[str, list[tuple[float, float]]]) -> tuple[Playing, ...]:
    out = []
    for name, steps in parts.items():
        now_s, rows = 0.0, []
        for gap_s, length_s in steps:
            rows.append((now_s + gap_s, now_s + gap_s + length_s, None))
            now_s += gap_s + length_s
        out.append(Playing.of(name, rows))
    return tuple(out)


@given(ANY, ANY, st.floats(0.5, 30))
def test_f_is_symmetric_and_precision_and_recall_change_places(
    a: dict[str, list[tuple[float, float]]], b: dict[str, list[tuple[float, float]]], duration_s: float
) -> None:
    one = instrument_scores(lined_up(a), lined_up(b), duration_s)
    other = instrument_scores(lined_up(b), lined_up(a), duration_s)
    assert (one.f, one.precision, one.recall) == pytest.approx((other.f, other.recall, other.precision), nan_ok=True)
    assert math.isnan(one.f) or 0 <= one.f <= 1
