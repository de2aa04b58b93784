"""Places that a question names, found on the card: sections, times, bars, the loop.

Ordinals may share a noun (“the first and second verse”) or leave it out (“longer than the first”).
"""

import re
from dataclasses import dataclass, replace

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.tokens import Token
from musicflamingo_app.facts.reader.vocabulary import NUMBERS, ORDINALS, SECTIONS
from musicflamingo_app.facts.references import LAST, Bars, Moment, find_mentions
from musicflamingo_app.facts.words import counted, times, with_article
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment, clock

ANY = "*"  # a section by its place in the form: “the third section”
_LETTERS = re.compile(r"[A-Ha-h]['’]?")
_NO_NOUN = ("one", "time", "")


@dataclass(frozen=True)
class Place:
    """A place: what to call it, and when; `segments` are the sections it stands for (several for “the chorus”).

    `kind` is `section`, `time`, `span`, `bars` or `region`. `missing` says why the track has no such place, and
    `unmeasured` is True when nobody measured what it takes to know.
    """

    kind: str
    name: str
    interval: Interval | None
    segments: tuple[Segment[Section], ...] = ()
    missing: str = ""
    unmeasured: bool = False
    function: str = ""

    @property
    def found(self) -> Interval:
        """Its interval. Raises ValueError when the track has no such place."""
        if self.interval is None:
            raise ValueError(f"There is no place “{self.name}”.")
        return self.interval


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A section as the question calls it, and the token it stands at."""

    name: str
    ordinal: int | None
    at: int


def places_of(text: str, tokens: tuple[Token, ...], card: SongCard, used: set[int]) -> tuple[Place, ...]:
    """The places of a question in the order named; their tokens are added to `used`."""
    found = [*_mentioned(text, tokens, card, used), *_bar_ordinals(tokens, card, used)]
    found += [(wanted.at, _section(wanted, card)) for wanted in _sections(tokens, used)]
    return tuple(place for _, place in sorted(found, key=lambda pair: pair[0]))


def _mentioned(text: str, tokens: tuple[Token, ...], card: SongCard, used: set[int]) -> list[tuple[int, Place]]:
    """Times and bars, by the finder of references."""
    found = []
    for mention in find_mentions(text.lower()[: tokens[-1].end] if tokens else ""):
        inside = [n for n, token in enumerate(tokens) if mention.start <= token.start < mention.end]
        if not inside or not isinstance(mention.place, Moment | Bars):
            continue
        place = _moment(mention.place, card) if isinstance(mention.place, Moment) else _bars(mention.place, card)
        found.append((inside[0], place))
        used.update(inside)
        if isinstance(mention.place, Bars):
            found += _more_bars(tokens, inside[-1] + 1, card, used)
    return found


def _more_bars(tokens: tuple[Token, ...], at: int, card: SongCard, used: set[int]) -> list[tuple[int, Place]]:
    """The second of `bars 27 and 28`."""
    if at + 1 >= len(tokens) or tokens[at].word != "and" or not re.fullmatch(r"[1-9]\d{0,3}", tokens[at + 1].word):
        return []
    used.add(at + 1)
    number = int(tokens[at + 1].word)
    return [(at + 1, _bars(Bars(number, number), card))]


def _moment(moment: Moment, card: SongCard) -> Place:
    if moment.start_s >= card.duration_s:
        missing = f"the track lasts only {clock(card.duration_s)}, so there is nothing at that time"
        return Place("time", "that time", None, missing=missing)
    interval = Interval(moment.start_s, min(moment.end_s, card.duration_s))
    if interval.duration_s > 0:
        return Place("span", f"{clock(interval.start_s)} to {clock(interval.end_s)}", interval)
    return Place("time", clock(moment.start_s), interval)


def _bars(bars: Bars, card: SongCard) -> Place:
    name = f"bar {bars.first}" if bars.first == bars.last else f"bars {bars.first} to {bars.last}"
    if not card.bars:
        return Place("bars", name, None, missing="no bars were measured, so I cannot find " + name, unmeasured=True)
    first, last = card.bar(bars.first), card.bar(min(bars.last, card.n_bars))
    if first is None or last is None or first.start_s >= card.duration_s:
        return Place("bars", name, None, missing=f"the track has only {counted(card.n_bars, 'bar')}")
    return Place("bars", name, Interval(first.start_s, min(last.end_s, card.duration_s)))


def _bar_ordinals(tokens: tuple[Token, ...], card: SongCard, used: set[int]) -> list[tuple[int, Place]]:
    """`the first four bars`, `17th bar`, `the last bar`."""
    found = []
    for at, token in enumerate(tokens):
        if token.word not in ("bar", "measure") or at == 0 or at in used:
            continue
        before, earlier = tokens[at - 1].word, tokens[at - 2].word if at > 1 else ""
        nth = ORDINALS.get(before) or _digits(before)
        many = NUMBERS.get(before) or (int(before) if before.isdecimal() and len(before) < 4 else None)
        if nth:
            number = max(1, card.n_bars) if nth == LAST else nth
            bars, width = Bars(number, number), 2
        elif many and earlier in ("first", "last"):
            low = max(1, card.n_bars - many + 1) if earlier == "last" else 1
            bars, width = Bars(low, low + many - 1), 3
        else:
            continue
        found.append((at - width + 1, _bars(bars, card)))
        used.update(range(at - width + 1, at + 1))
    return found


def _digits(word: str) -> int | None:
    match = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", word)
    return int(match[1]) or None if match else None


def _sections(tokens: tuple[Token, ...], used: set[int]) -> list[_Wanted]:
    words = [token.word for token in tokens]
    found: list[_Wanted] = []
    at = 0
    while at < len(words):
        name, width = _name_at(tokens, at) if at not in used and not _is_soloing(words, at) else ("", 1)
        if name:
            ordinals, first = _ordinals_before(words, at, used)
            if not ordinals and at + width < len(words) and name != ANY:
                number = _number_after(words, at + width)
                ordinals, width = ([number], width + 1) if number else ([], width)
            if name == ANY and not ordinals:
                at += width
                continue
            found += [_Wanted(name, ordinal, first) for ordinal in ordinals or (None,)]
            used.update(range(first, at + width))
        elif found and words[at] in ORDINALS and at not in used and _stands_alone(words, at):
            found.append(_Wanted(found[-1].name, ORDINALS[words[at]], at))
            used.add(at)
        at += width
    return found


def _name_at(tokens: tuple[Token, ...], at: int) -> tuple[str, int]:
    """What section a token begins to name: a function, a capital letter beside “section”, or any section."""
    words = [token.word for token in tokens[at : at + 2]]
    for width in (2, 1):
        if tuple(words[:width]) in SECTIONS:
            return SECTIONS[tuple(words[:width])], width
    if words[0] in ("section", "part"):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if after and _LETTERS.fullmatch(after.text) and (after.text != "a" or at + 2 == len(tokens)):
            return after.text.upper(), 2
        return ANY, 1
    if len(words) > 1 and words[1] in ("section", "part") and _LETTERS.fullmatch(tokens[at].text):
        return (tokens[at].text.upper(), 2) if tokens[at].text != "a" else ("", 1)
    return "", 1


def _is_soloing(words: list[str], at: int) -> bool:
    """Whether “solo” is what somebody wants to do: “notes I can solo with”."""
    before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    return words[at] == "solo" and (before in ("i", "to", "can", "you") or after in ("with", "over", "on", "along"))


def _ordinals_before(words: list[str], at: int, used: set[int]) -> tuple[list[int], int]:
    """The ordinals before a noun, `first and the second`, and the index of the first of them."""
    found: list[int] = []
    first = now = at
    while now > 0 and now - 1 not in used:
        word = words[now - 1]
        nth = ORDINALS.get(word) or _digits(word)
        if nth:
            found.insert(0, nth)
            first = now - 1
        elif not (word in ("and", "the", "or", "to") and found and now > 1):
            break
        now -= 1
    return found, first


def _number_after(words: list[str], at: int) -> int | None:
    number = int(words[at]) if words[at].isdecimal() and len(words[at]) < 3 else NUMBERS.get(words[at])
    unit = words[at + 1] if at + 1 < len(words) else ""
    return number if number and unit not in ("bar", "time", "beat") and words[at] != "one" else None


def _stands_alone(words: list[str], at: int) -> bool:
    after = words[at + 1] if at + 1 < len(words) else ""
    return after in _NO_NOUN and words[at - 1] in ("the", "and", "or", "than", "to", "with")


def _section(wanted: _Wanted, card: SongCard) -> Place:
    letter = len(wanted.name.rstrip("'’")) == 1 and wanted.name != ANY
    name = f"section {wanted.name}" if letter else "section" if wanted.name == ANY else wanted.name
    if card.sections is None:
        missing = f"the sections were not measured, so I cannot tell where {_article(name)} is"
        return Place("section", name, None, missing=missing, unmeasured=True, function=wanted.name)
    every = tuple(card.sections.value) if wanted.name == ANY else card.occurrences(wanted.name.replace("’", "'"))
    if not every:
        kinds = dict.fromkeys(segment.label.label for segment in card.sections.value)
        missing = f"no {name} was found" + (f"; the sections are called {', '.join(kinds)}" if kinds else "")
        return Place("section", name, None, missing=missing, function=wanted.name)
    index = wanted.ordinal if wanted.ordinal in (None, LAST) else wanted.ordinal - 1
    if index is not None and not -len(every) <= index < len(every):
        n_all = len(every)
        there_are = f"there {'is' if n_all == 1 else 'are'} only {counted(n_all, name)}"
        there_are = f"{name} comes only {times(n_all)}" if letter else there_are
        return Place("section", name, None, every, missing=there_are, function=wanted.name)
    chosen = every if index is None else (every[index],)
    called = name_of(card, chosen[0]) if len(chosen) == 1 else _article(name)
    return Place("section", called, chosen[0].interval, chosen, function=wanted.name)


def _article(name: str) -> str:
    return name if name.startswith("section ") else with_article(name) if name == "section" else f"the {name}"


def name_of(card: SongCard, segment: Segment[Section]) -> str:
    """`the second chorus`, `section B`, `the second section A`."""
    name = card.name_of(segment)
    return name if name.startswith("section") else f"the {name}"


def only(card: SongCard, place: Place | None) -> Place | None:
    """The first section alone of a place that stands for several; any other place as it is."""
    if place is None or len(place.segments) < 2:
        return place
    first = place.segments[0]
    return replace(place, name=name_of(card, first), interval=first.interval, segments=(first,))
