"""Answers on cadences and on chords from outside the key."""

from dataclasses import replace

from musicflamingo_app.facts.cadences import Cadence
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.chromatic import Chromatic, chromatic_chords
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.facts.modulations import Modulation, modulations
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.chords import no_chords
from musicflamingo_app.facts.reader.answers.saying import (
    at,
    hedged_chords,
    not_measured,
    numerals,
    trouble,
    yes,
)
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment

TOLD = 5


def _name(card: SongCard, section: Segment[Section] | None) -> str:
    return name_of(card, section) if section else "the track"


def cadence(question: Question, card: SongCard) -> Answer | None:
    """The cadence at the end of a section, or all of them."""
    kind = "cadence"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    if not card.keys.segments:
        return not_measured(card, kind, "key", "what cadences it has")
    found = [c for c in harmony_of(card).cadences if c.ends_section]
    place, reply = question.place, Reply(card, kind)
    if place:
        inside = [c for c in found if any(c.section == s for s in place.segments)] or [
            c for c in found if not place.segments and place.found.contains(c.time_s)
        ]
    else:
        inside = found[-1:] if question.has("at_end", "last") else found
    if not inside:
        where = f"{place.name} closes" if place else "the sections close"
        return reply.say(f"I find no cadence there: {where} without a clear step to the tonic or the dominant").done()
    for one in inside[:TOLD]:
        reply.say(_cadence(card, one), one.interval)
    return reply.say(hedged_chords(card)).done()


def _cadence(card: SongCard, one: Cadence) -> str:
    chords = f"{one.chords[0].pretty}–{one.chords[1].pretty}"
    degrees = numerals(one.chords, one.key)
    article = "an" if one.kind == "authentic" else "a"
    return (
        f"{_name(card, one.section)} ends with {article} {one.kind} cadence, {chords} ({degrees} in {one.key.pretty}),"
        f" {at(card, one.time_s)}"
    )


def outside(question: Question, card: SongCard) -> Answer | None:
    """Borrowed chords and secondary dominants."""
    kind = "chromatic"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    if not card.keys.segments:
        return not_measured(card, kind, "key", "which chords lie outside the key")
    wanted, place = _wanted(question), question.place
    changes = tuple(replace(c, approach=()) if _is_home(c) else c for c in modulations(card))
    found = [
        one for one in chromatic_chords(card, changes)
        if one.kind in wanted and (place is None or _is_in(place, one.segment.start_s))
    ]  # fmt: skip
    where = f" in {place.name}" if place else ""
    sure = card.chords.confidence if card.chords else 0.0
    reply = Reply(card, kind)
    if not found:
        names = joined([f"{name} chord" if name == "borrowed" else name for name in sorted(wanted)], "or")
        return reply.say(f"{yes(False, sure)}, no {names} was found{where}").done()
    for one in found[:TOLD]:
        reply.say(_outside(card, one), one.segment.interval)
    left = len(found) - TOLD
    return reply.say(f"there are {left} more" if left > 1 else "").done()


def _wanted(question: Question) -> set[str]:
    """The kinds of chords from outside that the question is about; both for “chords outside the key”."""
    if question.has("secondary"):
        return {"secondary dominant"} | ({"borrowed"} if question.has("borrowed") else set())
    lent = {"borrowed", "borrow", "interchange", "mixture"} & set(question.words)
    return {"borrowed"} if lent else {"borrowed", "secondary dominant"}


def _is_in(place: Place, time_s: float) -> bool:
    intervals = [part.interval for part in place.segments] or [place.found]
    return any(interval.contains(time_s) for interval in intervals)


def _is_home(change: Modulation) -> bool:
    """Whether the chords before a change of key still come back to the old tonic, so that none of them leads over."""
    last = change.approach[-1].label.triad if change.approach else None
    quality = "min" if change.old.is_minor else "maj"
    at_home = last and last.root and last.root.pitch_class == change.old.tonic.pitch_class
    return bool(at_home and last and last.quality == quality)


def _outside(card: SongCard, one: Chromatic) -> str:
    name = f"{one.segment.label.pretty} {at(card, one.segment.start_s)}"
    if one.target:
        return f"{name} is a secondary dominant ({one.numeral}) that resolves to {one.target.pretty}"
    source = f" from {one.source.pretty}" if one.source else ""
    return f"{name} is borrowed{source} ({one.numeral} in {one.key.pretty})"
