"""The card of a part of a track, in seconds from that part's own beginning."""

from dataclasses import replace
from typing import TypeVar

from musicflamingo_app.facts.card import Fact, SongCard, derived
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Interval, Timeline

L = TypeVar("L")


def cut(card: SongCard, part: Interval) -> SongCard:
    """What is measured of a part. The labels go; what was measured of the whole (tempo, tags) stays as it is."""
    keys = moved(card.keys, part).merged()
    whole = replace(card, title="", artist=None, album=None, year=None, genre=None, loudness_curve=None)
    return replace(
        whole,
        duration_s=part.duration_s,
        beats=derived(card.beats, _beats(card.beats.value, part)) if card.beats else None,
        key=derived(card.key, max(keys, key=lambda one: one.duration_s).label) if card.key and len(keys) else card.key,
        key_regions=derived(card.key_regions, keys) if card.key_regions else None,
        chords=derived(card.chords, moved(card.chords.value, part)) if card.chords else None,
        sections=derived(card.sections, moved(card.sections.value, part)) if card.sections else None,
        instruments=_players(card.instruments, part) if card.instruments else None,
    )


def moved(timeline: Timeline[L], part: Interval) -> Timeline[L]:
    """The part of a timeline that lies there, from its beginning on."""
    inside = timeline.within(part)
    return Timeline(
        tuple(
            replace(one, start_s=max(0.0, one.start_s - part.start_s), end_s=one.end_s - part.start_s) for one in inside
        )
    )


def _beats(grid: BeatGrid, part: Interval) -> BeatGrid:
    inside = (beat for beat in grid.beats if part.contains(beat.time_s))
    return replace(grid, beats=tuple(Beat(beat.time_s - part.start_s, beat.position) for beat in inside))


def _players(fact: Fact[tuple[Playing, ...]], part: Interval) -> Fact[tuple[Playing, ...]]:
    heard = ((one.name, moved(one.timeline, part)) for one in fact.value)
    return derived(fact, tuple(Playing(name, timeline) for name, timeline in heard if len(timeline)))
