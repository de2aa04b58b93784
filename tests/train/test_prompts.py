"""Prompts and targets: options by letter, answers as text, tags as the paper's own targets have them."""

from dataclasses import replace

from train.examples import Example
from train.prompts import LETTERS, prompt_text, target_text
from train.rewards.layout import fits

KEY = Example(
    "1", "f" * 64, "a.flac", "key", "attribute identification", "choice", "Which key is this in?", "A minor",
    ("C major", "A minor"), "The tonic chord is Am.",
)  # fmt: skip


def test_options_stand_with_letters() -> None:
    assert prompt_text(KEY).splitlines()[1:] == ["(A) C major", "(B) A minor"]
    assert "<think>" not in prompt_text(KEY) and "<think>" in prompt_text(KEY, thinks=True)
    assert prompt_text(replace(KEY, options=(), kind="open")) == "Which key is this in?"


def test_no_option_is_lost_where_letters_end() -> None:
    for n in range(2, 2 * len(LETTERS)):
        options = tuple(f"style {k}" for k in range(n))
        shown = prompt_text(replace(KEY, options=options)).splitlines()[1:]
        assert [line.removeprefix(f"({LETTERS[k % 8]}) ") for k, line in enumerate(shown)] == list(options)
        assert all(line.startswith("(") for line in shown) == (n <= len(LETTERS))


def test_answers_are_the_text_of_an_option() -> None:
    assert target_text(KEY) == "A minor"
    assert target_text(KEY, thinks=True).endswith("Hence, the final answer is: <answer>A minor</answer>")
    assert fits(target_text(KEY, thinks=True), "think")
    assert fits(target_text(replace(KEY, kind="caption"), thinks=True), "strict")
