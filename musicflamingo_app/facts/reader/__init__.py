"""Questions about a track in plain words, answered from its song card alone."""

from musicflamingo_app.facts.reader.answer import Answer, Evidence
from musicflamingo_app.facts.reader.read import read_question
from musicflamingo_app.facts.reader.starters import starter_questions

__all__ = ["Answer", "Evidence", "read_question", "starter_questions"]
