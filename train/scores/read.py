"""Reads scores with music21 (BSD): chorales in MusicXML and tunes in ABC, repeats played.

A score is refused where its bars do not add up or its metre changes, so that no beat is guessed.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.pitch import Pitch
from train.scores.written import Tone, Written

BEATS = {"2/4", "3/4", "4/4", "5/4", "6/8", "9/8", "12/8", "2/2", "3/2", "4/2"}
FEWEST_TONES = 24
MOST_MEASURES = 200  # with repeats; what is longer is several tunes, or repeats read wrongly
IN_SCALE = 0.9  # of a tune's length that must lie in the scale of the key it names
_METRES = re.compile(r"(?:^|\[)M:\s*([^\]\s]+)", re.MULTILINE)
_GRID = 1 << 10  # quarters are told as this many parts at the finest, or as thirds and fifths


def read(source: str | Path) -> Written | None:
    """A score in MusicXML (its path) or a tune in ABC (its text); None where it does not add up.

    Raises MissingPackage.
    """
    try:
        from music21 import converter
        from music21.exceptions21 import Music21Exception
    except ImportError as error:
        raise MissingPackage("Reading scores needs the package music21.", "Install it: pip install music21") from error
    if isinstance(source, str) and len(set(_METRES.findall(source))) != 1:
        return None  # music21 does not tell where another metre begins within a tune
    try:
        score = converter.parse(source) if isinstance(source, Path) else converter.parseData(source, format="abc")
        parts = [part.expandRepeats() for part in score.parts]
        return _written(parts)
    except Music21Exception:  # repeats that lead nowhere, durations that are none
        return None


def _written(parts: Sequence[Any]) -> Written | None:
    signatures = {mark.ratioString for part in parts for mark in part.recurse().getElementsByClass("TimeSignature")}
    if len(signatures) != 1 or not signatures & BEATS:
        return None
    metre, beat = felt(Metre.parse(signatures.pop()))
    lengths = [Fraction(measure.duration.quarterLength) for measure in parts[0].getElementsByClass("Measure")]
    pickup = pickup_of(lengths, Fraction(metre.felt_beats) * Fraction(beat))
    tones = tuple(tone for index, part in enumerate(parts) for tone in _tones(part, index))
    if pickup is None or len(tones) < FEWEST_TONES or len(lengths) > MOST_MEASURES:
        return None
    return Written(metre, beat, float(pickup), tones, _key(parts[0], tones), _held(parts[0]))


def felt(metre: Metre) -> tuple[Metre, float]:
    """The metre that is heard and the quarters of its beat: nobody hears whether a beat is written as a half."""
    if metre.unit == 2:
        return Metre(metre.beats, 4), 2.0
    return metre, 1.5 if metre.is_compound else 1.0


def pickup_of(lengths: Sequence[Fraction], bar: Fraction) -> Fraction | None:
    """The quarters before the first bar line; None where measures do not make whole bars.

    A measure at a repeat may hold a part of a bar if the next ones complete it.
    """
    if not lengths or lengths[0] > bar:
        return None
    filled = bar - lengths[0]
    for length in lengths:
        filled += length
        if filled > bar:
            return None
        filled %= bar
    return lengths[0] % bar


def _tones(part: Any, index: int) -> list[Tone]:
    notes = part.stripTies().flatten().notes
    return [
        Tone(_rounded(note.offset), _rounded(note.duration.quarterLength), pitch.midi, _name(pitch), index)
        for note in notes
        if not note.duration.isGrace and note.duration.quarterLength > 0
        for pitch in note.pitches
    ]


def _rounded(quarters: Any) -> float:
    return float(Fraction(quarters).limit_denominator(_GRID))


def _name(pitch: Any) -> Pitch:
    return Pitch(pitch.step, int(pitch.alter))


def _held(part: Any) -> tuple[tuple[float, float], ...]:
    notes = part.flatten().notes
    marked = (note for note in notes if any("Fermata" in mark.classes for mark in note.expressions))
    return tuple((float(note.offset), float(note.offset + note.duration.quarterLength)) for note in marked)


def _key(part: Any, tones: Sequence[Tone]) -> Key | None:
    """The key that a score names, or that its signature and its last bass tell; None where they contradict it."""
    marks = list(part.recurse().getElementsByClass("KeySignature"))
    if len({mark.sharps for mark in marks}) != 1:
        return None
    end = max(tone.end for tone in tones)
    last = min((tone for tone in tones if tone.end == end), key=lambda tone: tone.pitch).name
    named = getattr(marks[0], "mode", None)
    is_tune = all(tone.part == 0 for tone in tones)
    if named is not None and is_tune:  # in MusicXML programs write “major” beside every signature
        return named_key(_name(marks[0].tonic), named, last, tones)
    return told_key(marks[0].sharps, last, tones)


def named_key(tonic: Pitch, mode: str, last: Pitch, tones: Sequence[Tone]) -> Key | None:
    """A tune's key as its writer names it, if it ends on its tonic and keeps to its scale (raised in minor)."""
    if mode not in MODES or last.pitch_class != tonic.pitch_class:
        return None
    key = Key(tonic, mode)
    scale = {*key.scale} | ({(tonic.pitch_class + 9) % 12, (tonic.pitch_class + 11) % 12} if mode == "minor" else set())
    inside = sum(tone.length for tone in tones if tone.pitch % 12 in scale)
    return key if inside >= IN_SCALE * sum(tone.length for tone in tones) else None


def told_key(sharps: int, last: Pitch, tones: Sequence[Tone]) -> Key | None:
    """The key of a signature and a last bass: major, minor, or in the older manner minor with one flat less."""
    fifths = last.fifths - sharps
    if fifths == 0:
        return Key(last, "major")
    lowered, raised = (_sounding(tones, last.pitch_class + step) for step in (8, 9))
    if fifths == 3 or (fifths == 2 and lowered > raised):
        return Key(last, "minor")
    return Key(last, "dorian") if fifths == 2 else None


def _sounding(tones: Sequence[Tone], pitch_class: int) -> float:
    """Quarters for which a pitch class sounds."""
    return sum(tone.length for tone in tones if tone.pitch % 12 == pitch_class % 12)
