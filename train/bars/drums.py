"""Drum patterns in four styles on a beat grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.music.beat import Beat, BeatGrid

LEAD_BEATS = 4  # without drums
KICK, STICK, SNARE, CLAP, HAT, CRASH = 36, 37, 38, 39, 42, 49
BUSY_BPM = 125.0  # sixteenths on the hat up to here
FLOOR_BPM = 110.0  # four on the floor from here
N_STYLES = 4


@dataclass(frozen=True)
class Hit:
    """One stroke: when, which drum, how hard (MIDI velocity)."""

    time_s: float
    drum: int
    velocity: int


def count(grid: BeatGrid) -> Iterator[Hit]:
    """A stroke on every beat, a lower and louder one on downbeats, and nothing between."""
    for beat in grid.beats:
        yield Hit(beat.time_s, KICK if beat.position == 1 else STICK, 120 if beat.position == 1 else 85)


def pattern(grid: BeatGrid, style: int) -> Iterator[Hit]:
    """The strokes of one of four styles on a grid: rock, rock with a pushed kick, disco, offbeat hats with claps."""
    four = grid.metre.felt_beats == 4
    for index, (beat, after) in enumerate(pairwise(grid.beats)):
        gap_s, bpm = after.time_s - beat.time_s, grid.tempo_bpm or 120.0
        if index < LEAD_BEATS:
            continue
        parts = 4 if style == 2 and bpm < BUSY_BPM else 2
        for part in range(parts):
            velocity = ((40, 90) if style == 3 else (80, 62))[part > 0]
            yield Hit(beat.time_s + gap_s * part / parts, HAT, velocity)
        yield from _kit(beat, gap_s, style, four=four, floor=style == 3 or (style == 2 and bpm > FLOOR_BPM))
        if beat.position == 1 and (index // grid.metre.felt_beats) % 4 == 0:
            yield Hit(beat.time_s, CRASH, 90)


def _kit(beat: Beat, gap_s: float, style: int, *, four: bool, floor: bool) -> Iterator[Hit]:
    if floor:
        yield Hit(beat.time_s, KICK, 110)
    if not four:
        yield Hit(beat.time_s, *((KICK, 100) if beat.position == 1 else (SNARE, 70)))
        return
    if beat.position in (1, 3) and style != 3:
        yield Hit(beat.time_s, KICK, 105)
    if beat.position == 3 and style == 1:
        yield Hit(beat.time_s + gap_s / 2, KICK, 95)
    if beat.position in (2, 4):
        yield Hit(beat.time_s, CLAP if style == 3 else SNARE, 100)
