"""A question family: finds what can be asked in a card, puts it into varied words, with or without options."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from random import Random
from typing import Any

from musicflamingo_app.facts.card import SongCard
from train.examples import Example, Recording, Score
from train.tasks.basis import Basis
from train.tasks.judge import judge
from train.tasks.wordings import wordings

MOST_DOUBTS = 4
_N_OPTIONS = (3, 4, 4, 4, 4, 5, 5, 6)


@dataclass(frozen=True)
class Asked:
    """One thing to ask: what fills the wording, the answer with its truth, and near misses.

    `kind` is the kind without options; `must_choose` says that it makes sense with options alone.
    """

    slots: Mapping[str, str]
    answer: str
    truth: Mapping[str, Any]
    wrong: Sequence[str] = ()
    kind: str = "open"
    must_choose: bool = False
    references: tuple[tuple[float, float], ...] = ()
    bases: tuple[Basis[Any], ...] = ()
    doubts: tuple[str, ...] = ()


Finder = Callable[[SongCard, Random], Iterable[Asked]]


@dataclass(frozen=True)
class Question:
    """A Task that asks one kind of question. `is_trivial`: one fact and no way to it, so no chain of thought."""

    name: str
    skill: str
    find: Finder
    is_trivial: bool = False

    def examples(self, track: Recording, card: SongCard) -> Iterator[Example]:
        """The questions that the card allows; the same recording and card give the same ones."""
        random = Random(f"{recording_name(track)} {self.name}")
        for asked in self.find(card, random):
            yield self._example(track, asked, random)

    def score(self, example: Example, completion: str) -> Score | None:
        return judge(example, completion)

    def _example(self, track: Recording, asked: Asked, random: Random) -> Example:
        question = random.choice(wordings(self.name)).format(**asked.slots)
        with_options = len(asked.wrong) >= 2 and (asked.must_choose or random.random() < 0.5)
        options = [asked.answer, *asked.wrong] if with_options else []
        random.shuffle(options)
        digest = sha256(f"{recording_name(track)} {self.name} {question} {asked.answer}".encode()).hexdigest()
        sources = dict.fromkeys(source for one in asked.bases for source in one.sources)
        doubts = dict.fromkeys([*(doubt for one in asked.bases for doubt in one.doubts), *asked.doubts])
        return Example(
            digest[:16], track.sha256, track.audio, self.name, self.skill, "choice" if options else asked.kind,
            question, asked.answer, tuple(options), start_s=track.start_s, end_s=track.end_s,
            truth=dict(asked.truth), references=_in_recording(asked.references, track.start_s or 0.0),
            sources=tuple(sources), doubts=tuple(doubts)[:MOST_DOUBTS],
            song=track.song, artist=track.artist, album=track.album,
        )  # fmt: skip


def n_wrong(random: Random) -> int:
    """How many wrong options a question gets: two to five, mostly three."""
    return random.choice(_N_OPTIONS) - 1


def some(found: Sequence[Asked], most: int, random: Random) -> list[Asked]:
    """At most so many, drawn evenly, in order."""
    kept = sorted(random.sample(range(len(found)), min(most, len(found))))
    return [found[n] for n in kept]


def recording_name(track: Recording) -> str:
    """What tells a recording from its own variants and excerpts, on every machine alike."""
    part = "" if track.start_s is None else f" {track.start_s:g}-{track.end_s:g}"
    return f"{track.sha256} {PurePath(track.audio).name}{part}"


def _in_recording(times_s: tuple[tuple[float, float], ...], start_s: float) -> tuple[tuple[float, float], ...]:
    """Moments of an excerpt as moments of its recording."""
    return tuple((begins_s + start_s, ends_s + start_s) for begins_s, ends_s in times_s)
