"""The quality filter: what is not true, not sure, guessable, given away by its words or asked twice is left out.

Every item that is left out keeps its reason. What a person approved or edited is only refused for contradicting the
measurements or for being there twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicflamingo_app.facts.card import SongCard
from train.examples import Example
from train.quality.agreement import disagreements
from train.quality.claims import contradicted
from train.quality.duplicates import repeated
from train.quality.guessing import Guesser, guessable, tilted
from train.quality.words import leaks

REASONS = {
    "contradicted": "It says what the measurements contradict.",
    "doubtful": "What it rests on is not sure enough.",
    "leak": "Its words give away that it was made from data.",
    "unanswerable": "Its own answer does not score full marks.",
    "duplicate": "It is asked already, in nearly the same words.",
    "tilted": "One answer would be right for most questions of its kind.",
    "guessable": "A model that hears nothing finds the answer.",
}


@dataclass(frozen=True)
class Dropped:
    """An example that was left out: a reason of `REASONS` and a sentence that says more."""

    example: Example
    reason: str
    sentence: str


@dataclass(frozen=True)
class Filtered:
    """What stayed, and what did not."""

    kept: tuple[Example, ...]
    dropped: tuple[Dropped, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many were left out for each reason."""
        return dict(Counter(one.reason for one in self.dropped))


Step = Callable[[Sequence[Example]], Iterable[tuple[Example, str]]]


def filtered(examples: Sequence[Example], cards: Mapping[str, SongCard], *, guesser: Guesser | None = None) -> Filtered:
    """Applies every step in turn. `cards` by what is heard (see `key_of`); without a guesser the items
    are not tried on a model."""
    steps: list[tuple[str, Step, bool]] = [
        ("leak", lambda items: _found(items, leaks), True),
        ("contradicted", lambda items: _found(items, contradicted), False),
        ("doubtful", lambda items: _found(items, lambda e: _doubt(e, cards)), True),
        ("unanswerable", lambda items: _found(items, _unanswerable), False),
        ("duplicate", repeated, False),
        ("tilted", tilted, True),
    ]
    if guesser is not None:
        steps.append(("guessable", lambda items: guessable(items, guesser), True))
    kept, dropped = list(examples), []
    for reason, step, spares in steps:
        gone = [(e, s) for e, s in step(kept) if not (spares and e.state in ("approved", "edited"))]
        dropped += [Dropped(example, reason, sentence) for example, sentence in gone]
        ids = {id(example) for example, _ in gone}
        kept = [example for example in kept if id(example) not in ids]
    return Filtered(tuple(kept), tuple(dropped))


def key_of(example: Example) -> str:
    """What names what is heard of an example: variants and excerpts of one song have cards of their own."""
    return f"{example.track} {example.audio} {example.start_s}-{example.end_s}"


def _found(items: Sequence[Example], find: Callable[[Example], str]) -> Iterable[tuple[Example, str]]:
    return [(example, sentence) for example in items if (sentence := find(example))]


def _doubt(example: Example, cards: Mapping[str, SongCard]) -> str:
    """The first reason why an example is not certain: its own, or two estimators that disagree."""
    card = cards.get(key_of(example))
    return next(iter([*example.doubts, *(disagreements(example, card) if card else ())]), "")


def _unanswerable(example: Example) -> str:
    """Why an example cannot be judged by its own answer."""
    from train.tasks.judge import judge

    if example.kind == "caption":
        return ""
    score = judge(example, example.answer)
    if score is None or score.value >= 1.0:
        return ""
    return f"Its own answer “{example.answer}” scores {score.value:.2f}."
