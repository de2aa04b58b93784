"""From answers to marks: what an item earned under a rule.

Most rules mark one example at a time. Some need several (four rounds of one question, a corpus), so a rule is given
all the answers of one candidate under one control at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from train.examples import Example, Score

ScoreOne = Callable[[Example, str], Score | None]
Unit = Literal["%", "points"]
FULL = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Answered:
    """An example and the completion (thought and tags included); `error` says why it could not be asked."""

    example: Example
    completion: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an item earned: `value` by `weight` (words of a transcript; 1 for most). What is not answered earns 0."""

    example: Example
    completion: str
    value: float
    weight: float = 1.0
    is_answered: bool = True

    @property
    def item(self) -> str:
        return item_of(self.example)


def item_of(example: Example) -> str:
    """The item an example belongs to: its own id, unless several examples make one item."""
    return str(example.truth.get("item", example.id))


@dataclass(frozen=True, slots=True)
class Rule:
    """A way to judge answers. Over items the result is sum(value * weight) / sum(weight)."""

    name: str
    about: str
    marks: Callable[[Sequence[Answered]], list[Mark]]
    higher_is_better: bool = True
    unit: Unit = "%"


def one_by_one(
    name: str, about: str, score: ScoreOne, *, higher_is_better: bool = True, unit: Unit = "%", worst: float = 0.0
) -> Rule:
    """The rule that scores each example by itself; what cannot be scored earns `worst` and is not answered."""

    def mark(one: Answered) -> Mark:
        scored = None if one.error or not one.completion.strip() else score(one.example, one.completion)
        if scored is None:
            return Mark(one.example, one.completion, worst, is_answered=False)
        is_answered = scored.parts.get("answered", 1.0) > 0
        return Mark(one.example, one.completion, scored.value, is_answered=is_answered)

    return Rule(name, about, lambda answers: [mark(one) for one in answers], higher_is_better, unit)
