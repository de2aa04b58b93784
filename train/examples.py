"""What a model learns from and is judged by: examples, tasks that make and score them, and files of examples.

An Example is one question (or a request for a caption) about one recording or a part of it, with its answer. A Task
makes examples from a song card and alone scores answers to them: rewards and evaluation both call `score`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

from musicflamingo_app.errors import StudioError
from musicflamingo_app.facts.card import SongCard

SKILLS = (
    "temporal understanding",
    "attribute identification",
    "harmonic and theoretical analysis",
    "lyric and vocal grounding",
    "comparative and structural reasoning",
)
KINDS = ("open", "choice", "count", "time", "chord", "comparison", "caption")
STATES = ("proposed", "approved", "edited", "rejected")


@dataclass(frozen=True)
class Example:
    """One item. What is asked and answered counts seconds from the beginning of what is heard.

    `track` is the SHA-256 of the recording, `audio` a path to a file that plays it (relative ones from the dataset's
    folder). `start_s` and `end_s` bound the excerpt that is heard, in seconds of the recording, None for the whole;
    `references` are in seconds of the recording too. `options` are the choices in the
    order shown, empty unless the kind is `choice`; `answer` is the text of the right one. `thought` is the chain of
    thought without its tags, empty when there is none. `truth` is what the task needs to score an answer, as JSON.
    `sources` say who measured what it rests on; `doubts` say in sentences why a person should look at it.
    """

    id: str
    track: str
    audio: str
    task: str
    skill: str
    kind: str
    question: str
    answer: str
    options: tuple[str, ...] = ()
    thought: str = ""
    start_s: float | None = None
    end_s: float | None = None
    truth: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[tuple[float, float], ...] = ()  # moments that bear the answer out: (start_s, end_s)
    sources: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    state: str = "proposed"
    song: str = ""  # title, for people
    artist: str = ""
    album: str = ""


@dataclass(frozen=True)
class Score:
    """How right an answer is, in [0, 1], and what that is made of."""

    value: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that examples are made about, or of it the stretch from `start_s` to `end_s`.

    `lyrics` are lines with their time in seconds from the beginning of what is heard, None when not known.
    """

    sha256: str
    audio: str
    song: str = ""
    artist: str = ""
    album: str = ""
    lyrics: tuple[tuple[str, float | None], ...] = ()
    start_s: float | None = None
    end_s: float | None = None


class Task(Protocol):
    """Makes examples of one kind and scores answers to them."""

    name: str
    skill: str

    def examples(self, track: Recording, card: SongCard) -> Iterable[Example]:
        """What can be asked about a recording; nothing where the card is not sure enough."""

    def score(self, example: Example, completion: str) -> Score | None:
        """How right a completion is (thoughts and tags included); None when it cannot be judged."""


def example_as_json(example: Example) -> dict[str, Any]:
    """The example as plain JSON; optional fields that say nothing are left out."""
    optional = {one.name for one in fields(Example) if one.default is not MISSING or one.default_factory is not MISSING}
    nothing = (None, "", (), {})
    return {k: value for k, value in asdict(example).items() if k not in optional or value not in nothing}


def example_of_json(row: Mapping[str, Any]) -> Example:
    """The example of such JSON. Raises StudioError that names the field that is wrong or missing."""
    known = {one.name for one in fields(Example)}
    strange = sorted(set(row) - known)
    if strange:
        raise StudioError(f"An example has no field “{strange[0]}”.", f"It has: {', '.join(sorted(known))}.")
    values = dict(row)
    for name in ("options", "sources", "doubts"):
        values[name] = tuple(values.get(name, ()))
    values["references"] = tuple((float(start_s), float(end_s)) for start_s, end_s in values.get("references", ()))
    try:
        example = Example(**values)
    except TypeError as error:
        raise StudioError(f"An example is not whole: {error}.", "Give it the fields that are missing.") from error
    return _known_words(example)


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Writes a JSONL file, one example a line. The same examples give the same bytes."""
    lines = (json.dumps(example_as_json(one), ensure_ascii=False, allow_nan=False, sort_keys=True) for one in examples)
    path.write_text("".join(line + "\n" for line in lines), "utf-8")


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples of a JSONL file. Raises StudioError that names the file and line that is wrong."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError(f"{path} cannot be read: {error}.", "Make the dataset again.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            found.append(_example_of_line(line, f"Line {number} of {path}"))
    return tuple(found)


def _example_of_line(line: str, where: str) -> Example:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise StudioError(f"{where} is not JSON: {error.msg}.", "Make the dataset again.") from error
    if not isinstance(row, dict):
        raise StudioError(f"{where} is not an example.", "Each line is one JSON object.")
    try:
        return example_of_json(row)
    except (StudioError, TypeError, ValueError) as error:
        what = error.what if isinstance(error, StudioError) else str(error)
        raise StudioError(f"{where} cannot be read: {what}", "Make the dataset again.") from error


def _known_words(example: Example) -> Example:
    for name, value, known in (
        ("skill", example.skill, SKILLS), ("kind", example.kind, KINDS), ("state", example.state, STATES)
    ):  # fmt: skip
        if value not in known:
            raise StudioError(f"“{value}” is not a {name}.", f"It is one of: {', '.join(known)}.")
    return example
