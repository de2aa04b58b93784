"""What is true of the part of a made piece that programs get to hear."""

from dataclasses import dataclass, replace

from musicflamingo_app.analysis.listening.classes import DRUMS, FAMILY_NAMES, VOICE, family_of
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment, Timeline
from train.ears.pop import VOICE as SUNG
from train.pieces.values import Part, Piece

AFTER_LAST_BEAT_S = 0.5  # labels of songs end before their sound does; beats found later are not compared


@dataclass(frozen=True)
class Truth:
    """Truth from 0 to `duration_s`. `beats` is None in free time, `key` for drums alone, `sections` where unknown.

    `metre` and `key` are those that hold longest.
    """

    duration_s: float
    beats: BeatGrid | None
    metre: Metre
    chords: Timeline[Chord]
    key: Key | None
    sections: Timeline[Section] | None
    instruments: tuple[Playing, ...]

    @property
    def beats_end_s(self) -> float:
        """Until when beats are compared."""
        last_s = self.beats.times_s[-1] if self.beats else 0.0
        return min(self.duration_s, last_s + AFTER_LAST_BEAT_S)


def truth_of(piece: Piece, seconds: float | None = None) -> Truth:
    """The truth of the first so many seconds of a piece, or of all of it."""
    whole_s = piece.duration_s if seconds is None else min(seconds, piece.duration_s)
    heard = Interval(0.0, whole_s)
    beats = tuple(beat for beat in piece.beats.beats if beat.time_s < whole_s)
    keys, metres = piece.keys.within(heard), piece.metres.within(heard)
    return Truth(
        whole_s,
        BeatGrid(beats, piece.beats.metre) if beats else None,
        _longest(metres) or piece.beats.metre,
        piece.chords.within(heard),
        _longest(keys),
        piece.sections.within(heard) if len(piece.sections) else None,
        _instruments(piece, heard),
    )


def looked_at(truth: Truth) -> Truth:
    """The truth of a song, without beats where nobody annotated its phrases: a program found those, and nobody looked.

    On the test side chords bear out the bar lines of 33 of 34 songs with phrases, and of 9 of 22 without.
    """
    return replace(truth, beats=None) if truth.sections is None else truth


def _longest(timeline: Timeline) -> object:  # type: ignore[type-arg]
    held: dict[object, float] = {}
    for segment in timeline:
        held[segment.label] = held.get(segment.label, 0.0) + segment.duration_s
    return max(held, key=lambda label: held[label]) if held else None


def _instruments(piece: Piece, heard: Interval) -> tuple[Playing, ...]:
    """Families of instruments and when one of their players plays; sound effects belong to none."""
    spans: dict[str, list[Interval]] = {}
    for index, part in enumerate(piece.parts):
        family = _family(part)
        if family is not None:
            spans.setdefault(FAMILY_NAMES[family], []).extend(piece.active(index))
    made = {name: _union(name, rows).within(heard) for name, rows in spans.items()}
    return tuple(Playing(name, timeline) for name, timeline in made.items() if len(timeline))


def _family(part: Part) -> int | None:
    return DRUMS if part.is_drums else VOICE if part.role == SUNG else family_of(part.program)


def _union(name: str, spans: list[Interval]) -> Timeline[str]:
    """Overlapping intervals made one."""
    out: list[Interval] = []
    for span in sorted((span for span in spans if span.duration_s > 0), key=lambda span: span.start_s):
        if out and span.start_s <= out[-1].end_s:
            out[-1] = Interval(out[-1].start_s, max(out[-1].end_s, span.end_s))
        else:
            out.append(span)
    return Timeline(tuple(Segment(span.start_s, span.end_s, name) for span in out))
