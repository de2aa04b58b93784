"""The question reader: answers questions about what was measured from the song card, and says so where nothing was."""

import re

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.answer import Answer, joined_answers
from musicflamingo_app.facts.reader.catalogue import INTENTS
from musicflamingo_app.facts.reader.intents import Intent, ranked
from musicflamingo_app.facts.reader.question import Question, understand
from musicflamingo_app.music.time import Interval

MOST_QUESTIONS = 3  # of one text that are answered
_ENDS = re.compile(r"[?!]+\s+|\n+")


def read_question(question: str, card: SongCard, *, region: Interval | None = None) -> Answer | None:
    """What the card says to a question; None when the question is about nothing the reader knows.

    `region` is the loop: “here” and “this part” stand for it. `measured` of the answer is False when the question was
    understood but nobody measured what it asks for. Any text is safe; of several questions the first three are read.
    """
    pieces = [piece for piece in _ENDS.split(question) if any(sign.isalnum() for sign in piece)]
    answers = [answer for piece in pieces[:MOST_QUESTIONS] if (answer := _one(understand(piece, card, region), card))]
    return joined_answers(tuple(answers)) if answers else None


def _one(question: Question, card: SongCard) -> Answer | None:
    """The answer of the best intent; an intent that has none hands on to the next, unless it says there is none."""
    if question.n_unknown > max(1, question.n_known):
        return None
    rows = ranked(INTENTS, question)
    if not rows or rows[0][1].kind == "off_topic":
        return None
    several = _several(rows, question)
    if len(several) > 1:
        answers = [answer for intent in several if (answer := intent.answer(question, card))]
        return joined_answers(tuple(answers)) if answers else None
    return next((answer for _, intent in rows if (answer := intent.answer(question, card))), None)


def _several(rows: list[tuple[float, Intent]], question: Question) -> list[Intent]:
    """The plain facts that a question asks for together: “the tempo and the key”."""
    best = rows[0][0]
    plain = [intent for score, intent in rows if score >= best - 0.01 and intent.is_plain]
    together = "and" in question.words or len(question.words) < 6
    return plain[:MOST_QUESTIONS] if rows[0][1].is_plain and together else []
