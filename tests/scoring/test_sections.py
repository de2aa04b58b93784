import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.sections import section_scores


def form(*rows: tuple[float, float, str]) -> Timeline[Section]:
    return Timeline.of((a, b, Section(letter)) for a, b, letter in rows)


TRUTH = form((0, 10, "A"), (10, 30, "B"), (30, 40, "A"), (40, 60, "B"))


def test_perfect_sections_score_one() -> None:
    scores = section_scores(TRUTH, TRUTH)
    assert scores == type(scores)(1, 1, 1)


def test_other_names_for_the_same_form_score_one() -> None:
    found = form((0, 10, "X"), (10, 30, "Y"), (30, 40, "X'"), (40, 60, "Y"))
    assert section_scores(TRUTH, found).pairwise_f == 1


def test_boundaries_two_seconds_late_are_right_at_three_seconds_only() -> None:
    scores = section_scores(TRUTH, form((0, 12, "A"), (12, 32, "B"), (32, 42, "A"), (42, 60, "B")))
    assert scores.f_3s == 1 and scores.f_half_s == pytest.approx(2 / 5)  # start and end are boundaries too
    assert 0.5 < scores.pairwise_f < 1


def test_one_section_finds_only_the_ends() -> None:
    scores = section_scores(TRUTH, form((0, 60, "A")))
    assert scores.f_3s == pytest.approx(2 * 1 * (2 / 5) / (1 + 2 / 5))


def test_what_was_found_is_cut_at_the_end_of_the_truth() -> None:
    assert section_scores(TRUTH, form(*((s.start_s, s.end_s, s.label.letter) for s in TRUTH), (60, 80, "C"))).f_3s == 1


def test_nothing_found_scores_nothing_and_no_truth_is_refused() -> None:
    assert section_scores(TRUTH, Timeline()).f_3s == 0
    with pytest.raises(ValueError, match="no true sections"):
        section_scores(Timeline(), TRUTH)


def test_an_hour_is_compared_in_longer_steps() -> None:
    long = form((0, 1800, "A"), (1800, 3600, "B"))
    assert section_scores(long, long).pairwise_f == 1


ROWS = st.lists(st.tuples(st.floats(0.2, 20), st.sampled_from("ABC")), min_size=1, max_size=6)


def lined_up(rows: list[tuple[float, str]]) -> Timeline[Section]:
    now_s, out = 0.0, []
    for length_s, letter in rows:
        out.append((now_s, now_s + length_s, letter))
        now_s += length_s
    return form(*out)


@given(ROWS, ROWS)
def test_scores_are_shares_and_wider_windows_forgive_more(
    truth_rows: list[tuple[float, str]], found_rows: list[tuple[float, str]]
) -> None:
    truth = lined_up(truth_rows)
    scores = section_scores(truth, lined_up(found_rows))
    assert 0 <= scores.f_half_s <= scores.f_3s <= 1 and 0 <= scores.pairwise_f <= 1
    assert section_scores(truth, truth).pairwise_f == pytest.approx(1)
