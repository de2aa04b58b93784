"""What may be asked, as data: each intent has patterns of ideas and the function that answers it.

A pattern is a row of ideas that must all be there; `a/b` is one of two, `!a` must not be there. Of the patterns that
fit, the one with the most weight wins; among equals the one that stands first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.answer import Answer
from musicflamingo_app.facts.reader.question import Question

Answering = Callable[[Question, SongCard], Answer | None]

_LIGHT_WORDS = """
    when how_many how_often how_long compare different same change first last after before most longest shortest
    longer shorter begin end at_start at_end here use all else sure relation faster slower named letters section
    gender
"""
_LIGHT = frozenset(_LIGHT_WORDS.split())
_STRONG_WORDS = """
    lyrics creator release players melody production popularity opinion off_topic help not_measured definition
"""
_STRONG = frozenset(_STRONG_WORDS.split())
_WEIGHT_SLOT, _WEIGHT_LIGHT, _WEIGHT_TOPIC, _WEIGHT_STRONG = 1.1, 1.0, 2.0, 5.0
_FAINT = {"@yes": 0.2, "@region": 0.2, "@place": 1.0, "@number": 0.8}


def weight_of(idea: str) -> float:
    """How much an idea tells: topics more than words of asking."""
    if idea in _FAINT:
        return _FAINT[idea]
    if idea.startswith("@"):
        return _WEIGHT_SLOT
    return _WEIGHT_STRONG if idea in _STRONG else _WEIGHT_LIGHT if idea in _LIGHT else _WEIGHT_TOPIC


@dataclass(frozen=True)
class Pattern:
    """One row of ideas."""

    text: str

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(word.split("/")) for word in self.text.split() if not word.startswith("!"))

    @cached_property
    def without(self) -> frozenset[str]:
        return frozenset(word[1:] for word in self.text.split() if word.startswith("!"))

    def score(self, ideas: frozenset[str]) -> float:
        """The weight of its ideas; 0 when it does not fit."""
        if self.without & ideas or not all(need & ideas for need in self.needs):
            return 0.0
        return sum(max(weight_of(idea) for idea in need & ideas) for need in self.needs)


@dataclass(frozen=True)
class Intent:
    """One thing that may be asked. `is_plain` when it may stand beside others: “the tempo and the key”."""

    kind: str
    patterns: tuple[Pattern, ...]
    answer: Answering
    is_plain: bool = False

    @classmethod
    def of(cls, kind: str, patterns: str, answer: Answering, *, is_plain: bool = False) -> "Intent":
        """From patterns with commas between them."""
        rows = tuple(Pattern(row.strip()) for row in patterns.split(","))
        return cls(kind, rows, answer, is_plain)

    def score(self, ideas: frozenset[str]) -> float:
        return max(pattern.score(ideas) for pattern in self.patterns)


def ranked(intents: Sequence[Intent], question: Question) -> list[tuple[float, Intent]]:
    """The intents that fit, best first."""
    scored = [(intent.score(question.ideas), n, intent) for n, intent in enumerate(intents)]
    fitting = sorted((row for row in scored if row[0] > 0), key=lambda row: (-row[0], row[1]))
    return [(score, intent) for score, _, intent in fitting]
