"""Tunes: a motif of two bars that comes back, chord tones on the beat and steps of the scale between."""

from collections.abc import Iterator
from random import Random

from train.pieces.plan import Stretch
from train.pieces.strokes import Stroke

CELLS = {
    "plain": ((1.0,), (1.0,), (0.5, 0.5), (0.5, 0.5), (0.75, 0.25), (0.25, 0.25, 0.5), (0.5, 0.25, 0.25)),
    "swung": ((1.0,), (0.5, 0.5), (0.5, 0.5)),
    "compound": ((1.0,), (2 / 3, 1 / 3), (1 / 3, 1 / 3, 1 / 3), (2 / 3, 1 / 3)),
    "eighths": ((1.0,), (1.0,), (1.0,), (0.5, 0.5)),
}
BLUES = (0, 3, 5, 7, 10)
MOTIF = (0, 1, 0, 2, 0, 1, 3, 2)  # which of four rhythms each bar of eight has
Bar = list[tuple[float, float, bool]]  # offset, length, sounds


def melody(stretch: Stretch, random: Random, low: int, high: int, kind: str, *, is_blues: bool) -> Iterator[Stroke]:
    """A tune over a section in a range; each fourth bar ends on a long note and a breath."""
    rhythms = [_rhythm(stretch.metre.felt_beats, kind, random) for _ in range(4)]
    scale = set(stretch.key.scale)
    if is_blues and stretch.key.is_minor:
        scale = {(stretch.key.tonic.pitch_class + step) % 12 for step in BLUES}
    pitch, heading = (low + high) // 2, 1
    for index, bar in enumerate(stretch.bar_starts):
        is_end = index % 4 == 3
        for offset, length, sounds in _ending(stretch.metre.felt_beats) if is_end else rhythms[MOTIF[index % 8]]:
            sounding = stretch.sounding_at(bar + offset)
            if not sounds or not sounding.chord.is_chord:
                continue
            tones = set(sounding.chord.pitch_classes)
            if random.random() < 0.25 or pitch > high - 3 or pitch < low + 3:
                heading = 1 if pitch < low + 3 else -1 if pitch > high - 3 else -heading
            wanted = tones if abs(offset - round(offset)) < 1e-6 or length > 0.9 else scale | (tones & scale)
            pitch = _next(pitch, heading, wanted, scale, random, low, high)
            accent = 8 if offset == 0 else 0
            yield Stroke(bar + offset, length * 0.93, pitch, 90 + accent + random.randint(-6, 6))


def _next(pitch: int, heading: int, wanted: set[int], scale: set[int], random: Random, low: int, high: int) -> int:
    """A near pitch out of the wanted classes, rather onwards than back and rather in the scale."""
    near = [p for p in range(max(low, pitch - 8), min(high, pitch + 8) + 1) if p % 12 in wanted]
    if not near:
        return pitch
    weights = []
    for other in near:
        distance = abs(other - pitch)
        onwards = 2.0 if (other - pitch) * heading > 0 else 1.0
        weights.append(onwards * (3.0 if other % 12 in scale else 0.7) * (0.5 if distance == 0 else 1 / (1 + distance)))
    return random.choices(near, weights)[0]


def _rhythm(felt: int, kind: str, random: Random) -> Bar:
    """One bar of notes and rests, some tied over the beat."""
    out: Bar = []
    at = 0.0
    while at < felt - 1e-6:
        left = felt - at
        if left >= 2 and random.random() < 0.2:
            cell: tuple[float, ...] = (1.5, 0.5) if kind == "plain" and random.random() < 0.5 else (2.0,)
        else:
            cell = random.choice(CELLS[kind])
        for index, length in enumerate(cell):
            out.append((at, length, not (index == 0 and random.random() < 0.13)))
            at += length
    return out


def _ending(felt: int) -> Bar:
    long = max(1.0, felt * 0.6)
    return [(0.0, long, True), (long, felt - long, False)] if felt > 1 else [(0.0, 1.0, True)]
