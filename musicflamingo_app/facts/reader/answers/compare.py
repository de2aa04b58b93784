"""Answers that set two places side by side: their chords, keys and lengths."""

from itertools import groupby, zip_longest

from musicflamingo_app.facts.card import Cell, SongCard
from musicflamingo_app.facts.progressions import shape_of
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import chords_in, not_measured, row, seconds, told, trouble, yes
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval

SAME_LENGTH_S = 0.75
Side = tuple[str, Interval]


def compare(question: Question, card: SongCard) -> Answer | None:
    """What two places share and where they differ; one of them alone is compared with its next occurrence."""
    kind = "compare"
    stop = trouble(question, card, kind)
    sides = _sides(question, card)
    if stop or len(sides) < 2:
        return stop
    first, second = sides[:2]
    if question.has("longer", "shorter", "how_long"):
        return _lengths(question, card, first, second)
    if question.has("key"):
        return _keys(question, card, first, second)
    if card.chords is None:
        return not_measured(card, kind, "chords", "how the two differ")
    same = _shapes(card, first[1]) == _shapes(card, second[1])
    reply = Reply(card, kind)
    if question.has("@yes") and question.has("same", "different"):
        wanted = same if question.has("same") else not same
        reply.say(f"{yes(wanted, card.chords.confidence)}, {_chords(card, first, second)}", first[1], second[1])
    else:
        reply.say(_chords(card, first, second), first[1], second[1])
    reply.say(_detail(card, first, second) if not same else "")
    return reply.say(_other_facts(card, first, second)).done()


def _sides(question: Question, card: SongCard) -> list[Side]:
    places = [place for place in question.places if place.interval and place.interval.duration_s > 0]
    if len(places) == 1 and len(places[0].segments) > 1:
        return [(name_of(card, part), part.interval) for part in places[0].segments]
    return [_side(card, place) for place in places]


def _side(card: SongCard, place: Place) -> Side:
    return (name_of(card, place.segments[0]) if place.segments else place.name, place.found)


def _shapes(card: SongCard, interval: Interval) -> list[object]:
    return [shape_of(cell) for cell in card.cells(interval)]


def _chords(card: SongCard, first: Side, second: Side) -> str:
    if _shapes(card, first[1]) == _shapes(card, second[1]):
        return f"{first[0]} and {second[0]} have the same chords: {told(card, first[1]) or 'none'}"
    rows = [f"{name} has {told(card, interval) or 'no chords'}" for name, interval in (first, second)]
    return ", ".join(rows)


def _detail(card: SongCard, first: Side, second: Side) -> str:
    """Where bars differ, when most of them are equal; or that one is the other in a new key."""
    a, b = card.cells(first[1]), card.cells(second[1])
    if _degrees(card, first[1]) == _degrees(card, second[1]):
        key = card.key_at(second[1].start_s)
        return f"they are the same degrees, moved to {key.pretty}" if key else ""
    if not a or a[0].number is None or not b:
        return ""
    unlike = [n for n, (x, y) in enumerate(zip_longest(a, b)) if x is None or y is None or shape_of(x) != shape_of(y)]
    if len(unlike) > max(len(a), len(b)) / 2 or len(a) != len(b):
        return ""
    bars = joined([str(n + 1) for n in unlike])
    one, other = _cells(a, unlike), _cells(b, unlike)
    return f"they differ in {'bar' if len(unlike) == 1 else 'bars'} {bars} of the section: {one} against {other}"


def _cells(cells: tuple[Cell, ...], which: list[int]) -> str:
    return row([chord for n in which for chord in cells[n].chords]) or "no chord"


def _degrees(card: SongCard, interval: Interval) -> list[str]:
    """The Roman numerals of an interval in its own key; empty without a key."""
    key = card.key_at((interval.start_s + interval.end_s) / 2)
    return [name for name, _ in groupby(roman(chord.triad, key) for chord in chords_in(card, interval))] if key else []


def _other_facts(card: SongCard, first: Side, second: Side) -> str:
    lengths = [seconds(interval.duration_s) for _, interval in (first, second)]
    same_length = abs(first[1].duration_s - second[1].duration_s) < SAME_LENGTH_S
    words = f"both last {lengths[0]}" if same_length else f"they last {lengths[0]} and {lengths[1]}"
    keys = [_key(card, interval) for _, interval in (first, second)]
    if keys[0] is None or keys[1] is None:
        return words
    return (
        f"{words}, {f'both in {keys[0].pretty}' if keys[0] == keys[1] else f'in {keys[0].pretty} and {keys[1].pretty}'}"
    )


def _key(card: SongCard, interval: Interval) -> Key | None:
    return card.key_at((interval.start_s + interval.end_s) / 2)


def _lengths(question: Question, card: SongCard, first: Side, second: Side) -> Answer:
    a_s, b_s = first[1].duration_s, second[1].duration_s
    apart = abs(a_s - b_s)
    sizes = (
        f"{first[0]} lasts {seconds(a_s)}{_bars(card, first[1])} and {second[0]} {seconds(b_s)}{_bars(card, second[1])}"
    )
    if question.has("longer", "shorter") and question.has("@yes"):
        wanted = apart >= SAME_LENGTH_S and (a_s > b_s) == question.has("longer")
        sizes = f"{'yes' if wanted else 'no'}, {sizes}"
    elif apart < SAME_LENGTH_S:
        sizes = f"they are equally long: {sizes}"
    return Reply(card, "compare_length").say(sizes, first[1], second[1]).done()


def _bars(card: SongCard, interval: Interval) -> str:
    n_bars = len([bar for bar in card.bars_of(interval) if bar.number])
    return f" ({counted(n_bars, 'bar')})" if n_bars else ""


def _keys(question: Question, card: SongCard, first: Side, second: Side) -> Answer:
    a, b = _key(card, first[1]), _key(card, second[1])
    if a is None or b is None:
        return not_measured(card, "compare_key", "key", "what keys they are in")
    sure = card.key_regions.confidence if card.key_regions else card.key.confidence if card.key else 0.0
    words = f"{first[0]} and {second[0]} are both in {a.pretty}" if a == b else (
        f"{first[0]} is in {a.pretty} and {second[0]} in {b.pretty}"
    )  # fmt: skip
    if question.has("@yes"):
        words = f"{yes((a == b) != question.has('different'), sure)}, {words}"
    return Reply(card, "compare_key").say(words, first[1], second[1]).done()
