"""What a model learns from and is judged by: examples, tasks that make and score them, and files of examples.

An Example is one question (or a request for a caption) about one recording or a part of it, with its answer. A Task
makes examples from a song card and alone scores answers to them: rewards and evaluation both call `score`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

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
    """One item. Times are seconds of the recording.

    `track` is the SHA-256 of the recording, `audio` a path to a file that plays it (relative ones from the dataset's
    folder). `start_s` and `end_s` bound the excerpt that is heard, None for the whole. `options` are the choices in the
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
    """A recording that examples are made about."""

    sha256: str
    audio: str
    song: str = ""
    artist: str = ""
    album: str = ""


class Task(Protocol):
    """Makes examples of one kind and scores answers to them."""

    name: str
    skill: str

    def examples(self, track: Recording, card: SongCard) -> Iterable[Example]:
        """What can be asked about a recording; nothing where the card is not sure enough."""

    def score(self, example: Example, completion: str) -> Score | None:
        """How right a completion is (thoughts and tags included); None when it cannot be judged."""
