"""What goes into a prompt besides the words: the form that a thinking model was trained to answer in."""

import pytest

from model.types import Text
from musicflamingo_app.services.prompts import Given, caption_messages, prompt, question_messages


@pytest.mark.parametrize("thinks", [True, False])
def test_only_a_model_that_thinks_is_asked_for_its_form(thinks: bool) -> None:
    given = Given(thinks=thinks)
    for messages, words in (
        (question_messages("Which key?", (), given), "Which key?"),
        (caption_messages(prompt("full"), given), prompt("full").text),
    ):
        asked = messages[-1].parts[-1]
        assert isinstance(asked, Text) and asked.text.startswith(words)
        assert ("<think>" in asked.text and "<answer>" in asked.text) is thinks
