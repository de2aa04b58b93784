"""What plays when, read off the card: who plays in a part of the track, from when to when, and what to call them.

Instruments are measured by families (`saxophone and reeds`); sentences say “or”, for which of them it is stays open.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Interval, Segment

REST_S = 4.0  # a shorter silence is a rest in playing, not leaving
MOST, SOME = 0.5, 0.1  # of a part: plays in it; plays for some of it
NEAR_S = 2.0  # so near to its beginning or end is at it

# A person's words -> the families that they may mean; the longest that fits counts. Words are in the singular.
_WORDS: dict[str, str] = {
    "piano": "piano, electric piano", "electric piano": "electric piano", "rhodes": "electric piano",
    "keyboard": "piano, electric piano, organ and accordion, synthesizer lead, synthesizer pad",
    "bell": "bells and mallets", "mallet": "bells and mallets", "marimba": "bells and mallets",
    "xylophone": "bells and mallets", "vibraphone": "bells and mallets", "glockenspiel": "bells and mallets",
    "organ": "organ and accordion", "accordion": "organ and accordion", "harmonica": "organ and accordion",
    "guitar": "acoustic guitar, electric guitar, distorted guitar", "acoustic guitar": "acoustic guitar",
    "electric guitar": "electric guitar, distorted guitar", "distorted guitar": "distorted guitar",
    "bass": "bass", "bass guitar": "bass", "double bass": "bass",
    "string": "strings", "strings": "strings", "violin": "strings", "fiddle": "strings", "viola": "strings",
    "cello": "strings", "voice": "voice", "vocal": "voice", "sing": "voice", "singing": "voice", "singer": "voice",
    "vocalist": "voice", "choir": "voice", "brass": "brass", "trumpet": "brass", "trombone": "brass", "horn": "brass",
    "sax": "saxophone and reeds", "saxophone": "saxophone and reeds", "clarinet": "saxophone and reeds",
    "oboe": "saxophone and reeds", "bassoon": "saxophone and reeds", "reed": "saxophone and reeds",
    "flute": "flute and pipes", "whistle": "flute and pipes", "recorder": "flute and pipes",
    "synth": "synthesizer lead, synthesizer pad", "synthesizer": "synthesizer lead, synthesizer pad",
    "synthesiser": "synthesizer lead, synthesizer pad", "synth lead": "synthesizer lead",
    "synth pad": "synthesizer pad",
    "harp": "plucked strings", "harpsichord": "plucked strings", "sitar": "plucked strings",
    "banjo": "plucked strings", "mandolin": "plucked strings, acoustic guitar",
    "ukulele": "plucked strings, acoustic guitar", "drum": "drums", "drums": "drums", "percussion": "drums",
    "cymbal": "drums", "tambourine": "drums",
}  # fmt: skip


@cache
def _meant() -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(words.split()): tuple(names.split(", ")) for words, names in _WORDS.items()}


def families_of(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What the words of a question name: as they are called there -> the families that this may mean, in order."""
    found: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(words):
        width = next((n for n in (2, 1) if tuple(words[at : at + n]) in _meant()), 0)
        if width:
            phrase = tuple(words[at : at + width])
            found[" ".join(phrase)] = _meant()[phrase]
        at += max(1, width)
    return found


def said(name: str) -> str:
    """The family in a sentence: `saxophone or reeds`."""
    return name.replace(" and ", " or ")


def is_many(name: str) -> bool:
    """Whether its verb is plural: `drums play`, `brass plays`."""
    return name.endswith("s") and not name.endswith("ss")


def play(names: Sequence[str]) -> str:
    """The verb after some instruments."""
    return "play" if len(names) > 1 or is_many(names[0]) else "plays"


def listed(playing: Sequence[Playing]) -> str:
    """`drums, bass and saxophone or reeds`."""
    return joined([said(one.name) for one in playing])


def instruments_of(card: SongCard) -> tuple[Playing, ...]:
    """What plays, cut to the track, the one that plays longest first; nothing when it was not measured."""
    found = []
    for one in card.instruments.value if card.instruments else ():
        inside = one.timeline.within(card.interval)
        if len(inside):
            found.append(replace(one, timeline=inside))
    return tuple(sorted(found, key=lambda one: -one.duration_s))


def plays_in(card: SongCard, interval: Interval) -> tuple[tuple[Playing, ...], tuple[Playing, ...]]:
    """Who plays in most of an interval, and who in some of it. A moment has only the first."""
    most, some = [], []
    for one in instruments_of(card):
        if interval.duration_s <= 0:
            share = 1.0 if one.timeline.at(interval.start_s) else 0.0
        else:
            share = one.seconds_in(interval) / interval.duration_s
        if share >= MOST:
            most.append(one)
        elif share >= SOME:
            some.append(one)
    return tuple(most), tuple(some)


def stays_of(one: Playing) -> tuple[Segment[str], ...]:
    """From when to when it is there: its segments, joined over rests."""
    out: list[Segment[str]] = []
    for segment in one.timeline:
        if out and segment.start_s - out[-1].end_s < REST_S:
            out[-1] = replace(out[-1], end_s=segment.end_s)
        else:
            out.append(segment)
    return tuple(out)


def is_throughout(one: Playing, card: SongCard) -> bool:
    """Whether it plays from beginning to end."""
    stays = stays_of(one)
    return len(stays) == 1 and is_from_start(stays[0]) and is_to_end(stays[0], card)


def is_from_start(stay: Segment[str]) -> bool:
    """Whether it is there from the beginning."""
    return stay.start_s < NEAR_S


def is_to_end(stay: Segment[str], card: SongCard) -> bool:
    """Whether it stays to the end."""
    return stay.end_s > card.duration_s - NEAR_S


def sure_of(one: Playing, card: SongCard) -> float:
    """How sure it is that this plays: its own mean, else that of the whole measurement."""
    whole = card.instruments.confidence if card.instruments else 0.0
    return whole if one.confidence is None else one.confidence
