"""Basses: patterns on the label's bass, and lines that walk from chord to chord."""

from collections.abc import Iterator
from random import Random

from train.pieces.plan import Stretch
from train.pieces.strokes import Event, Stroke, bass_pitch, events

LOW, HIGH = 28, 47
ACCENT = 8


def line(stretch: Stretch, rhythm: str, random: Random) -> Iterator[Stroke]:
    """A bass line; where a chord begins it plays the label's bass."""
    before = LOW + 8
    for event in events(rhythm, stretch):
        before = _pitch(stretch, event, before, random)
        velocity = 86 + ACCENT * event.is_onset + random.randint(-5, 5)
        yield Stroke(event.start, (event.end - event.start) * 0.95, before, velocity)


def _pitch(stretch: Stretch, event: Event, before: int, random: Random) -> int:
    chord = event.sounding.chord
    root = bass_pitch(chord, LOW)
    if event.is_onset or event.letter in "RPxX":
        return root
    if event.letter == "W":
        return _step(stretch, event, before, random)
    if event.letter == "A":
        return _approach(root, _next_bass(stretch, event, root), random)
    if event.letter == "8":
        return root + 12
    return _above(event, root, event.letter)


def _above(event: Event, low: int, number: str) -> int:
    """The chord's third or fifth above a bass note; its fifth for want of a third, else the octave."""
    chord = event.sounding.chord
    assert chord.root is not None
    steps = {str(degree).lstrip("#b"): degree.semitones for degree in reversed(chord.degrees)}
    step = steps.get(number, steps.get("5"))
    return low + 12 if step is None else low + (chord.root.pitch_class + step - low) % 12


def _next_bass(stretch: Stretch, event: Event, root: int) -> int:
    chord = stretch.sounding_at(event.sounding.end).chord
    return bass_pitch(chord, LOW) if chord.is_chord else root


def _approach(root: int, target: int, random: Random) -> int:
    """A half or whole step from the bass to come; the fifth where it stays."""
    if target == root:
        return root + 7
    return target + random.choice((-1, 1, -2, 2) if target > LOW + 2 else (1, 2))


def _step(stretch: Stretch, event: Event, before: int, random: Random) -> int:
    """The next note of a walking line: tones of chord and scale on the way, the last one next to the target."""
    chord, target = event.sounding.chord, _next_bass(stretch, event, before)
    if event.sounding.end - event.start <= 1 + 1e-6:
        return _approach(bass_pitch(chord, LOW) if target == before else before, target, random)
    allowed = chord.pitch_classes | (set(stretch.key.scale) if event.letter == "W" and random.random() < 0.5 else set())
    near = [pitch for pitch in range(LOW, HIGH) if pitch % 12 in allowed and 0 < abs(pitch - before) <= 7]
    if not near:
        return bass_pitch(chord, LOW)
    return random.choices(near, [1 / (abs(pitch - before) + 0.4 * abs(pitch - target)) for pitch in near])[0]
