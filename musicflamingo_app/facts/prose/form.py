"""The paragraph on form: the order of the sections, when each comes and how long it is."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import hedge
from musicflamingo_app.facts.prose.text import Pen, Sentence
from musicflamingo_app.facts.words import counted, joined, number, ordinal, times, with_article
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment

TOLD_IN_ORDER = 6  # with more sections each kind is told at once
LONGEST_ORDER = 16  # sections whose order is written out

Part = Segment[Section]


def form(card: SongCard, pen: Pen) -> list[Sentence]:
    """The form; nothing when no sections were measured."""
    parts = card.sections.value.segments if card.sections else ()
    if not parts or card.sections is None:
        return []
    sure = hedge(card.sections.confidence)
    if len(parts) == 1:
        return [pen.line(f"{sure}the track is all one section, without a dividing line")]
    if len(parts) <= TOLD_IN_ORDER:
        return [
            pen.line(f"{sure}{_in_order(card, parts, pen)}"),
            *_returns(card, parts, pen),
            *_square(card, parts, pen),
        ]
    order = f": {'–'.join(part.label.label for part in parts)}" if len(parts) <= LONGEST_ORDER else ""
    head = pen.line(f"{sure}{counted(len(parts), 'section')} follow one another{order}")
    return [head, *_by_kind(card, parts, pen), *_square(card, parts, pen)]


def _in_order(card: SongCard, parts: tuple[Part, ...], pen: Pen) -> str:
    """`there are four sections: an intro of four bars (0:00), a verse of eight (0:08) ...`."""
    rows = []
    for index, part in enumerate(parts):
        nth, n_all = card.ordinal(part)
        name = _name(part.label)
        if part.label.function:
            name = f"the {ordinal(nth)} {name}" if n_all > 1 else with_article(name)
        n_bars = len(card.bars_of(part.interval)) if card.metre else 0
        size = f" of {counted(n_bars, 'bar') if index == 0 else number(n_bars)}" if n_bars else ""
        again = " again" if nth > 1 and not part.label.function else ""
        rows.append(f"{name}{size}{again} ({pen.at(part.interval)})")
    return f"there are {number(len(parts))} sections: {joined(rows)}"


def _returns(card: SongCard, parts: tuple[Part, ...], pen: Pen) -> list[Sentence]:
    """What a section that comes back after something else does to its length."""
    lines = []
    for label in dict.fromkeys(part.label.label for part in parts):
        same = [part for part in parts if part.label.label == label]
        if len(same) == 2 and same[0].label.function and same[0].end_s < same[1].start_s:
            first, second = (len(card.bars_of(part.interval)) for part in same)
            half = "cut to half its length" if second * 2 == first else "shortened" if second < first else ""
            manner = half or ("twice as long" if second == 2 * first else "lengthened" if second > first else "")
            if manner and card.metre and second:
                lines.append(pen.line(f"the {label} comes back {manner}"))
    return lines


def _square(card: SongCard, parts: tuple[Part, ...], pen: Pen) -> list[Sentence]:
    """Whether all sections are made of groups of four bars."""
    sizes = [len(card.bars_of(part.interval)) for part in parts]
    if card.metre is None or not all(n and n % 4 == 0 for n in sizes):
        return []
    return [pen.line("all of them fall into groups of four bars")]


def _by_kind(card: SongCard, parts: tuple[Part, ...], pen: Pen) -> list[Sentence]:
    lines = []
    for position, label in enumerate(dict.fromkeys(part.label.label for part in parts)):
        same = [part for part in parts if part.label.label == label]
        when = pen.times([part.interval for part in same])
        name = f"the {_name(same[0].label)}" if same[0].label.function else _name(same[0].label)
        verb = f"is heard {times(len(same))}," if len(same) > 1 else ("is heard once,", "stands alone")[position % 2]
        lines.append(pen.line(f"{name} {verb} at {when}{_each(card, same)}"))
    return lines


def _each(card: SongCard, same: list[Part]) -> str:
    """`, eight bars each` when all are of one size."""
    sizes = {len(card.bars_of(part.interval)) for part in same} if card.metre else {0}
    size = sizes.pop()
    if sizes or not size:
        return ""
    return f", {counted(size, 'bar')}{' each' if len(same) > 1 else ' long'}"


def _name(section: Section) -> str:
    return section.function or f"section {section.letter}"
