import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.chord import QUALITIES, Chord
from musicflamingo_app.music.pitch import SHARP_NAMES
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.chords import chord_scores


def chords(*rows: tuple[float, float, str]) -> Timeline[Chord]:
    return Timeline.of((a, b, Chord.parse(text)) for a, b, text in rows)


TRUTH = chords((0, 2, "C:maj"), (2, 4, "A:min7"), (4, 6, "F:maj7"), (6, 8, "G:sus4"), (8, 10, "N"))


def test_perfect_chords_score_one() -> None:
    scores = chord_scores(TRUTH, TRUTH)
    assert scores == type(scores)(*[1] * 8)


def test_a_missed_seventh_costs_sevenths_only() -> None:
    found = chords((0, 2, "C:maj"), (2, 4, "A:min"), (4, 6, "F:maj7"), (6, 8, "G:sus4"), (8, 10, "N"))
    scores = chord_scores(TRUTH, found)
    assert scores.majmin == 1 and scores.root == 1
    assert scores.sevenths == pytest.approx(6 / 8)  # the suspended chord is not compared


def test_a_wrong_bass_costs_the_inversions_only() -> None:
    truth = chords((0, 2, "C:maj/3"), (2, 4, "G:7/5"), (4, 8, "A:min"))
    found = chords((0, 2, "C:maj"), (2, 4, "G:7/5"), (4, 8, "A:min"))
    scores = chord_scores(truth, found)
    assert scores.majmin == scores.sevenths == scores.root == 1
    assert scores.majmin_inv == scores.sevenths_inv == pytest.approx(6 / 8)
    plain = chord_scores(truth, chords((0, 2, "C:maj/3"), (2, 4, "G:maj/5"), (4, 8, "A:min")))
    assert plain.majmin_inv == 1 and plain.sevenths_inv == pytest.approx(6 / 8)


def test_relative_minor_shares_no_root_and_a_wrong_root_costs_its_time() -> None:
    scores = chord_scores(chords((0, 3, "C:maj"), (3, 4, "G:maj")), chords((0, 3, "C:maj"), (3, 4, "E:min")))
    assert scores.root == scores.majmin == scores.sevenths == pytest.approx(0.75)


def test_suspended_truth_alone_leaves_majmin_unknown() -> None:
    scores = chord_scores(chords((0, 4, "G:sus4")), chords((0, 4, "G:sus4")))
    assert math.isnan(scores.majmin) and math.isnan(scores.sevenths) and scores.root == 1


def test_gaps_in_the_truth_are_not_compared_and_gaps_found_count_as_no_chord() -> None:
    truth = chords((1, 2, "C:maj"), (5, 6, "G:maj"))
    assert chord_scores(truth, chords((0, 4, "C:maj"), (4, 9, "G:maj"))).majmin == 1
    assert chord_scores(truth, chords((1, 2, "C:maj"))).majmin == pytest.approx(0.5)
    assert chord_scores(truth, Timeline()).majmin == 0


def test_over_segmentation_is_seen() -> None:
    found = chords(*((i / 2, i / 2 + 0.5, "C:maj" if i % 2 else "C:7") for i in range(20)))
    assert chord_scores(TRUTH, found).segmentation < 0.5


def test_no_truth_is_refused() -> None:
    with pytest.raises(ValueError, match="no true chords"):
        chord_scores(Timeline(), TRUTH)


@pytest.mark.parametrize("off_s", [-9e-7, 9e-7])
def test_rounded_times_are_compared(off_s: float) -> None:
    found = chords((0, 2 + off_s, "C:maj"), (2, 4, "A:min7"), (4, 8, "F:maj7"), (8, 10 + off_s, "N"))
    scores = chord_scores(TRUTH, found)
    assert scores.majmin == pytest.approx(1) and scores.root == pytest.approx(0.8)


LABELS = st.builds(
    lambda root, quality: f"{root}:{quality}", st.sampled_from(SHARP_NAMES), st.sampled_from(list(QUALITIES))
)
ROWS = st.lists(st.tuples(st.floats(0.1, 5), LABELS | st.just("N")), min_size=1, max_size=6)


def lined_up(rows: list[tuple[float, str]]) -> Timeline[Chord]:
    now_s, out = 0.0, []
    for length_s, label in rows:
        out.append((now_s, now_s + length_s, label))
        now_s += length_s
    return chords(*out)


@given(ROWS, ROWS)
def test_scores_are_shares_and_sevenths_are_harder_than_majmin_for_its_own_chords(
    truth_rows: list[tuple[float, str]], found_rows: list[tuple[float, str]]
) -> None:
    truth, found = lined_up(truth_rows), lined_up(found_rows)
    for scores in (chord_scores(truth, found), chord_scores(truth, truth)):
        for value in (scores.root, scores.majmin, scores.sevenths, scores.thirds, scores.mirex, scores.segmentation):
            assert math.isnan(value) or -1e-9 <= value <= 1 + 1e-9
    perfect = chord_scores(truth, truth)
    assert perfect.root == pytest.approx(1) and perfect.segmentation == pytest.approx(1)


@given(ROWS, st.integers(0, 11))
def test_transposing_both_sides_changes_nothing(rows: list[tuple[float, str]], semitones: int) -> None:
    truth = lined_up(rows)
    moved = truth.relabelled(lambda chord: chord.transposed(semitones))
    found = lined_up([(length_s, "C:maj") for length_s, _ in rows])
    moved_found = found.relabelled(lambda chord: chord.transposed(semitones))
    before, after = chord_scores(truth, found), chord_scores(moved, moved_found)
    assert (before.root, before.mirex) == pytest.approx((after.root, after.mirex), nan_ok=True)
