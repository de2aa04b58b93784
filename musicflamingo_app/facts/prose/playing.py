"""The sentences on what plays when: who is there throughout, who comes and goes, where it is fullest and thinnest."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.playing import (
    instruments_of,
    is_from_start,
    is_many,
    is_throughout,
    is_to_end,
    listed,
    play,
    plays_in,
    said,
    stays_of,
    sure_of,
)
from musicflamingo_app.facts.prose.hedges import hedge
from musicflamingo_app.facts.prose.text import Pen, Sentence
from musicflamingo_app.facts.words import joined, number
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment

TOLD_ALONE = 6  # instruments that get a sentence; the rest is named together
TOLD_STAYS = 3  # times of one that are told from when to when
LEAST_STEP = 2  # instruments more in the fullest section than in the thinnest, to be told


def playing_lines(card: SongCard, pen: Pen) -> list[Sentence]:
    """What plays when; nothing when it was not measured."""
    if card.instruments is None:
        return []
    everyone = instruments_of(card)
    if not everyone:
        return [pen.line(f"{hedge(card.instruments.confidence)}no instrument was heard")]
    always = [one for one in everyone if is_throughout(one, card)]
    others = [one for one in everyone if one not in always]
    lines = [_always(card, always, pen)] if always else []
    lines += [pen.line(_one(card, one, pen)) for one in others[:TOLD_ALONE]]
    if others[TOLD_ALONE:]:
        lines.append(pen.line(f"for shorter times {listed(others[TOLD_ALONE:])} can be heard"))
    return [*lines, *_fullness(card, pen)]


def _always(card: SongCard, always: list[Playing], pen: Pen) -> Sentence:
    sure = hedge(min(sure_of(one, card) for one in always))
    return pen.line(f"{listed(always)} {sure}{play([one.name for one in always])} from beginning to end")


def _one(card: SongCard, one: Playing, pen: Pen) -> str:
    """`the strings are heard from 1:10 to 2:00`."""
    stays = stays_of(one)
    verb, sure = "are" if is_many(one.name) else "is", hedge(sure_of(one, card))
    if len(stays) > TOLD_STAYS:
        come = "come and go" if is_many(one.name) else "comes and goes"
        return f"the {said(one.name)} {sure}{come}, from {pen.times([stay.interval for stay in stays])}"
    return f"the {said(one.name)} {verb} {sure}heard {joined([_stay(card, stay, pen) for stay in stays])}"


def _stay(card: SongCard, stay: Segment[str], pen: Pen) -> str:
    if is_from_start(stay) and is_to_end(stay, card):
        return "from beginning to end"
    if is_to_end(stay, card):
        return f"from {pen.at(stay.interval)} to the end"
    until = pen.at(Interval(stay.end_s, card.duration_s))
    return f"from the beginning to {until}" if is_from_start(stay) else f"from {pen.at(stay.interval)} to {until}"


def _fullness(card: SongCard, pen: Pen) -> list[Sentence]:
    """The sections in which most and fewest play, when they differ plainly."""
    parts = card.sections.value.segments if card.sections else ()
    players = {part: plays_in(card, part.interval)[0] for part in parts}
    if len(players) < 2:
        return []
    full, thin = max(players, key=lambda part: len(players[part])), min(players, key=lambda part: len(players[part]))
    if len(players[full]) - len(players[thin]) < LEAST_STEP:
        return []
    alone = players[thin]
    only = f"with {listed(alone)}{' alone' if len(alone) == 1 else ''}" if alone else "where none of them is clear"
    first = f"{_the(card, full)}, from {pen.at(full.interval)}, is the fullest part, with {number(len(players[full]))}"
    return [pen.line(f"{first} of them; {_the(card, thin)}, from {pen.at(thin.interval)}, the thinnest, {only}")]


def _the(card: SongCard, part: Segment[Section]) -> str:
    name = card.name_of(part)
    return name if name.startswith("section") else f"the {name}"
