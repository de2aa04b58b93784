"""Captions: a dozen ways to say each fact, each true to the claim checker, whatever the card."""

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.scoring.claims.check import checked
from tests.facts.making import SONG_IDS, bundled, cards
from tests.facts.reader.songs import SONGS
from train.captions import write
from train.captions.statements import STATEMENTS
from train.examples import Recording
from train.tasks.caption import CAPTIONS, REQUESTS
from train.tasks.caption_score import analysis_of, card_document
from train.tasks.registry import score

CARDS = {**SONGS, **{song_id: bundled(song_id) for song_id in SONG_IDS}}
LAYOUTS = (write.short, write.full, write.critic, write.key_facts)
POP = SONGS["pop"]
# What a statement of the pop song claims when it is filled in, by the claim checker's kinds.
FILLED = {
    "tempo": ({"tempo": "96"}, "tempo"),
    "key": ({"key": "G major"}, "key"),
    "metre": ({"metre": "4/4"}, "metre"),
    "instruments": ({"instruments": "guitar and drums"}, "instrument"),
    "section_start": ({"section": "the bridge", "time": "1:30"}, "section"),
    "loop": ({"section": "the first chorus", "chords": "C–D–G–Em"}, "progression"),
    "modulation": ({"time": "1:30", "key": "E minor"}, "key"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_fact_is_said_in_a_dozen_ways(name: str) -> None:
    assert len(set(STATEMENTS[name])) >= 12


@pytest.mark.parametrize("name", REQUESTS)
def test_every_caption_is_asked_for_in_a_dozen_ways(name: str) -> None:
    assert len(set(REQUESTS[name])) >= 12


@pytest.mark.parametrize("name", FILLED)
def test_every_statement_is_understood_and_true(name: str) -> None:
    slots, kind = FILLED[name]
    analysis = analysis_of(card_document(POP))
    for statement in STATEMENTS[name]:
        text = statement.format(**slots, **{k.capitalize(): v[0].upper() + v[1:] for k, v in slots.items()})
        found = {one.claim.kind: one.verdict.result for one in checked(text, analysis)}
        assert found.get(kind) == "agrees" and "contradicts" not in found.values(), (text, found)


@settings(max_examples=80, deadline=None)
@given(cards(), st.integers(0, 99))
def test_nothing_that_is_written_is_contradicted(card: SongCard, seed: int) -> None:
    analysis = analysis_of(card_document(card))
    for layout in LAYOUTS:
        text = layout(card, Random(seed))
        wrong = [one for one in checked(text, analysis) if one.verdict.result == "contradicts"]
        assert wrong == [] and "{" not in text.replace("{", "", layout is write.key_facts), text


@pytest.mark.parametrize("name", CARDS)
def test_captions_earn_full_marks_and_false_ones_less(name: str) -> None:
    for task in CAPTIONS:
        for example in task.examples(Recording("a" * 64, "a.flac"), CARDS[name]):
            right = score(example, example.answer)
            assert right is not None and right.value >= 0.99, (example.answer, right)
            wrong = score(example, _falsified(example.answer))
            assert wrong is not None and wrong.value < right.value
            assert score(example, "").value == 0.0  # type: ignore[union-attr]


def _falsified(text: str) -> str:
    """The caption with another key, or its key facts with another metre and key."""
    if text.startswith("{"):
        return json.dumps({**json.loads(text), "metre": "7/8", "key": "C♯ minor", "chords": ["F♯m", "B♭7"]})
    return f"{text} It is in C♯ minor. The time signature is 7/8. It ends on B♭7."


def test_length_and_repetition_cost() -> None:
    example = next(iter(CAPTIONS[0].examples(Recording("a" * 64, "a.flac"), POP)))
    plain, twice, long = (
        score(example, text)
        for text in (example.answer, f"{example.answer} {example.answer}", example.answer + " It goes on, and on." * 40)
    )
    assert plain and twice and long and plain.value > twice.value > long.value


def test_key_facts_are_json_with_what_was_measured() -> None:
    facts = json.loads(write.key_facts(POP, Random(0)))
    assert (facts["bpm"], facts["key"], facts["metre"]) == (96, "G major", "4/4")
    assert facts["structure"][2] == "0:30 chorus" and facts["instruments"] == ["guitar", "drums"]


def test_the_full_caption_follows_the_papers_order() -> None:
    text = write.full(POP, Random(1))
    places = [text.index(word) for word in ("pop", "96", "G major", "guitar", "female", "intro, verse", "C–D–G–Em")]
    assert places == sorted(places)
