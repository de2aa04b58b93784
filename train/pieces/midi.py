"""Writes a piece as a MIDI file with its exact times, and its truth as JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.time import Timeline
from train.pieces.values import Note, Part, Piece

TICKS_PER_BEAT = 480  # of a file at 120 beats a minute
TICKS_PER_S = 960
CENTS_PER_BEND = 200 / 8192
DRUM_CHANNEL = 9
CHANNELS = tuple(channel for channel in range(16) if channel != DRUM_CHANNEL)


def write_midi(piece: Piece, path: Path) -> None:
    """Writes the notes at 480 ticks a beat and 120 beats a minute, within 0.6 ms. Raises MissingPackage.

    Every pitched part has a channel of its own, bent to the piece's tuning.
    """
    try:
        import mido
    except ImportError as error:
        raise MissingPackage("Writing MIDI needs the package mido.", "Install it with: pip install mido") from error
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_BEAT)
    file.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)]))
    channels = iter(CHANNELS)
    for index, part in enumerate(piece.parts):
        channel = DRUM_CHANNEL if part.is_drums else next(channels)
        head = _head(part, channel, piece.tuning_cents)
        file.tracks.append(mido.MidiTrack([*head, *_messages(piece.notes_of(index), channel)]))
    path.parent.mkdir(parents=True, exist_ok=True)
    file.save(path)


def _head(part: Part, channel: int, tuning_cents: float) -> Iterator[Any]:
    import mido

    yield mido.MetaMessage("track_name", name=part.role)
    for control, value in ((7, part.volume), (10, part.pan)):
        yield mido.Message("control_change", channel=channel, control=control, value=value)
    if part.is_drums:
        return
    yield mido.Message("program_change", channel=channel, program=part.program)
    for control, value in ((101, 0), (100, 0), (6, 2), (38, 0)):  # a bend goes up to two semitones
        yield mido.Message("control_change", channel=channel, control=control, value=value)
    yield mido.Message("pitchwheel", channel=channel, pitch=round(tuning_cents / CENTS_PER_BEND))


def _messages(notes: list[Note], channel: int) -> Iterator[Any]:
    """The notes as messages; at one tick notes end before others begin."""
    import mido

    events = []
    for note in notes:
        start, end = round(note.start_s * TICKS_PER_S), round(note.end_s * TICKS_PER_S)
        events += [(start, 1, note.pitch, note.velocity), (max(start + 1, end), 0, note.pitch, 0)]
    now = 0
    for tick, _, pitch, velocity in sorted(events):
        kind = "note_on" if velocity else "note_off"
        yield mido.Message(kind, channel=channel, note=pitch, velocity=velocity, time=tick - now)
        now = tick


def truth_json(piece: Piece, delay_s: float = 0.0) -> dict[str, Any]:
    """What is true of a piece, in seconds of its MIDI file, or of a sound that comes `delay_s` later."""

    def at(time_s: float) -> float:
        return round(min(piece.duration_s, time_s + delay_s if time_s > 0 else 0.0), 4)

    def rows(timeline: Timeline[Any]) -> list[list[Any]]:
        return [[at(segment.start_s), at(segment.end_s), str(segment.label)] for segment in timeline]

    return {
        "seed": piece.seed,
        "style": piece.style,
        "duration": round(piece.duration_s, 4),
        "free": piece.is_free,
        "metre": str(piece.beats.metre),
        "metres": rows(piece.metres),
        "tempo": round(piece.beats.tempo_bpm, 3) if piece.beats.tempo_bpm else None,
        "swing": piece.swing_ratio,
        "tuning": piece.tuning_cents,
        "key": str(piece.key) if piece.key else None,
        "key_regions": rows(piece.keys),
        "sections": [[at(s.start_s), at(s.end_s), s.label.letter, s.label.function] for s in piece.sections],
        "beats": [at(beat.time_s) for beat in piece.beats.beats],
        "positions": [beat.position for beat in piece.beats.beats],
        "downbeats": [at(time_s) for time_s in piece.beats.downbeats_s],
        "chords": rows(piece.chords),
        "parts": [_part_json(piece, index, at) for index in range(len(piece.parts))],
    }


def _part_json(piece: Piece, index: int, at: Any) -> dict[str, Any]:
    part = piece.parts[index]
    return {
        "role": part.role,
        "program": None if part.is_drums else part.program,
        "drums": part.is_drums,
        "pan": part.pan,
        "active": [[at(interval.start_s), at(interval.end_s)] for interval in piece.active(index)],
    }
