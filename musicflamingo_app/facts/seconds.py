"""The card of a few seconds as the nano reads it: a line for each aspect, with the times at which things begin.

A tiny model cannot count bars, so chords stand with their seconds, as its thoughts tell them.
"""

from collections.abc import Iterator
from typing import TypeVar

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.time import Segment, clock

T = TypeVar("T")
LEAST_SURE = 0.5  # a tempo, metre or key less sure is not told: nothing here says how sure it is
MOST_STAYS = 3


def seconds_text(card: SongCard) -> str:
    """One line each for tempo, metre, key, chords, players and parts; those that are not known are left out."""
    return "\n".join([*_pulse(card), *_keys(card), *_chords(card), *_players(card), *_parts(card)])


def _pulse(card: SongCard) -> Iterator[str]:
    if tempo_bpm := _known(card.tempo_bpm):
        yield f"tempo: {round(tempo_bpm)} BPM"
    if metre := _known(card.metre):
        yield f"metre: {metre}"


def _keys(card: SongCard) -> Iterator[str]:
    regions = card.keys
    if len(regions) > 1:
        yield "keys: " + ", ".join(f"{region.label.pretty} {clock(region.start_s)}" for region in regions)
    elif key := _known(card.key):
        yield f"key: {key.pretty}"


def _chords(card: SongCard) -> Iterator[str]:
    rows = card.chords.value.merged() if card.chords else ()
    told = [f"{row.label.pretty} {clock(row.start_s)}" for row in rows if row.label.is_chord]
    if told:
        yield f"chords: {', '.join(told)}"


def _players(card: SongCard) -> Iterator[str]:
    players = card.instruments.value if card.instruments else ()
    told = [f"{one.name} {' '.join(map(_span, one.timeline.segments[:MOST_STAYS]))}" for one in players]
    if told:
        yield f"playing: {', '.join(told)}"


def _parts(card: SongCard) -> Iterator[str]:
    rows = card.sections.value if card.sections else ()
    told = [f"{row.label.function or row.label.letter} {clock(row.start_s)}" for row in rows]
    if told:
        yield f"parts: {', '.join(told)}"


def _span(segment: Segment[str]) -> str:
    return f"{clock(round(segment.start_s))}-{clock(round(segment.end_s))}"


def _known(fact: Fact[T] | None) -> T | None:
    return fact.value if fact is not None and fact.confidence >= LEAST_SURE else None
