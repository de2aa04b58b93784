"""The paragraphs on cadences and on changes of key."""

from musicflamingo_app.facts.cadences import Cadence
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.harmony import Harmony
from musicflamingo_app.facts.modulations import Modulation
from musicflamingo_app.facts.prose.chords import plain_numeral
from musicflamingo_app.facts.prose.hedges import LIKELY, hedge
from musicflamingo_app.facts.prose.text import Pen, Sentence
from musicflamingo_app.music.time import Interval

TOLD_CADENCES = 6
# Kind -> ways to say it for one place, said in turn; `{chords}` and `{when}` follow the same order in each.
_ONE = {
    "authentic": (
        "{who} closes with an authentic cadence, {chords}, {when}",
        "{who} comes home with {chords} {when}, again an authentic cadence",
        "{chords} {when} closes {who}",
    ),
    "half": (
        "{who} ends on the dominant with a half cadence, {chords}, {when}",
        "{who} likewise stays open on the dominant, {chords} {when}",
        "{chords} {when} leaves {who} open",
        "{who} breaks off on the dominant too, {chords} {when}",
    ),
    "plagal": (
        "{who} closes with a plagal cadence, {chords}, {when}",
        "{who} settles plagally too, with {chords} {when}",
    ),
    "deceptive": (
        "{who} ends with a deceptive cadence, {chords}, {when}",
        "{who} avoids the tonic as well: {chords} {when}",
    ),
}


def cadence_lines(card: SongCard, harmony: Harmony, pen: Pen) -> list[Sentence]:
    """The cadences, those on the same chords of the same section together."""
    groups: dict[tuple[str, str, str, bool], list[Cadence]] = {}
    for cadence in harmony.cadences:
        label = cadence.section.label.label if cadence.section else ""
        groups.setdefault((cadence.kind, label, _chords(cadence), cadence.ends_section), []).append(cadence)
    told: dict[str, int] = {}
    lines = []
    for group in list(groups.values())[:TOLD_CADENCES]:
        kind = group[0].kind
        ways = _ONE[kind]
        way = ways[told.get(kind, 0) % len(ways)]
        told[kind] = told.get(kind, 0) + 1
        if _is_minor_plagal(group[0]):
            way = way.replace("a plagal", "a minor plagal")
        words = way.format(who=_who(card, group), chords=_chords(group[0]), when=_when(group, pen))
        doubt = "" if min(c.confidence for c in group) >= LIKELY else ", if the chords are heard rightly"
        lines.append(pen.line(words + doubt))
    return lines


def _who(card: SongCard, group: list[Cadence]) -> str:
    first = group[0]
    if first.section is None:
        return "the track" if first.ends_section else "a phrase"
    if len(group) > 1 and first.section.label.function:
        whole = (
            f"each {first.section.label.function}" if _is_each(card, group) else f"the {first.section.label.function}"
        )
    elif len(group) > 1:
        whole = f"section {first.section.label.letter}"
    else:
        name = card.name_of(first.section)
        whole = name if name.startswith("section") else f"the {name}"
    return whole if first.ends_section else f"a phrase in {whole}"


def _is_each(card: SongCard, group: list[Cadence]) -> bool:
    section = group[0].section
    return section is not None and len({id(c.section) for c in group}) == card.ordinal(section)[1]


def _is_minor_plagal(cadence: Cadence) -> bool:
    return cadence.kind == "plagal" and not cadence.key.is_minor and cadence.numerals[0].startswith("iv")


def _chords(cadence: Cadence) -> str:
    return f"{cadence.chords[0].pretty}–{cadence.chords[1].pretty}"


def _when(group: list[Cadence], pen: Pen) -> str:
    """`at 0:38 (bar 19)`, `at 0:38, 1:20 and 2:02`."""
    times = pen.times([Interval(c.time_s, max(c.time_s, c.interval.end_s)) for c in group])
    bar = group[0].bar
    return f"at {times} (bar {bar})" if len(group) == 1 and bar else f"at {times}"


def modulation_lines(card: SongCard, harmony: Harmony, pen: Pen) -> list[Sentence]:
    """Every change of key in order."""
    changes = harmony.modulations
    return [pen.line(_change(card, change, pen, position)) for position, change in enumerate(changes)]


def _change(card: SongCard, change: Modulation, pen: Pen, position: int) -> str:
    bar = f" (bar {change.bar})" if change.bar else ""
    when = pen.at(Interval(change.time_s, card.duration_s))
    sure = hedge(change.confidence)
    if change.is_return:
        words = f"{sure}back to {change.new.pretty} at {when}{bar}"
    elif position == 0:
        words = f"at {when}{bar} the music {sure}leaves {change.old.pretty} for {change.new.pretty}, {change.relation}"
    else:
        words = f"{sure}on to {change.new.pretty}, {change.relation}, at {when}{bar}"
    return words + _lead(change)


def _lead(change: Modulation) -> str:
    """What leads over: the new key's own chords before the change, or the pivot."""
    if change.approach:
        chords = "–".join(segment.label.pretty for segment in change.approach)
        numerals = "–".join(plain_numeral(segment.label, change.new) for segment in change.approach)
        verb = "leads" if len(change.approach) == 1 else "lead"
        return f"; {chords}, already {numerals} of the new key, {verb} over"
    if change.pivot:
        chord = change.pivot.label
        old, new = plain_numeral(chord, change.old), plain_numeral(chord, change.new)
        return f"; {chord.pretty}, {old} of the old key and {new} of the new, joins them"
    return ""
