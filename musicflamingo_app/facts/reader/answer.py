"""What the reader gives back: a text, and for each statement about a place the interval it speaks of."""

from dataclasses import dataclass

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.words import sentence
from musicflamingo_app.music.time import Interval


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of the answer and an interval of the track that it speaks of."""

    sentence: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Answer:
    """One to a few plain sentences that follow from the card.

    `kind` names what was asked (`tempo`, `chord_at`, ...). `measured` is False when the question was understood but
    nobody measured what it asks for; the text then says so.
    """

    text: str
    evidence: tuple[Evidence, ...]
    kind: str
    measured: bool


class Reply:
    """Collects the sentences of an answer about one card."""

    def __init__(self, card: SongCard, kind: str) -> None:
        self._card, self._kind = card, kind
        self._sentences: list[str] = []
        self._evidence: list[Evidence] = []

    def say(self, words: str, *intervals: Interval) -> "Reply":
        """Adds a sentence and the places it speaks of, cut to the track; empty words add nothing."""
        if words:
            text = sentence(words)
            self._sentences.append(text)
            self._evidence += [Evidence(text, self._inside(interval)) for interval in intervals]
        return self

    def done(self, *, measured: bool = True) -> Answer:
        """The answer."""
        return Answer(" ".join(self._sentences), tuple(self._evidence), self._kind, measured)

    def _inside(self, interval: Interval) -> Interval:
        end_s = self._card.duration_s
        return Interval(min(interval.start_s, end_s), min(interval.end_s, end_s))


def joined_answers(answers: tuple[Answer, ...]) -> Answer:
    """Several answers as one, in order; measured when one of them is. Needs at least one."""
    if len(answers) == 1:
        return answers[0]
    text = " ".join(answer.text for answer in answers)
    evidence = tuple(piece for answer in answers for piece in answer.evidence)
    return Answer(text, evidence, answers[0].kind, any(answer.measured for answer in answers))
