from dataclasses import replace

import pytest

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from tests.train.benchmarks.music import all_right, piece
from train.benchmarks.listening import Findings
from train.benchmarks.marks import CHORD_ERROR, KEY_ERROR, MEASURES, cost, marks, means
from train.benchmarks.truth import looked_at, truth_of


def test_who_hears_everything_scores_one_in_every_measure() -> None:
    for seconds in (None, 26.0, 90.0):
        truth = truth_of(piece(), seconds)
        judged = marks(truth, all_right(truth))
        assert judged.scores.keys() == set(MEASURES)
        assert all(value == pytest.approx(1.0) for value in judged.scores.values()), judged.scores


def test_who_hears_nothing_has_no_scores() -> None:
    judged = marks(truth_of(piece()), Findings())
    assert judged.scores == {} and judged.chord_claims == judged.key_claims == () and means([judged]) == {}


def test_the_truth_of_a_part_ends_with_it() -> None:
    whole, half = truth_of(piece()), truth_of(piece(), 26.0)
    assert whole.metre == half.metre == Metre(3, 4) and whole.key == half.key == Key.parse("C major")
    assert half.chords.end_s == 26.0 and half.sections is not None and half.sections.end_s == 26.0
    assert half.beats is not None and half.beats.times_s[-1] == 25.5 and half.duration_s == 26.0
    drums = next(one for one in half.instruments if one.name == "drums")
    assert [(s.start_s, round(s.end_s, 6)) for s in drums.timeline] == [(10.0, 19.6)]
    assert {one.name for one in truth_of(piece(), 8.0).instruments} == {"piano"}


def test_beats_of_songs_that_nobody_annotated_are_not_judged() -> None:
    annotated = truth_of(piece())
    assert looked_at(annotated) == annotated
    other = looked_at(replace(annotated, sections=None))
    judged = marks(other, all_right(annotated)).scores
    assert judged["chords sevenths"] == judged["key weighted"] == 1.0
    assert not {"beats F", "downbeats F", "metre", "tempo acc1", "sections F 3 s"} & judged.keys()


def test_only_what_lies_in_the_part_is_compared() -> None:
    truth = truth_of(piece(), 20.0)
    longer = all_right(truth_of(piece()))
    judged = marks(truth, replace(longer, metre=Metre(4, 4), key=Key.parse("G major")))
    assert judged.scores["beats F"] == judged.scores["chords majmin"] == judged.scores["sections F 0.5 s"] == 1.0
    assert judged.scores["metre"] == 0.0 and judged.scores["key weighted"] == 0.5
    assert judged.scores["instruments F"] == pytest.approx(1.0)


def test_each_mistake_costs_its_own_measure() -> None:
    truth = truth_of(piece())
    right = all_right(truth)
    plain = replace(right, chords=right.chords.relabelled(lambda chord: chord.triad) if right.chords else None)
    scores = marks(truth, plain).scores
    assert scores["chords majmin"] == 1 and scores["chords sevenths"] == pytest.approx(0.5)
    assert scores["chords majmin with bass"] == pytest.approx(0.75)
    assert scores["beats F"] == scores["key weighted"] == 1
    double = replace(right, tempo_bpm=240.0, beats_s=right.beats_s, instruments=())
    scores = marks(truth, double).scores
    assert (scores["tempo acc1"], scores["tempo acc2"], scores["instruments F"]) == (0.0, 1.0, 0.0)
    assert marks(truth, replace(right, tempo_bpm=None)).scores["tempo acc2"] == 0.0
    one = replace(right, instruments=(Playing.of("piano", [(0.0, 40.0, 0.9)]),))
    assert 0.5 < marks(truth, one).scores["instruments F"] < 1


def test_sureness_is_judged_over_all_recordings_and_cost_by_its_second() -> None:
    truth = truth_of(piece())
    sure = marks(truth, all_right(truth, sure=0.9))
    wrong = marks(truth, replace(all_right(truth, sure=0.9), key=Key.parse("G major"), chords=Timeline()))
    found = means([sure, wrong])
    assert found[CHORD_ERROR].value == pytest.approx(0.1)
    assert found[KEY_ERROR].value == pytest.approx(0.4) and found[KEY_ERROR].n == 2
    assert found["beats F"].n == 2 and found["chords majmin"].value == pytest.approx(0.5)
    assert cost([sure]) == {"beats": pytest.approx(1 / 40), "whole": pytest.approx(2 / 40)}


def test_music_whose_chords_nobody_told_has_no_score_of_them() -> None:
    truth = truth_of(piece())
    judged = marks(replace(truth, chords=Timeline()), all_right(truth))
    assert judged.scores.keys() == {name for name in MEASURES if not name.startswith("chords")}
    assert judged.chord_claims == ()
