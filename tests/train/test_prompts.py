"""Prompts and targets: options by letter, answers as text, tags as the paper's own targets have them."""

from dataclasses import replace

import pytest

from train.examples import Example
from train.prompts import follows_format, prompt_text, target_text

KEY = Example(
    "1", "f" * 64, "a.flac", "key", "attribute identification", "choice", "Which key is this in?", "A minor",
    ("C major", "A minor"), "The tonic chord is Am.",
)  # fmt: skip


def test_options_stand_with_letters() -> None:
    assert prompt_text(KEY).splitlines()[1:] == ["(A) C major", "(B) A minor"]
    assert "<think>" not in prompt_text(KEY) and "<think>" in prompt_text(KEY, thinks=True)
    assert prompt_text(replace(KEY, options=(), kind="open")) == "Which key is this in?"


def test_answers_are_the_text_of_an_option() -> None:
    assert target_text(KEY) == "A minor"
    assert target_text(KEY, thinks=True).endswith("Hence, the final answer is: <answer>A minor</answer>")
    assert follows_format(target_text(KEY, thinks=True))
    assert follows_format(target_text(replace(KEY, kind="caption"), thinks=True))


@pytest.mark.parametrize(
    "wrong",
    ["A minor", "<answer>A minor</answer>", "<think>x</think> A minor", "<answer>a</answer> <think>x</think>",
     "<think>x</think> <answer></answer>", "<think>x <answer>a</answer>", "<think>x</think><answer>a</answer> more",
     "<think>x</think><answer>a</answer><answer>b</answer>", "<think></think><answer>a</answer>"],
)  # fmt: skip
def test_other_forms_do_not_follow(wrong: str) -> None:
    assert not follows_format(wrong)
