import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Segment, Timeline
from musicflamingo_app.scoring.calibration import Claim, calibration_error, chance_error, chord_claims

CLAIMS = st.lists(st.builds(Claim, st.floats(0, 1), st.booleans(), st.floats(0.1, 9)), min_size=1, max_size=30)


def test_the_error_is_the_gap_between_sureness_and_rightness() -> None:
    assert calibration_error([Claim(0.75, True)] * 3 + [Claim(0.75, False)]) == pytest.approx(0.0)
    assert calibration_error([Claim(1.0, False)] * 5) == 1.0
    assert calibration_error([Claim(0.9, True), Claim(0.1, False)]) == pytest.approx(0.1)


def test_bins_do_not_make_up_for_one_another_and_weights_count() -> None:
    too_sure, too_modest = Claim(0.95, False, 3.0), Claim(0.05, True, 1.0)
    assert calibration_error([too_sure, too_modest]) == pytest.approx(0.95)
    assert calibration_error([too_sure, too_modest], n_bins=1) == pytest.approx((2.9 - 1.0) / 4)
    assert calibration_error([Claim(0.5, True, 3.0), Claim(0.5, False, 1.0)]) == pytest.approx(0.25)


def test_nothing_claimed_has_no_error_and_no_confidence_lies_outside() -> None:
    assert math.isnan(calibration_error([])) and math.isnan(calibration_error([Claim(0.5, True, 0.0)]))
    for wrong in (1.01, -0.1, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            calibration_error([Claim(wrong, True)])


def test_one_who_is_as_often_right_as_sure_has_little_error() -> None:
    chance = random.Random(0)
    sure = [chance.random() for _ in range(20_000)]
    assert calibration_error([Claim(p, chance.random() < p) for p in sure]) < 0.02
    assert calibration_error([Claim(p, chance.random() < p**3) for p in sure]) > 0.2


@given(CLAIMS)
def test_the_error_is_a_share_and_splitting_a_claim_changes_nothing(claims: list[Claim]) -> None:
    error = calibration_error(claims)
    halves = [Claim(c.confidence, c.right, c.weight / 2) for c in claims for _ in range(2)]
    assert 0 <= error <= 1 and calibration_error(halves) == pytest.approx(error)
    mean_gap = sum(c.weight * (c.right - c.confidence) for c in claims) / sum(c.weight for c in claims)
    assert error >= abs(mean_gap) - 1e-9  # more bins never hide what one bin shows


def test_chords_weigh_their_seconds_and_count_only_where_the_truth_compares() -> None:
    truth = Timeline.of(
        [(0.0, 4.0, Chord.parse("C:maj")), (4.0, 6.0, Chord.parse("G:sus4")), (6.0, 8.0, Chord.parse("A:min7"))]
    )
    found = Timeline(
        (
            Segment(0.0, 3.0, Chord.parse("C:maj"), 0.9),
            Segment(3.0, 6.0, Chord.parse("G:maj"), 0.6),  # wrong for a second, then not compared
            Segment(6.0, 7.0, Chord.parse("A:min"), 0.7),  # its seventh is missed
        )
    )
    assert [(c.confidence, c.right, c.weight) for c in chord_claims(truth, found)] == [
        (0.9, True, 3.0), (0.6, False, 1.0), (0.7, False, 1.0)
    ]  # fmt: skip
    assert chord_claims(truth, found, measure="majmin")[2].right
    assert chord_claims(truth, Timeline.of([(0.0, 8.0, Chord.parse("C:maj"))])) == ()


def test_chance_leaves_an_error_to_few_claims_and_none_to_many() -> None:
    def of(n: int) -> float:
        return chance_error([Claim(0.8, True)] * n, draws=200)

    few, some, many = of(4), of(64), of(1000)
    assert few > some > many
    assert few == pytest.approx(0.164, abs=0.03)  # mean deviation of a binomial of 4 at .8
    assert many < 0.02
    assert chance_error([Claim(1.0, False), Claim(0.0, True)], draws=10) == 0.0  # who is sure leaves nothing to chance
    assert math.isnan(chance_error([]))
