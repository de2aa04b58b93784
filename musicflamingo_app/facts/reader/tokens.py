"""Words of a question: split, put in lower case and singular, common typing errors mended.

A token keeps the text it came from, because `Am` and `am` differ, and its place in the question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from musicflamingo_app.facts.reader.vocabulary import (
    CONCEPTS,
    EVERYDAY,
    INSTRUMENTS,
    NUMBERS,
    ORDINALS,
    PLAIN_FORMS,
    SECTIONS,
    STOP,
    UNITS,
)
from musicflamingo_app.facts.references import plain

LONGEST_QUESTION = 600  # characters; what follows is not read
_CHUNK = re.compile(r"\S+")
_EDGES = "?!.,;:\"'“”„()[]{}<>*_`…~|\\"
_KEPT = re.compile(  # chunks that stay whole: clocks, metres, chords and chains of chords or numerals
    r"\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?|\d{1,2}/\d{1,2}|\d+(?:\.\d+)?|"
    r"[A-Ga-g][#b]?[\w()+°ø]*/[A-G][#b]?|[b#]?[ivIV]+[°o7]?(?:[-–>,]+[b#]?[ivIV]+[°o7]?)+|"
    r"[A-G][#b]?[\w+°/#]*(?:[-–>,]+[A-G][#b]?[\w+°/#]*)+"
)
_SPLIT = re.compile(r"[^\s\-–—/,;:+>=&.]+")
_SPLICED = re.compile(r"(\d+)(bpm|hz|lufs)", re.I)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as typed, `word` as the vocabulary writes it, `start` its offset in the question."""

    text: str
    word: str
    start: int
    end: int


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a question, in order."""
    flat = plain(text[:LONGEST_QUESTION])
    return tuple(token for chunk in _CHUNK.finditer(flat) for token in _tokens(chunk[0], chunk.start()))


def _tokens(chunk: str, start: int) -> Iterator[Token]:
    core = chunk.strip(_EDGES) or ("" if chunk != "'" else chunk)
    start += chunk.find(core) if core else 0
    spliced = _SPLICED.fullmatch(core)
    if not core:
        return
    if spliced and spliced[0].lower() not in ("440hz", "432hz"):
        yield Token(spliced[1], spliced[1], start, start + len(spliced[1]))
        yield Token(spliced[2], spliced[2].lower(), start + len(spliced[1]), start + len(core))
    elif _KEPT.fullmatch(core):
        yield Token(core, core.lower(), start, start + len(core))
    else:
        for match in _SPLIT.finditer(core):
            yield from _plain_tokens(match[0].strip(_EDGES), start + match.start())


def _plain_tokens(piece: str, start: int) -> Iterator[Token]:
    low = piece.lower()
    if not low:
        return
    words = PLAIN_FORMS.get(low, low).split()
    if len(words) == 1 and words[0].endswith("'s"):
        words = [words[0][:-2]]
    for word in words:
        yield Token(piece if len(words) == 1 else word, mended(word), start, start + len(piece))


@cache
def _phrased() -> frozenset[str]:
    """The words of the reader's phrases; “plays” is a form of one of them though it has no weight itself."""
    return frozenset(word for phrase in (*CONCEPTS, *SECTIONS, *UNITS) for word in phrase)


@cache
def _known() -> frozenset[str]:
    return frozenset({*_phrased(), *STOP, *NUMBERS, *ORDINALS, *INSTRUMENTS})


@cache
def _mendable() -> tuple[str, ...]:
    """The words that a misspelt word may stand for."""
    phrases = (word for phrase in (*CONCEPTS, *SECTIONS) for word in phrase)
    return tuple(sorted({word for word in (*phrases, *INSTRUMENTS) if len(word) > 3 and word.isalpha()}))


@lru_cache(maxsize=4096)
def mended(word: str) -> str:
    """The word as the vocabulary has it: itself, its singular or root, or the one known word it is a typo of."""
    if word in _phrased() or not word.isalpha():
        return word
    for root in _roots(word):
        if root in _phrased():
            return root
    if word in _known():
        return word
    for root in _roots(word):
        if root in _known():
            return root
    return word if len(word) < 4 or word in EVERYDAY else _corrected(word)


def _roots(word: str) -> Iterator[str]:
    for ending, least in (("s", 3), ("es", 4), ("d", 4), ("ed", 4), ("ing", 6), ("ly", 6)):
        if word.endswith(ending) and len(word) > least:
            yield word[: -len(ending)]
            if ending == "ing":
                yield word[:-3] + "e"


def _corrected(word: str) -> str:
    limit = 1 if len(word) < 8 else 2
    close = [(distance(word, known), known) for known in _mendable() if abs(len(known) - len(word)) <= limit]
    near = sorted(pair for pair in close if pair[0] <= limit and pair[1][0] in word[:2])
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return word
    return near[0][1]


def distance(first: str, second: str) -> int:
    """Letters to add, drop, change or swap with a neighbour to turn one word into another."""
    rows = [list(range(len(second) + 1))]
    for i, a in enumerate(first, start=1):
        row = [i]
        for j, b in enumerate(second, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and first[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
