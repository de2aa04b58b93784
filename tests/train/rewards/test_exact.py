"""Exact match: one spelling, letters of options, and no credit for hedging."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.train.rewards.making import example
from train.rewards.exact import exact_match, normalised


def right(answer: str, truth: str, kind: str = "open", **more: object) -> bool:
    return exact_match(example(truth, kind, **more), f"<think>x</think> <answer>{answer}</answer>").value == 1


@pytest.mark.parametrize("answer", ["piano", " Piano. ", "**piano**", "A", "(a)", "A) piano", "(A) Piano", "A. piano"])
def test_text_letter_or_both_choose_an_option(answer: str) -> None:
    assert right(answer, "piano", "choice")


@pytest.mark.parametrize(
    "answer", ["violin", "B", "(B) piano", "A) violin", "D", "piano or violin", "", "a piano", "1"]
)
def test_other_options_and_hedges_are_wrong(answer: str) -> None:
    assert not right(answer, "piano", "choice")


def test_an_option_that_is_a_letter_means_itself() -> None:
    assert right("B", "B", "choice", options=("B", "A")) and not right("A", "B", "choice", options=("B", "A"))


def test_signs_are_one_and_the_case_of_chords_counts() -> None:
    assert right("f♯ Minor", "F# minor") and right("4/4.", "4/4") and right("Synth‑pop", "synth-pop")
    assert right("CM7", "CM7", "chord") and not right("Cm7", "CM7", "chord") and right("B♭m", "Bbm", "chord")


@given(st.text())
def test_normalising_twice_changes_nothing_and_truth_is_right(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    if normalised(text) and "<" not in text:
        assert right(text, text)


def test_without_tags_the_whole_completion_is_the_answer() -> None:
    assert exact_match(example("high", "open"), "high").value == 1
    assert exact_match(example("", "open"), "").value == 0
