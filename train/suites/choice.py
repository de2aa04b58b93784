"""What the suites of questions with options share: a fixed shuffle, and our own reading of an answer as a rule."""

import hashlib
import random
from collections.abc import Callable, Sequence

from train.evaluate.marks import Rule, one_by_one
from train.examples import Example, Score
from train.rewards.layout import answer_of
from train.tasks.answers import chosen, final_answer

Chosen = Callable[[str, Sequence[str]], int | None]
OURS = "our reader of letters and texts: letter, text or both; two that disagree are no answer."


def shuffled(options: Sequence[str], seed: str) -> tuple[str, ...]:
    """The options in an order that the seed alone decides."""
    mixed = list(options)
    random.Random(hashlib.sha256(seed.encode()).hexdigest()).shuffle(mixed)
    return tuple(mixed)


def ours_chosen(completion: str, options: Sequence[str]) -> int | None:
    """The option that the final answer names."""
    return chosen(final_answer(completion), options)


def official_text(completion: str) -> str:
    """What an official scorer is given: the answer without its thought; the scorers were not written for thoughts."""
    return answer_of(completion)


def score_chosen(example: Example, index: int | None) -> Score:
    """1 for the right option; nothing chosen is wrong and not answered."""
    right = index is not None and example.options[index] == example.answer
    return Score(float(right), {"answered": float(index is not None)})


def choice_rule(name: str, about: str, read: Chosen) -> Rule:
    """The rule of a reader that finds an option in a completion."""
    return one_by_one(name, about, lambda example, said: score_chosen(example, read(said, example.options)))


def ours_rule() -> Rule:
    return choice_rule("ours", OURS, ours_chosen)
