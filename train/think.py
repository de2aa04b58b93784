"""MF-Think: chains of thought for questions that need one, cut into steps, each step checked against the card.

A chain stays below 250 words. A step that the claim checker contradicts is taken out; a chain with more than 30 % of
such steps is dropped whole (the paper's rule). Trivial questions get none, and captions an outline.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.scoring.claims.check import checked
from train.examples import Example
from train.tasks.caption_score import analysis_of, card_document
from train.tasks.registry import TRIVIAL
from train.thoughts import CHAINS, fallen, home, parts, players, pulse

MOST_WORDS = 249
MOST_WRONG = 0.3
FEWEST_STEPS = 2
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_RULES_OUT = re.compile(r"Neither (.+) fits with that\.", re.DOTALL)
_NEEDS_HOME = frozenset({"numeral", "cadence", "section_numerals", "outside_chord", "outside_reason", "new_key",
                         "key_relation"})  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """A chain cut into steps, and which of them the card contradicts."""

    steps: tuple[str, ...]
    wrong: tuple[int, ...]

    @property
    def share_wrong(self) -> float:
        return len(self.wrong) / len(self.steps) if self.steps else 0.0

    @property
    def mended(self) -> str:
        """The chain without its wrong steps; empty when too many are wrong."""
        if self.share_wrong > MOST_WRONG:
            return ""
        return " ".join(step for n, step in enumerate(self.steps) if n not in self.wrong)


def with_thoughts(example: Example, card: SongCard) -> Example:
    """The example with its chain of thought, where it needs one and the chain holds."""
    chain = chain_of(_in_excerpt(example), card)
    if len(chain) < FEWEST_STEPS:
        return example
    found = verified(" ".join(chain), analysis_of(card_document(card)), answer=example.answer)
    return replace(example, thought=found.mended)


def _in_excerpt(example: Example) -> Example:
    """The example with its moments counted from the beginning of what is heard, as its card counts."""
    start_s = example.start_s or 0.0
    return replace(example, references=tuple((a - start_s, b - start_s) for a, b in example.references))


def chain_of(example: Example, card: SongCard) -> list[str]:
    """The steps to an answer, none for a trivial question."""
    if example.kind == "caption":
        return _short([*pulse(card), *players(card), *home(card), *parts(card)])
    if example.task in TRIVIAL or example.task not in CHAINS:
        return []
    heart = list(CHAINS[example.task](card, example))
    if not heart:
        return []
    opening = [*pulse(card), *players(card), *(home(card) if example.task in _NEEDS_HOME else ())]
    return _short([*opening, *heart, *fallen(example)])


def verified(thought: str, analysis: Analysis, *, answer: str = "") -> Checked:
    """A chain cut into its steps, each read for claims and compared with the measurements.

    A step that only rules things out claims nothing; it is wrong when it rules out the answer.
    """
    steps = steps_of(thought)
    wrong = [n for n, step in enumerate(steps) if _is_wrong(step, analysis, answer)]
    return Checked(tuple(steps), tuple(wrong))


def steps_of(thought: str) -> list[str]:
    """The sentences of a thought."""
    return [step.strip() for step in _END.split(thought) if step.strip()]


def _is_wrong(step: str, analysis: Analysis, answer: str) -> bool:
    if ruled := _RULES_OUT.fullmatch(step):
        return bool(answer) and answer.rstrip(".") in re.split(r", | nor ", ruled[1])
    return any(one.verdict.result == "contradicts" for one in checked(step, analysis))


def _short(steps: Sequence[str]) -> list[str]:
    """The steps within the words that a thought may have; the first ones, which set the scene, go first."""
    kept = list(steps)
    while sum(len(step.split()) for step in kept) > MOST_WORDS:
        kept.pop(0)
    return kept
