"""Rewriting: a model's words are taken sentence by sentence, and only where they are true and tell enough."""

from dataclasses import replace

from tests.facts.reader.songs import SONGS
from tests.services.voicing import FakeBackend
from train.examples import Recording
from train.rewrite import rewritten
from train.tasks.choose import captions, questions
from train.tasks.registry import score

POP = SONGS["pop"]
TRACK = Recording("a" * 64, "a.flac")
SHORT = next(one for one in captions(TRACK, POP) if one.task == "caption_short")
GOOD = "With guitar and drums it swings along at 96 BPM. All of it is in the key of G major."


def rewrite(text: str):  # type: ignore[no-untyped-def]
    return next(iter(rewritten([SHORT], FakeBackend(items=(text,)))))


def test_true_words_are_taken() -> None:
    made = rewrite(GOOD)
    assert made.reason == "" and made.example.answer == GOOD and "reworded" in made.example.sources[-1]
    judged = score(made.example, GOOD)
    assert judged is not None and judged.value >= 0.99


def test_an_untrue_sentence_is_cut_out() -> None:
    assert rewrite(f"{GOOD} The tempo is 141 BPM.").example.answer == GOOD


def test_what_tells_too_little_or_leaks_is_not_taken() -> None:
    for text in ("A nice song.", "It is in F minor.", f"{GOOD} I know it from the metadata.", ""):
        made = rewrite(text)
        assert made.example == SHORT and made.reason


def test_questions_and_json_pass_as_they_are() -> None:
    facts = next(one for one in captions(TRACK, POP) if one.task == "caption_key_facts")
    question = questions(TRACK, POP)[0]
    backend = FakeBackend(items=("other words",))
    assert [one.example for one in rewritten([facts, question, replace(SHORT, truth={})], backend)][:2] == [
        facts,
        question,
    ]
    assert backend.asked == []
