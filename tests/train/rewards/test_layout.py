"""The format reward accepts the paper's own targets and nothing that only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.rewards.making import example
from train.rewards.layout import answer_of, fits, format_reward

PAPER = "<think>The bass repeats A and E.</think> Hence, the final answer is: <answer>D</answer>"
CLOSE = "<think>It is slow.</think>\n<answer>A minor</answer>\n"
words = st.text(st.characters(blacklist_characters="<>"), min_size=1).filter(str.strip)


def test_the_paper_s_targets_fit_and_only_the_strict_layout_minds_the_words_between() -> None:
    assert fits(PAPER, "think") and not fits(PAPER, "strict")
    assert fits(CLOSE, "think") and fits(CLOSE, "strict")


@pytest.mark.parametrize(
    "text",
    [
        "<answer>D</answer>",
        "<think>x</think> D",
        "<think>x</think> <answer>D",
        "<think></think><answer>D</answer>",
        "<think>x</think><answer> </answer>",
        "<answer>D</answer><think>x</think>",
        "So: <think>x</think><answer>D</answer>",
        "<think>x</think><answer>D</answer> I am sure.",
        "<think>x</think><answer>D</answer><answer>C</answer>",
        "<think>x<think>y</think></think><answer>D</answer>",
        "<think>x <answer>D</answer></think><answer>D</answer>",
        "",
    ],
)
def test_broken_layouts_earn_nothing(text: str) -> None:
    assert not fits(text, "think") and not fits(text, "strict")
    assert format_reward(example(), text).value == 0


@given(words, words, st.text(st.characters(blacklist_characters="<>")))
def test_what_is_put_in_comes_out(thought: str, answer: str, between: str) -> None:
    text = f"<think>{thought}</think>{between}<answer>{answer}</answer>"
    assert fits(text, "think") and answer_of(text) == answer.strip()
    assert fits(text, "strict") == (not between.strip())


def test_layouts_without_a_thought() -> None:
    assert fits("<answer>low</answer>", "answer") and not fits("low", "answer") and not fits(PAPER, "answer")
    assert fits("low", "plain") and not fits("<answer>low</answer>", "plain") and not fits(" ", "plain")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (PAPER, "D"),
        ("low", "low"),
        ("<think>x</think> high", "high"),
        ("<answer>A</answer> no, <answer>B</answer>", "B"),
        ("<answer>cut of", "cut of"),
        ("<think>still thinking", ""),
    ],
)
def test_the_answer_of_a_completion(text: str, answer: str) -> None:
    assert answer_of(text) == answer
