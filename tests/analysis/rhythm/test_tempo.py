"""The tempo of a grid and its other counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.analysis.rhythm.tempo import tempo_finding
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.time import Ranked


def steady(bpm: float) -> BeatGrid:
    return BeatGrid.of((np.arange(40) * 60 / bpm).tolist(), [0.0], Metre(4))


@given(bpm=st.floats(31, 299), confidence=st.floats(0, 1))
def test_probabilities_are_ranked_and_never_exceed_one(bpm: float, confidence: float) -> None:
    found = tempo_finding(steady(bpm), confidence)
    chances = [other.confidence for other in found.alternatives]
    assert found.value == pytest.approx(bpm, rel=1e-6)
    assert found.confidence == pytest.approx(confidence)
    assert chances == sorted(chances, reverse=True)
    assert found.confidence + sum(chances) <= 1 + 1e-9
    assert all(30 <= other.label <= 300 for other in found.alternatives)


def test_the_doubt_goes_to_the_likelier_octave() -> None:
    assert tempo_finding(steady(160), 0.6).alternatives[0].label == pytest.approx(80)
    assert tempo_finding(steady(60), 0.6).alternatives[0].label == pytest.approx(120)


def test_the_engines_own_tempi_are_used() -> None:
    tempi = (Ranked(140.2, 0.55), Ranked(70.1, 0.4), Ranked(93.0, 0.05))
    found = tempo_finding(steady(140), 0.9, tempi)
    assert found.confidence == pytest.approx(0.55)  # the tempo is no surer than its count
    assert [(round(other.label), other.confidence) for other in found.alternatives] == [(70, 0.4), (93, 0.05)]


def test_a_grid_without_beats_has_no_tempo() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        tempo_finding(BeatGrid(), 0.5)
