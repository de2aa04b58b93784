"""A published benchmark: which files it needs, how they become examples, and by which rules answers are judged.

Nothing is downloaded or passed on: the person brings the official files and keeps to their licence.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from train.evaluate.marks import Rule
from train.evaluate.wording import Wording, plain_wording
from train.examples import Example
from train.suites.files import Files

Read = Callable[[Files], Iterable[Example]]


@dataclass(frozen=True, slots=True)
class Suite:
    """`files` says what lies in the folder; `judged` whether a judge's scores belong to it: captions, choices, none."""

    name: str
    title: str
    files: str
    source: str  # where the files come from
    licence: str
    read: Read
    rules: tuple[Rule, ...]
    notes: tuple[str, ...] = ()
    wording: Wording = plain_wording
    judged: str = ""  # caption, choice, or nothing
    max_new_tokens: int | None = None

    def open(self, folder: Path) -> tuple[tuple[Example, ...], tuple[str, ...]]:
        """The examples, and what reading left out. Raises NotFound, StudioError."""
        files = Files(folder, self.title, self.source)
        examples = tuple(self.read(files))
        if not examples:
            raise files.wrong(f"{folder} holds no item of {self.title}.")
        return examples, tuple(files.notes)
