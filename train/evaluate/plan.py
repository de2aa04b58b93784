"""What an evaluation is: examples, who answers them, under which controls, and how answers are judged."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from train.evaluate.candidate import Candidate, Control
from train.evaluate.marks import Rule, item_of
from train.evaluate.wording import Wording, plain_wording
from train.examples import Example, example_as_json, example_of_json

SEED = 0


@dataclass(frozen=True)
class Plan:
    """`audio` is the folder that the examples' paths start from; `n_all` how many items there were before a limit,
    0 without one.

    The first rule is the one that the worst answers and comparisons are told by. `notes` go into the report.
    """

    name: str
    examples: tuple[Example, ...]
    audio: Path
    candidates: tuple[Candidate, ...]
    rules: tuple[Rule, ...]
    controls: tuple[Control, ...] = ("audio",)
    wording: Wording = plain_wording
    max_new_tokens: int | None = None
    seed: int = SEED
    n_all: int = 0
    notes: tuple[str, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.examples:
            raise StudioError(f"{self.name} holds no examples.", "Choose another one, or build it again.")
        seen: set[str] = set()
        for example in self.examples:
            if example.id in seen:
                raise StudioError(f"Two examples of {self.name} have the id {example.id}.", "Give each its own.")
            seen.add(example.id)
        if not self.candidates or not self.rules or not self.controls:
            raise StudioError(f"{self.name} cannot be evaluated by nobody.", "Name a model, a control and a rule.")

    @property
    def digest(self) -> str:
        """SHA-256 of the examples."""
        return digest_of(self.examples)


def digest_of(examples: Sequence[Example]) -> str:
    """SHA-256 of examples in their order."""
    lines = (json.dumps(example_as_json(one), ensure_ascii=False, sort_keys=True) for one in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def limited(examples: Sequence[Example], n_items: int | None, *, seed: int = SEED) -> tuple[Example, ...]:
    """The examples of `n_items` items, drawn by the hash of their ids: a larger limit holds all of a smaller one."""
    if n_items is None:
        return tuple(examples)
    if n_items < 1:
        raise StudioError(f"The limit is {n_items}.", "Use 1 or more.")
    items = dict.fromkeys(item_of(example) for example in examples)
    kept = set(sorted(items, key=lambda item: hashlib.sha256(f"{seed}:{item}".encode()).digest())[:n_items])
    return tuple(example for example in examples if item_of(example) in kept)


def example_of_row(row: dict[str, Any]) -> Example:
    """An example as it was kept; published benchmarks have skills of their own."""
    from train.examples import SKILLS

    skill = row.get("skill", "")
    return replace(example_of_json({**row, "skill": SKILLS[0]}), skill=skill)
