"""Players of chords: struck, broken and held, and a second voice that holds one note of each."""

from collections.abc import Iterator
from random import Random

from train.pieces.plan import Stretch
from train.pieces.strokes import Event, Stroke, Voicing, bass_pitch, events, near

LOUD, SOFT = 88, 72
NEIGHBOURS = 0.08  # how often a chord struck again has a neighbour note
LOWEST = 36  # of the bass notes that a player of chords adds where no bass plays


def comp(stretch: Stretch, rhythm: str, random: Random, low: int = 50, size: int = 4) -> Iterator[Stroke]:
    """Chords in a rhythm."""
    voicing = Voicing(low, low + 22, size)
    for event in events(rhythm, stretch):
        notes = voicing.of(event.sounding)
        velocity = (LOUD if event.letter in "Xp" else SOFT) + random.randint(-5, 5)
        length = (event.end - event.start) * 0.96
        if not event.is_onset and random.random() < NEIGHBOURS:
            notes = _neighboured(notes, stretch, random)
        for pitch in notes:
            yield Stroke(event.start, length, pitch, velocity - (4 if pitch != notes[-1] else 0))


def broken(stretch: Stretch, rhythm: str, random: Random, low: int = 52, size: int = 3) -> Iterator[Stroke]:
    """Single notes of the voicing, going up through the octaves; each may ring on under the next."""
    voicing = Voicing(low, low + 17, size)
    rings = random.random() < 0.5
    for event in events(rhythm, stretch):
        notes = voicing.of(event.sounding)
        length = min(event.sounding.end - event.start, 2.0) if rings else event.end - event.start
        yield Stroke(
            event.start, length * 0.97, _rung(notes, event), SOFT + 6 * event.is_strong + random.randint(-6, 6)
        )


def _neighboured(notes: list[int], stretch: Stretch, random: Random) -> list[int]:
    """One of the notes moved to the next one of the scale, up or down."""
    place = random.randrange(len(notes))
    scale = stretch.key.scale
    near = [notes[place] + step for step in (1, 2, -1, -2) if (notes[place] + step) % 12 in scale]
    moved = random.choice(near)
    return [*notes[:place], *([moved] if moved not in notes else [notes[place]]), *notes[place + 1 :]]


def _rung(notes: list[int], event: Event) -> int:
    index = int(event.letter) if event.letter.isdigit() else 0
    octave, place = divmod(index, len(notes))
    return notes[place] + 12 * octave


def held(stretch: Stretch, random: Random, low: int = 53, size: int = 4) -> Iterator[Stroke]:
    """Each chord for as long as it sounds."""
    voicing = Voicing(low, low + 21, size)
    for sounding in stretch.harmony:
        if sounding.chord.is_chord:
            length = (sounding.end - sounding.start) * 0.985
            for pitch in voicing.of(sounding):
                yield Stroke(sounding.start, length, pitch, 66 + random.randint(-3, 3))


def grounded(stretch: Stretch, random: Random) -> Iterator[Stroke]:
    """The bass of each chord, for a player of chords where nobody plays bass."""
    for sounding in stretch.harmony:
        if sounding.chord.is_chord:
            pitch = bass_pitch(sounding.chord, LOWEST)
            length = (sounding.end - sounding.start) * 0.97
            yield Stroke(sounding.start, length, pitch, 80 + random.randint(-4, 4))


def counter(stretch: Stretch, random: Random, middle: int = 64) -> Iterator[Stroke]:
    """One note of each chord, the nearest to the last."""
    pitch = middle
    for sounding in stretch.harmony:
        chord = sounding.chord
        if chord.root is None:
            continue
        above = [degree for degree in chord.degrees if degree.semitones] or list(chord.degrees)
        near_ones = [near(chord.root.pitch_class + degree.semitones, pitch) for degree in above]
        pitch = min(near_ones, key=lambda one: abs(one - pitch) + 0.25 * abs(one - middle))
        yield Stroke(sounding.start, (sounding.end - sounding.start) * 0.96, pitch, 74 + random.randint(-4, 4))
