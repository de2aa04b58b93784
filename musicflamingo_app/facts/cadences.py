"""Cadences: how sections, and phrases of four bars inside them, come to rest.

A phrase inside a loop is no ending, so only the section's end counts there. A tonic over its fifth is no rest. The
melody is not known: an authentic cadence may be perfect or imperfect.
"""

from dataclasses import dataclass
from itertools import groupby

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.progressions import Progression
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval, Segment

PHRASE_BARS = 4
REST_BEATS = 8  # silence after the last chord within which a phrase still ends with it
KINDS = ("authentic", "plagal", "deceptive", "half")


@dataclass(frozen=True)
class Cadence:
    """The last two harmonies of a phrase. `time_s` is where the second arrives, `bar` its bar.

    `ends_section` is False for a phrase that ends inside its section.
    """

    kind: str
    time_s: float
    interval: Interval
    chords: tuple[Chord, Chord]
    numerals: tuple[str, str]
    key: Key
    bar: int | None
    section: Segment[Section] | None
    ends_section: bool
    confidence: float


def cadences(card: SongCard, found: tuple[Progression, ...]) -> tuple[Cadence, ...]:
    """The cadences at the ends of sections and phrases, in order of time; none where no key is known."""
    out = []
    for progression in found:
        for end_s, is_last in _phrase_ends(progression):
            start_s = progression.cells[0].start_s
            cadence = _cadence(card, Interval(start_s, end_s), progression, is_last)
            if cadence:
                out.append(cadence)
    return tuple(out)


def _phrase_ends(progression: Progression) -> list[tuple[float, bool]]:
    """Where phrases end, and whether the section ends there."""
    cells = progression.cells
    ends = [(cells[-1].end_s, True)]
    if cells[0].number is None or progression.is_loop or len(cells) % PHRASE_BARS:
        return ends
    inner = [(cells[n - 1].end_s, False) for n in range(PHRASE_BARS, len(cells), PHRASE_BARS)]
    return inner + ends


def _cadence(card: SongCard, within: Interval, progression: Progression, is_last: bool) -> Cadence | None:
    pair = _last_two(card, within)
    key = card.key_at(pair[1].start_s) if pair else None
    if pair is None or key is None:
        return None
    first, last = pair
    kind = kind_of(first.label, last.label, key)
    if kind is None:
        return None
    bar = card.bar_at(last.start_s)
    chords_sure = [s.confidence for s in pair if s.confidence is not None]
    sure = min(chords_sure) if chords_sure else card.chords.confidence if card.chords else 0.0
    key_sure = card.key.confidence if card.key else 1.0
    return Cadence(
        kind, last.start_s, Interval(first.start_s, last.end_s), (first.label, last.label),
        (roman(first.label, key), roman(last.label, key)), key, bar.number if bar else None,
        progression.section, is_last, min(sure, key_sure),
    )  # fmt: skip


def _last_two(card: SongCard, within: Interval) -> tuple[Segment[Chord], Segment[Chord]] | None:
    """The last harmony of a stretch and the one before; chords on one root are one harmony, called by its last chord.

    None when the last harmony is less than a beat long, or long before the end.
    """
    heard = [s for s in card.chords_of(within) if s.label.root is not None]
    runs = [list(run) for _, run in groupby(heard, key=lambda s: s.label.root and s.label.root.pitch_class)]
    if len(runs) < 2:
        return None
    first, last = _harmony(runs[-2]), _harmony(runs[-1])
    beat_s = 60.0 / (card.tempo_bpm.value if card.tempo_bpm else 120.0)
    heard_enough = last.end_s - last.start_s > 0.9 * beat_s and within.end_s - last.end_s < REST_BEATS * beat_s
    return (first, last) if heard_enough else None


def _harmony(run: list[Segment[Chord]]) -> Segment[Chord]:
    sure = [s.confidence for s in run if s.confidence is not None]
    return Segment(run[0].start_s, run[-1].end_s, run[-1].label, min(sure) if sure else None)


def kind_of(first: Chord, last: Chord, key: Key) -> str | None:
    """The cadence that two chords make in a key, None when they make none."""
    if first.root is None or last.root is None or (last.bass is not None and last.bass.semitones == 7):
        return None
    tonic = key.tonic.pitch_class
    before, after = (first.root.pitch_class - tonic) % 12, (last.root.pitch_class - tonic) % 12
    dominant = _is_dominant(before, first, key)
    if after == 0 and _is_tonic(last, key):
        return "authentic" if dominant else "plagal" if before == 5 and first.triad.quality in ("maj", "min") else None
    if after == 7 and last.triad.quality == "maj" and not dominant:
        return "half"
    to_sixth = (9, "min") if not key.is_minor else (8, "maj")
    return "deceptive" if dominant and (after, last.triad.quality) == to_sixth else None


def _is_dominant(step: int, chord: Chord, key: Key) -> bool:
    """V with the leading tone, or the diminished chord on it."""
    leading = (key.tonic.pitch_class + 11) % 12
    return (step == 7 and chord.triad.quality in ("maj", "aug") and leading in chord.pitch_classes) or (
        step == 11 and chord.triad.quality == "dim"
    )


def _is_tonic(chord: Chord, key: Key) -> bool:
    """The tonic triad of the key, or a bare fifth; a Picardy third counts. A tonic with a minor seventh wants on."""
    triads = ("min", "maj", "5", "1") if key.is_minor else ("maj", "5", "1")
    return chord.triad.quality in triads and not (chord.quality in ("7", "9", "11", "13") and not key.is_minor)
