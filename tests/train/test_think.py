"""Chains of thought: true to the card, short, none for trivial questions; wrong steps are found."""

import pytest
from hypothesis import given, settings

from musicflamingo_app.facts.card import SongCard
from tests.facts.making import SONG_IDS, bundled, cards
from tests.facts.reader.songs import SONGS
from train.examples import Recording
from train.prompts import target_text
from train.rewards.layout import fits
from train.tasks.caption_score import analysis_of, card_document
from train.tasks.registry import TASKS, TRIVIAL, score
from train.think import MOST_WORDS, chain_of, steps_of, verified, with_thoughts

CARDS = {**SONGS, **{song_id: bundled(song_id) for song_id in SONG_IDS}}
TRACK = Recording("a" * 64, "a.flac")


@pytest.mark.parametrize("name", CARDS)
def test_chains_are_true_short_and_answer_in_the_papers_form(name: str) -> None:
    card, n_thoughts = CARDS[name], 0
    analysis = analysis_of(card_document(card))
    for example in (one for task in TASKS.values() for one in task.examples(TRACK, card)):
        chain = chain_of(example, card)
        assert verified(" ".join(chain), analysis, answer=example.answer).wrong == (), (example.task, chain)
        told = with_thoughts(example, card)
        assert len(told.thought.split()) <= MOST_WORDS
        if example.task in TRIVIAL:
            assert told.thought == ""
        if told.thought:
            n_thoughts += 1
            target = target_text(told, thinks=True)
            judged = score(told, target)
            assert fits(target, "think") and judged and judged.value >= 0.99
    assert n_thoughts >= (1 if name == "chords" else 5)


@settings(max_examples=40, deadline=None)
@given(cards())
def test_chains_of_any_card_hold(card: SongCard) -> None:
    analysis = analysis_of(card_document(card))
    for example in (one for task in TASKS.values() for one in task.examples(TRACK, card)):
        told = with_thoughts(example, card)
        assert verified(told.thought, analysis).wrong == () and len(told.thought.split()) <= MOST_WORDS


def test_wrong_steps_are_taken_out_and_too_many_drop_the_chain() -> None:
    analysis = analysis_of(card_document(CARDS["pop"]))
    true = ["The tempo is 96 BPM.", "The metre is 4/4.", "I hear guitar.", "It is in G major."]
    one = verified(" ".join([*true, "The tempo is 141 BPM."]), analysis)
    assert one.wrong == (4,) and one.mended == " ".join(true)
    two = verified("The tempo is 141 BPM. It is in F minor. The metre is 4/4.", analysis)
    assert two.share_wrong > 0.3 and two.mended == ""
    assert verified("Neither C major nor G major fits with that.", analysis, answer="G major").wrong == (0,)
    assert verified("Neither C major nor A minor fits with that.", analysis, answer="G major").wrong == ()


def test_steps_are_sentences() -> None:
    assert steps_of("One lasts 2.5 seconds. At 1:23 it ends!\nSo three.") == [
        "One lasts 2.5 seconds.", "At 1:23 it ends!", "So three.",
    ]  # fmt: skip
