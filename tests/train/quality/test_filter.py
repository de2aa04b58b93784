"""The quality filter: each reason catches what it is for, and lets the good pass."""

from dataclasses import replace

import pytest

from musicflamingo_app.facts.card import Fact
from musicflamingo_app.music.key import Key
from tests.facts.reader.songs import SONGS
from tests.services.voicing import FakeBackend
from tests.train import shelf
from train.examples import SKILLS, Example, Recording
from train.quality.agreement import disagreements, key_of_chords
from train.quality.claims import repaired
from train.quality.duplicates import bare
from train.quality.filter import filtered, key_of
from train.quality.guessing import by_backend, by_priors
from train.tasks.caption_score import analysis_of, card_document
from train.tasks.choose import captions, questions
from train.tasks.registry import TASKS

POP = SONGS["pop"]
TRACK = Recording("a" * 64, "a.flac", "Harbour Song")
KEY = Example(
    "k", "a" * 64, "a.flac", "key", SKILLS[1], "choice", "Which key is it in?", "G major",
    ("G major", "E minor", "D major"), truth={"type": "key", "key": "G major"},
)  # fmt: skip


def reasons(*examples: Example, **more: object) -> list[str]:
    cards = {f"{'a' * 64} a.flac": POP}
    return [one.reason for one in filtered(examples, cards, **more).dropped]  # type: ignore[arg-type]


def test_what_the_tasks_make_passes() -> None:
    made = [*captions(TRACK, POP), *questions(TRACK, POP)]
    found = filtered(made, {key_of(made[0]): POP})
    assert [(one.reason, one.sentence) for one in found.dropped if one.reason != "tilted"] == []
    assert len(found.kept) >= len(made) - 2


def test_a_caption_that_is_wrong_is_found_and_mended() -> None:
    caption = next(one for one in captions(TRACK, POP) if one.task == "caption_full")
    wrong = replace(caption, answer=f"{caption.answer} The tempo is 141 BPM.")
    assert reasons(wrong) == ["contradicted"]
    analysis = analysis_of(card_document(POP))
    assert repaired(wrong.answer, analysis) == caption.answer
    assert repaired("It is in F minor.", analysis) == ""


def test_leaks_doubts_twins_and_unanswerable_ones_are_dropped() -> None:
    assert reasons(replace(KEY, question="According to the metadata, which key?")) == ["leak"]
    assert reasons(replace(KEY, doubts=("The key is only 55 % sure.",))) == ["doubtful"]
    assert reasons(KEY, replace(KEY, id="k2", question="Listen closely: which key is it in?")) == ["duplicate"]
    assert reasons(replace(KEY, answer="A minor")) == ["unanswerable"]
    assert reasons(KEY) == []


def test_what_a_person_approved_is_spared_doubts_but_not_untruth() -> None:
    doubtful = replace(KEY, doubts=("The key is only 55 % sure.",), state="approved")
    assert reasons(doubtful) == []
    caption = replace(captions(TRACK, POP)[0], answer="The tempo is 141 BPM. It is in F minor.", state="approved")
    assert reasons(caption) == ["contradicted"]


def test_one_answer_for_a_whole_family_is_thinned() -> None:
    metre = Example(
        "m", "", "", "metre", SKILLS[0], "open", "Which metre?", "4/4", truth={"type": "metre", "metre": "4/4"}
    )
    same = [replace(metre, id=str(n), track=str(n), audio=f"{n}.wav") for n in range(9)]
    other = replace(metre, id="w", track="w", answer="3/4", truth={"type": "metre", "metre": "3/4"})
    kept = filtered([*same, other, replace(other, id="v", track="v", audio="v")], {}).kept
    assert [one.answer for one in kept].count("4/4") == 2 == [one.answer for one in kept].count("3/4")


def test_two_estimators_must_agree() -> None:
    card = shelf.card(0)
    assert list(disagreements(KEY, card)) == []
    other = replace(card, key=Fact(Key.parse("Eb major"), 0.9, "ears 1"))
    assert "point to" in next(iter(disagreements(KEY, other)))
    by_person = replace(card, key=Fact(Key.parse("Eb major"), 1.0, "a person ana"))
    assert list(disagreements(KEY, by_person)) == []
    fast = replace(card, tempo_bpm=Fact(140.0, 0.9, "ears 1"))
    assert "140 BPM" in next(iter(disagreements(replace(KEY, task="tempo"), fast)))


@pytest.mark.parametrize("n", range(5))
def test_the_chords_point_to_the_key_of_their_song(n: int) -> None:
    made = shelf.card(n)
    found = key_of_chords(made)
    assert found is not None and made.key is not None
    assert set(found.scale) == set(made.key.value.scale)


def test_a_guesser_that_knows_the_answers_drops_them() -> None:
    made = list(questions(TRACK, POP))
    chosen = [one for one in made if one.options]
    found = filtered(made, {}, guesser=lambda example: 1.0)
    assert {one.example.id for one in found.dropped if one.reason == "guessable"} <= {one.id for one in chosen}
    assert (
        not [one for one in found.kept if one.options] and not filtered(made, {}, guesser=lambda example: 0.2).dropped
    )


def test_priors_tell_what_is_usual_elsewhere() -> None:
    rows = [replace(KEY, id=str(n), track=str(n), audio=str(n)) for n in range(5)]
    rare = replace(KEY, id="r", track="r", answer="E minor", truth={"type": "key", "key": "E minor"})
    guess = by_priors([*rows, rare])
    assert guess(rows[0]) > 0.6 > 0.2 > guess(rare)


def test_a_back_end_is_asked_without_sound() -> None:
    backend = FakeBackend(items=("G major",))
    assert by_backend(backend, rounds=2)(KEY) == 1.0 and by_backend(FakeBackend(items=("no idea",)))(KEY) == 0.0
    orders = [message.parts[0].text for messages, _ in backend.asked for message in messages]
    assert len(orders) == 2 and all("G major" in text and "Which key" in text for text in orders)


def test_frames_do_not_hide_a_twin() -> None:
    one = TASKS["key"]
    asked = {bare(example.question) for example in one.examples(TRACK, POP)}
    assert len(asked) == 1
    framed = ("Tell me: which key is it in?", "Which key is it in?", "For this piece of music, which key is it in?")
    assert len({bare(question) for question in framed}) == 1
