"""The lanes of an analysis as plain rows: what every text format writes in its own way.

Conventions: lanes are contiguous from 0 to the end of the track, gaps labelled as not known; a row's end is the next
one's start to the last digit.
"""

from dataclasses import dataclass

from musicflamingo_app.music.analysis import Analysis, Measured
from musicflamingo_app.music.chord import UNKNOWN_CHORD
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import SLACK_S, Segment, Timeline

UNKNOWN = "unknown"
NO_KEY = "N"


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its name and `(start, end, label)` rows."""

    name: str
    rows: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Tap:
    """One beat with its bar (0 is the pickup) and its position in it."""

    time_s: float
    bar: int
    position: int


def lanes(analysis: Analysis) -> tuple[Lane, ...]:
    """The lanes that were measured: chords, sections, key."""
    found: dict[str, Timeline[str]] = {}
    whole_s = analysis.duration_s
    if analysis.chords is not None:
        found["chords"] = analysis.chords.value.filled(whole_s, UNKNOWN_CHORD).relabelled(str)
    if analysis.sections is not None:
        found["sections"] = analysis.sections.value.relabelled(lambda part: part.label).filled(whole_s, UNKNOWN)
    keys = measured_keys(analysis)
    if keys is not None:
        found["key"] = keys.value.relabelled(key_label).filled(whole_s, NO_KEY)
    return tuple(_lane(name, timeline, whole_s) for name, timeline in found.items())


def overlapping(analysis: Analysis) -> tuple[tuple[float, float, str], ...]:
    """What plays when as `(start, end, instrument)` rows by time; several play at once."""
    playing = analysis.instruments.value if analysis.instruments else ()
    return tuple(sorted((s.start_s, s.end_s, s.label) for one in playing for s in one.timeline))


def measured_keys(analysis: Analysis) -> Measured[Timeline[Key]] | None:
    """The key by region, or the one key over the whole track; None when neither was measured."""
    if analysis.key_regions is not None and len(analysis.key_regions.value):
        return analysis.key_regions
    if analysis.key is not None and analysis.duration_s > 0:
        whole = Segment(0.0, analysis.duration_s, analysis.key.value, analysis.key.confidence)
        return Measured(Timeline((whole,)), analysis.key.confidence, analysis.key.provenance)
    return None


def key_label(key: Key) -> str:
    """A key as JAMS and lab files have it: `C:major`."""
    return f"{key.tonic}:{key.mode}"


def taps(analysis: Analysis) -> tuple[Tap, ...]:
    """Every beat with its bar; none when beats were not measured."""
    if analysis.beats is None:
        return ()
    bars = analysis.beats.value.bars(analysis.duration_s)
    return tuple(Tap(beat.time_s, bar.number, beat.position) for bar in bars for beat in bar.beats)


def _lane(name: str, timeline: Timeline[str], duration_s: float) -> Lane:
    """The rows of a filled timeline, its edges made equal where rounding has parted them."""
    rows: list[tuple[float, float, str]] = []
    edge_s = 0.0
    for segment in timeline:
        end_s = duration_s if abs(segment.end_s - duration_s) <= 2 * SLACK_S else segment.end_s
        rows.append((edge_s, end_s, segment.label))
        edge_s = end_s
    return Lane(name, tuple(rows))
