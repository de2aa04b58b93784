"""A question understood: its ideas by the vocabulary, and the places, chords, keys and numbers that it names.

Ideas that begin with `@` stand for what is named: `@section`, `@time`, `@bars`, `@two` (sections to compare), `@here`
(the loop), `@named` (a chord or key), `@into` (one after “in” or “to”), `@chain` (a progression), `@step`, `@metre`,
`@nth` (“the second chord”), `@degree` (“the V chord”), `@number`, `@instrument`; `@yes` for a question that wants yes
or no, `@region` when a loop is set.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.pitches import (
    Chain,
    Named,
    chains_of,
    degree_of,
    metre_of,
    named_of,
    numbers_of,
    step_of,
)
from musicflamingo_app.facts.reader.places import Place, places_of
from musicflamingo_app.facts.reader.tokens import tokens_of
from musicflamingo_app.facts.reader.vocabulary import CONCEPTS, INSTRUMENTS, LONGEST_PHRASE, ORDINALS, STOP
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.time import Interval

_ASKING_WORDS = """
    is are was were do does did can could has have had will would should any isn't am contains
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_INTO = ("in", "to", "into", "of", "key", "for")
_LISTENING = ("region", "span", "time", "bars")


@dataclass(frozen=True)
class Question:
    """What a question says. `n_known` and `n_unknown` count the words of weight that were and were not understood."""

    words: tuple[str, ...]
    ideas: frozenset[str]
    places: tuple[Place, ...]
    named: tuple[Named, ...]
    chains: tuple[Chain, ...]
    step: int | None
    metre: Metre | None
    numbers: tuple[float, ...]
    instruments: tuple[str, ...]
    nth_chord: int | None
    degree: str | None
    n_known: int
    n_unknown: int

    def has(self, *ideas: str) -> bool:
        """Whether one of the ideas is in the question."""
        return bool(self.ideas.intersection(ideas))

    @property
    def sections(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.kind == "section")

    @property
    def place(self) -> Place | None:
        """The first place that the track has."""
        return next((place for place in self.places if place.interval is not None), None)

    @property
    def missing(self) -> Place | None:
        """The first place that the track does not have, or that nobody measured."""
        return next((place for place in self.places if place.interval is None), None)


def understand(text: str, card: SongCard, region: Interval | None = None) -> Question:
    """The question over a card. Never raises, whatever the text is."""
    tokens = tokens_of(text)
    used: set[int] = set()
    chains = chains_of(tokens, used)
    metre = metre_of(tokens, used)
    places = places_of(text, tokens, card, used)
    step = step_of(tokens, used)
    named = named_of(tokens, used)
    degree = degree_of(tokens, used)
    words = tuple(token.word for token in tokens)
    instruments = {n: word for n, word in enumerate(words) if word in INSTRUMENTS and n not in used}
    ideas, matched = _ideas(words, used)
    used |= matched | set(instruments)
    if region is not None and ("here" in ideas or ("section" in ideas and "this" in words)):
        places = (*places, _region_place(region, card))
    numbers = numbers_of(tokens, used)
    nth = next((ORDINALS[a] for a, b in pairwise(words) if b == "chord" and ORDINALS.get(a, 0) > 1), None)
    n_unknown = sum(1 for n, word in enumerate(words) if n not in used and _has_weight(word))
    said = Question(
        words, frozenset(ideas), places, named, chains, step, metre, numbers, tuple(instruments.values()), nth, degree,
        len(used), n_unknown,
    )  # fmt: skip
    slots = _slots(said) | ({"@region"} if region is not None else set())
    return replace(said, ideas=said.ideas | slots)


def _ideas(words: tuple[str, ...], used: set[int]) -> tuple[set[str], set[int]]:
    """The ideas of the words that name no place or note, the longest phrase first; and the indexes they took."""
    ideas: set[str] = set()
    matched: set[int] = set()
    at = 0
    while at < len(words):
        width = next((w for w in range(LONGEST_PHRASE, 0, -1) if _fits(words, at, w, used)), 0)
        if width:
            ideas |= CONCEPTS[words[at : at + width]]
            matched.update(range(at, at + width))
        at += max(1, width)
    return ideas, matched


def _fits(words: tuple[str, ...], at: int, width: int, used: set[int]) -> bool:
    return words[at : at + width] in CONCEPTS and not used.intersection(range(at, at + width))


def _slots(said: Question) -> set[str]:
    """The ideas that stand for what the question names."""
    kinds = {place.kind for place in said.places}
    n_sides = sum(place.kind in ("section", *_LISTENING) for place in said.places)
    there = {
        "@place": kinds, "@here": "region" in kinds, "@span": kinds & {"bars", "span", "region", "time"},
        "@two": n_sides > 1, "@named": said.named, "@into": any(one.before in _INTO for one in said.named),
        "@chain": said.chains, "@instrument": said.instruments, "@step": said.step is not None, "@metre": said.metre,
        "@nth": said.nth_chord, "@degree": said.degree, "@number": said.numbers, "@yes": _wants_yes(said.words),
    }  # fmt: skip
    named = {f"@{kind}" for kind in kinds if kind in ("section", "time", "bars", "span")}
    return named | {name for name, is_there in there.items() if is_there}


def _region_place(region: Interval, card: SongCard) -> Place:
    start_s = min(region.start_s, card.duration_s)
    return Place("region", "this part", Interval(start_s, min(region.end_s, card.duration_s)))


def _wants_yes(words: tuple[str, ...]) -> bool:
    polite = ("hey", "hi", "and", "so", "please", "ok", "well", "but", "then", "or")
    first = next((n for n, word in enumerate(words) if word not in polite), 0)
    rest = words[first : first + 3]
    wrapped = rest[:2] in (("can", "you"), ("could", "you"), ("would", "you"), ("will", "you"), ("do", "you"))
    if wrapped and words[first] != "do":
        return False
    return bool(rest) and (rest[0] in _ASKING or (rest[0] == "you" and len(words) < 4))


def _has_weight(word: str) -> bool:
    return word not in STOP and any(sign.isalpha() for sign in word)
