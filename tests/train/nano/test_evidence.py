"""Thoughts about a clip tell what its card says, turn on what is asked, and never name what does not fit."""

import re
from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import clock
from train.examples import Example, Recording
from train.nano import make
from train.nano.evidence import EVIDENCE, with_evidence
from train.nano.excerpt_card import card_of_excerpt
from train.nano.lessons import LESSONS, questions_of
from train.nano.truth import truth_of
from train.pieces.compose import piece

Asked = tuple[SongCard, Example]
_CHORD = re.compile(r"([A-G]\S*) at (\d+:\d\d)")


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    out = []
    for seed in range(41_000, 41_030):
        made = make._with_singer(piece(seed))
        start_s = make.chosen_start_s(made, Random(seed))
        near = make.near(made, start_s)
        card = card_of_excerpt(near, start_s, truth_of(near, start_s, np.zeros(320_000, np.float32)))
        track = Recording(f"{seed}", f"{seed}.wav")
        out += [(card, with_evidence(one, card)) for one in questions_of(track, card, Random(seed))]
    return out


def test_nearly_every_question_has_its_evidence(asked: list[Asked]) -> None:
    thought = Counter(one.task for _, one in asked if one.thought)
    every = Counter(one.task for _, one in asked)
    assert set(thought) <= set(EVIDENCE) <= {lesson.name for lesson in LESSONS}
    assert sum(thought.values()) > 0.9 * sum(every.values())
    assert max(len(one.thought.split()) for _, one in asked) < 80


def test_chords_stand_where_the_card_has_them(asked: list[Asked]) -> None:
    n_told = 0
    for card, one in asked:
        if card.chords is None or one.task not in ("chord_at", "chord_after", "chord_before", "chord_row"):
            continue
        for name, time in _CHORD.findall(one.thought):
            begins = [s for s in card.chords.value if clock(s.start_s) == time and s.label.is_chord]
            shown = {s.label.bare.pretty for s in begins}
            assert name in shown, (name, time, one)
            n_told += 1
    assert n_told > 50


def test_the_chord_that_is_asked_about_is_among_those_told(asked: list[Asked]) -> None:
    some = [one for _, one in asked if one.task == "chord_at" and one.thought]
    right = [Chord.parse(one.truth["chord"]) for one in some if "chord" in one.truth]
    assert len(right) > 5
    for one, chord in zip((one for one in some if "chord" in one.truth), right, strict=True):
        roots = [name.rstrip(",")[:1] for name, _ in _CHORD.findall(one.thought)]
        assert chord.root is not None and chord.root.pretty[0] in roots, one


def test_who_plays_when_is_told_of_all(asked: list[Asked]) -> None:
    for card, one in asked:
        if one.task in ("family_list", "family_count", "texture", "heard_first"):
            assert card.instruments is not None
            assert all(player.name in one.thought for player in card.instruments.value), one


def test_a_tempo_that_moves_is_told_by_its_beats(asked: list[Asked]) -> None:
    _, one = asked[0]
    times_s = [0.6 * n for n in range(5)] + [2.4 + 0.5 * n for n in range(1, 5)] + [4.4 + 0.4 * n for n in range(1, 5)]
    grid = BeatGrid.of(times_s, [0.0], Metre(4, 4))
    card = SongCard("Faster", 20.0, beats=Fact(grid, 1.0, "score"))
    moved = with_evidence(replace(one, task="tempo_motion", answer="The music gets faster."), card)
    assert moved.thought == "The beats are 0.60 seconds apart at first and 0.40 seconds apart at the end."


def test_no_evidence_is_no_thought(asked: list[Asked]) -> None:
    card, one = next((card, one) for card, one in asked if one.task == "key")
    assert with_evidence(replace(one, thought="It is so."), replace(card, key=None)).thought == ""
    assert with_evidence(replace(one, task="loudest_part"), card).thought == ""
