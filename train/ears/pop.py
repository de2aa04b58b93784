"""POP909 songs as pieces: as they are, or played by other people in another key and tempo: one pianist, or a band.

The bass is not always on the chord's bass and the comping not always there, so that chords must be heard and not only
read off a pad.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Segment, Timeline
from train.bars.drums import N_STYLES, pattern
from train.pieces.styles import (
    BASSES,
    BRASS,
    DRIVEN,
    GUITARS,
    KEYS,
    LEADS,
    ORGANS,
    PADS,
    PLUCKED,
    REEDS,
    SINGING,
    STRINGS,
    SYNTH_BASS,
    UPRIGHT,
)
from train.pieces.values import Note, Part, Piece
from train.pop909 import Labelled

TAIL_S = 1.5
SPEEDS = (0.85, 1.2)
NATURAL = "solo piano"  # the style of a song as it is
PIANOS = (0, 0, 0, 0, 1, 1, 2, 4, 5)  # programs that play a song alone
ARRANGED = "pop909"
COMPS = (*KEYS, *KEYS, 0, 0, *GUITARS, *ORGANS, *PLUCKED, *STRINGS, *PADS)
Played = tuple[float, float, int, int]  # start and length in seconds, pitch, velocity
VOICE = "voice"  # the role of a part that is sung and not played


@dataclass(frozen=True, slots=True)
class Line:
    """One track of the collection: its name and notes `(start_s, length_s, pitch, velocity)`."""

    name: str
    notes: tuple[tuple[float, float, int, int], ...]


def lines(path: Path) -> list[Line]:
    """The tracks of a MIDI file that hold notes. Raises MissingPackage."""
    try:
        import mido
    except ImportError as error:
        raise MissingPackage("Reading MIDI needs the package mido.", "Install it with: pip install mido") from error
    file = mido.MidiFile(path)
    return [line for track in file.tracks if (line := _line(track, file.ticks_per_beat)).notes]


def _line(track: Sequence[object], ticks_per_beat: int) -> Line:
    now, sounding, notes = 0, {}, []
    for message in track:
        now += message.time  # type: ignore[attr-defined]
        if message.type not in ("note_on", "note_off"):  # type: ignore[attr-defined]
            continue
        time_s = now / ticks_per_beat / 2  # the collection's files are all at 120 beats a minute
        pitch, velocity = message.note, message.velocity  # type: ignore[attr-defined]
        if pitch in sounding:
            start_s, loud = sounding.pop(pitch)
            notes.append((start_s, max(0.04, time_s - start_s), pitch, loud))
        if message.type == "note_on" and velocity:  # type: ignore[attr-defined]
            sounding[pitch] = (time_s, velocity)
    return Line(track.name, tuple(sorted(notes)))  # type: ignore[attr-defined]


def plain(song: Labelled, seed: int = 0, *, tuning_cents: float = 0.0) -> Piece:
    """The song as the collection has it, on a piano."""
    program = 0 if seed == 0 else Random(f"plain {seed} {song.id}").choice((0, 0, 0, 1, 2, 4))
    made = lines(song.midi)
    parts = tuple(Part(line.name.lower(), program) for line in made)
    notes = [
        Note(start, length, pitch, loud, i) for i, line in enumerate(made) for start, length, pitch, loud in line.notes
    ]
    return _piece(song, seed, NATURAL, parts, notes, tuning_cents)


def soloed(song: Labelled, seed: int) -> Piece:
    """The song in another key and tempo by one pianist, who now and then leaves a track of the collection out."""
    random = Random(f"soloed {seed} {song.id}")
    steps, speed = random.randint(-5, 6), random.uniform(*SPEEDS)
    program, touch = random.choice(PIANOS), random.uniform(0.6, 1.1)
    made = [line for line in lines(song.midi) if line.name == "PIANO" or random.random() >= 0.15]
    notes = [
        Note(a / speed, b / speed, _inside(p + steps), min(127, max(20, round(touch * v))), index)
        for index, line in enumerate(made)
        for a, b, p, v in line.notes
    ]
    tuning = 0.0 if random.random() < 0.5 else round(random.uniform(-50, 50), 1)
    parts = tuple(Part(line.name.lower(), program) for line in made)
    return _piece(_moved(song, steps, speed), seed, NATURAL, parts, notes, tuning)


def arranged(song: Labelled, seed: int) -> Piece:
    """The song played by a band of the seed's choice."""
    random = Random(f"arranged {seed} {song.id}")
    steps, speed = random.randint(-5, 6), random.uniform(*SPEEDS)
    moved = _moved(song, steps, speed)
    played = [*_band(song, steps, speed, random)]
    if random.random() < 0.7 or not played:
        player = Part("bass", random.choice((*BASSES, *UPRIGHT, *SYNTH_BASS)), volume=random.randint(85, 115))
        played.append((player, list(bass(moved, random))))
    if random.random() < 0.35:
        program, pan = random.choice((*PADS, *STRINGS, *ORGANS)), random.randint(20, 108)
        played.append((Part("pad", program, pan=pan, volume=random.randint(45, 80)), list(pad(moved, random))))
    if random.random() < 0.65:
        player = Part("kit", 0, is_drums=True, volume=random.randint(80, 118))
        played.append((player, list(drums(moved.beats, random))))
    tuning = 0.0 if random.random() < 0.5 else round(random.uniform(-50, 50), 1)
    notes = [Note(*stroke, index) for index, (_, strokes) in enumerate(played) for stroke in strokes]
    return _piece(moved, seed, ARRANGED, tuple(part for part, _ in played), notes, tuning)


def _band(song: Labelled, steps: int, speed: float, random: Random) -> Iterator[tuple[Part, list[Played]]]:
    """Who plays the tracks of the collection, and their notes in the new key and tempo."""
    for line in lines(song.midi):
        part = _player(line.name, random)
        if part is not None:
            octave = random.choice((0, 0, 0, -12, 12)) if line.name == "MELODY" else 0
            yield part, [(a / speed, b / speed, _inside(p + steps + octave), v) for a, b, p, v in line.notes]


def _inside(pitch: int) -> int:
    return pitch if 21 <= pitch <= 108 else pitch - 12 if pitch > 108 else pitch + 12


def _player(name: str, random: Random) -> Part | None:
    """Who plays a track of the collection; nobody now and then."""
    pan = min(127, max(0, round(random.gauss(64, 22))))
    if name == "MELODY":
        if random.random() < 0.12:
            return None
        if random.random() < 0.35:
            return Part(VOICE, 53, pan=64, volume=random.randint(85, 118))
        return Part("lead", random.choice((*SINGING, *KEYS, *BRASS, *REEDS)), pan=pan, volume=random.randint(80, 118))
    if name == "BRIDGE":
        pool = (*KEYS, *STRINGS, *SINGING, *PLUCKED, *LEADS)
        return (
            None
            if random.random() < 0.3
            else Part("counter", random.choice(pool), pan=pan, volume=random.randint(60, 100))
        )
    pool = (*COMPS, *DRIVEN) if random.random() < 0.6 else (0, 0, 1, 4, 24)
    return Part("comp", random.choice(pool), pan=pan, volume=random.randint(70, 110))


def _moved(song: Labelled, steps: int, speed: float) -> Labelled:
    """The truth of a song in another key and tempo."""

    def times(timeline: Timeline) -> Timeline:  # type: ignore[type-arg]
        return Timeline(tuple(replace(s, start_s=s.start_s / speed, end_s=s.end_s / speed) for s in timeline))

    beats = tuple(Beat(beat.time_s / speed, beat.position) for beat in song.beats.beats)
    return Labelled(
        song.id,
        song.midi,
        BeatGrid(beats, song.beats.metre),
        times(song.chords).relabelled(lambda chord: chord.transposed(steps)),
        times(song.keys).relabelled(lambda key: key.transposed(steps)),
        times(song.sections) if song.sections is not None else None,
    )


def bass(song: Labelled, random: Random) -> Iterator[Played]:
    """A bass line in one of five manners; off the chord's bass now and then, and on the way to the next one."""
    manner = random.choice(("long", "beats", "eighths", "pop", "walk"))
    loyal = random.choice((1.0, 0.9, 0.8))
    low, loud = random.choice((28, 31, 33)), random.randint(80, 108)
    for segment, after in pairwise([*song.chords, None]):
        if segment is None or not segment.label.is_chord:
            continue
        strikes = list(_strikes(song.beats, segment, manner))
        for index, (start_s, end_s) in enumerate(strikes):
            last = index == len(strikes) - 1 and len(strikes) > 1
            pitch = _tone(segment.label, after.label if after else None, index, last, manner, loyal, low, random)
            yield start_s, max(0.05, (end_s - start_s) * 0.95), pitch, loud + random.randint(-8, 8)


def _strikes(grid: BeatGrid, segment: Segment[Chord], manner: str) -> Iterator[tuple[float, float]]:
    """When a bass note begins and ends under one chord."""
    inside = [t for t in grid.times_s if segment.start_s - 0.03 <= t < segment.end_s - 0.06] or [segment.start_s]
    edges = [*inside, segment.end_s]
    if manner == "long":
        yield inside[0], segment.end_s
        return
    for index, (start_s, end_s) in enumerate(pairwise(edges)):
        middle_s = (start_s + end_s) / 2
        if manner == "eighths":
            yield start_s, middle_s
            yield middle_s, end_s
        elif manner == "pop" and index % 2 == 1:
            yield middle_s, end_s
        else:
            yield start_s, end_s


def _tone(
    chord: Chord, after: Chord | None, index: int, last: bool, manner: str, loyal: float, low: int, random: Random
) -> int:
    assert chord.root is not None and chord.bass_pitch is not None
    home = low + (chord.bass_pitch.pitch_class - low) % 12
    tones = [low + (chord.root.pitch_class + degree.semitones - low) % 12 for degree in chord.degrees]
    if index == 0:
        return home if random.random() < loyal else random.choice(tones)
    if last and manner in ("walk", "pop", "beats") and after is not None and after.bass_pitch and random.random() < 0.5:
        goal = low + (after.bass_pitch.pitch_class - low) % 12
        return goal + random.choice((-1, 1, -2, 2))
    if manner == "walk":
        return random.choice([*tones, home + random.choice((2, -2, 1, -1))])
    return random.choice((home, home, home, home + 12, *tones[2:3]))


def pad(song: Labelled, random: Random) -> Iterator[Played]:
    """Each chord held, its colour tones left out now and then."""
    low, loud, full = random.choice((48, 52, 55)), random.randint(60, 90), random.random() < 0.6
    for segment in song.chords:
        degrees = segment.label.degrees if full else segment.label.degrees[:3]
        for degree in degrees:
            assert segment.label.root is not None
            pitch = low + (segment.label.root.pitch_class + degree.semitones - low) % 12
            yield segment.start_s, max(0.1, segment.duration_s * 0.97), pitch, loud


def drums(grid: BeatGrid, random: Random) -> Iterator[Played]:
    """One of four patterns, with breaks of some bars."""
    style, loose_s = random.randrange(N_STYLES), random.choice((0.0, 0.004, 0.008))
    breaks = [random.uniform(0, grid.times_s[-1]) for _ in range(random.randrange(4))]
    entry_s = random.choice((0.0, 0.0, 0.15, 0.3)) * grid.times_s[-1]
    for hit in pattern(grid, style):
        if hit.time_s >= entry_s and not any(start <= hit.time_s < start + 8 for start in breaks):
            yield (
                max(0.0, hit.time_s + random.gauss(0, loose_s)),
                0.15,
                hit.drum,
                min(127, hit.velocity + random.randint(-8, 8)),
            )


def _piece(
    song: Labelled, seed: int, style: str, parts: tuple[Part, ...], notes: list[Note], tuning_cents: float
) -> Piece:
    ends = [note.end_s for note in notes] + [song.chords.end_s, song.beats.times_s[-1]]
    duration_s = max(ends) + TAIL_S
    metre = song.beats.metre
    return Piece(
        seed=seed,
        style=style,
        duration_s=duration_s,
        parts=parts,
        notes=tuple(sorted(notes, key=lambda note: (note.start_s, note.part, note.pitch))),
        beats=song.beats,
        metres=Timeline.of([(0.0, duration_s, metre)]),
        chords=song.chords,
        keys=song.keys,
        sections=song.sections or Timeline(),
        tuning_cents=tuning_cents,
        swing_ratio=1.0,
        is_free=False,
    )
