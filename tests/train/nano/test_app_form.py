"""The app speaks to the nano as its lessons do: the same tokens, the same requests."""

from pathlib import Path

import numpy as np
import pytest

from model.embedded.nano import assembled, read
from model.transformers_hf.load import Checkpoint, load
from model.transformers_hf.prompt import token_ids
from model.types import Sound
from model.wording import words
from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.facts.seconds import seconds_text
from musicflamingo_app.music.key import Key
from musicflamingo_app.services.prompts import THINKING_TAUGHT, Given, caption_messages, prompt, question_messages
from tests.model.tiny_nano import write_shipment, write_words
from train.collate import Writer
from train.nano.turns import beside
from train.prompts import THINK
from train.tasks.caption import REQUESTS

HEARD = Sound(np.zeros(16_000, np.float32), 16_000, "a")


@pytest.mark.parametrize("thinks", [False, True])
def test_a_question_has_the_tokens_of_a_lesson(tmp_path: Path, thinks: bool) -> None:
    words = write_words(tmp_path / "words")
    shipment = read(write_shipment(tmp_path / "shipped", words))
    loaded = load(Checkpoint(str(assembled(shipment, words, tmp_path / "whole")), precision="fp32"))
    given = Given(HEARD, is_tiny=True, thinks=thinks)
    question = "Which instruments are heard?"
    lesson = Writer(loaded.processor).prompt(f"{question}\n{THINK}" if thinks else question, 250)
    assert tuple(token_ids(loaded, question_messages(question, (), given), 250)) == lesson
    replied = Writer(loaded.processor).conversation([(question, "piano")], 250)
    assert replied.ids[: len(lesson)] == lesson or thinks


def test_facts_stand_beside_a_question_as_in_a_lesson() -> None:
    card = SongCard("Title", 20.0, key=Fact(Key.parse("C major"), 1.0, "score"))
    message = question_messages("Which key?", (), Given(HEARD, card, is_tiny=True))[0]
    assert words(message) == beside(seconds_text(card), "Which key?") and "key: C major" in words(message)


def test_it_is_asked_for_captions_in_words_it_was_taught() -> None:
    assert THINKING_TAUGHT == THINK
    for kind, task in (("summary", "caption_short"), ("key_facts", "caption_key_facts")):
        message = caption_messages(prompt(kind), Given(HEARD, is_tiny=True))[0]  # type: ignore[arg-type]
        assert message.parts[-1].text in REQUESTS[task]  # type: ignore[union-attr]
