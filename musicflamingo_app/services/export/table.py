"""A table for spreadsheets: one row for each chord, or for each beat where chords were not measured.

Where it was measured a last column tells what plays in most of the row.

Conventions: RFC 4180 with a byte order mark, which spreadsheets need to read `ø`; a cell that a spreadsheet would take
for a formula begins with an apostrophe.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Iterable

from db.values import Track
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval, Segment
from musicflamingo_app.services.export.lanes import measured_keys, taps

COLUMNS = ("bar", "beat", "start", "end", "chord", "roman", "confidence", "section", "key")
PLAYING = "instruments"
EARLY_S = 0.07  # a chord this little before a beat is on it: MIREX beat tolerance
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_files(analysis: Analysis, _track: Track) -> dict[str, bytes]:
    """`chords.csv`, or nothing when neither chords nor beats were measured."""
    rows = list(_rows(analysis))
    if not rows:
        return {}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS if analysis.instruments is None else (*COLUMNS, PLAYING))
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return {"chords.csv": out.getvalue().encode("utf-8-sig")}


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(analysis: Analysis) -> Iterable[tuple[str, ...]]:
    beats, keys = taps(analysis), measured_keys(analysis)
    times_s = [tap.time_s for tap in beats]
    for segment in _segments(analysis):
        inside_s = segment.start_s + min(EARLY_S, segment.duration_s / 2)
        index = bisect_right(times_s, inside_s) - 1
        tap = beats[index] if index >= 0 else None
        section = analysis.sections.value.at(inside_s) if analysis.sections else None
        key = keys.value.at(inside_s) if keys else None
        chord = segment.label
        yield (
            str(tap.bar) if tap else "",
            str(tap.position) if tap else "",
            f"{segment.start_s:.4f}",
            f"{segment.end_s:.4f}",
            str(chord) if chord else "",
            roman(chord, key.label) if chord and key else "",
            "" if segment.confidence is None else f"{segment.confidence:.3f}",
            section.label.label if section else "",
            str(key.label) if key else "",
            *_playing(analysis, segment.interval),
        )


def _playing(analysis: Analysis, row: Interval) -> tuple[str, ...]:
    """The cell of what plays in at least half of a row; no cell where that was not measured."""
    if analysis.instruments is None:
        return ()
    there = [one.name for one in analysis.instruments.value if 2 * one.seconds_in(row) >= row.duration_s]
    return (", ".join(there),)


def _segments(analysis: Analysis) -> Iterable[Segment[Chord | None]]:
    if analysis.chords is not None:
        return [Segment(s.start_s, s.end_s, s.label, s.confidence) for s in analysis.chords.value]
    times_s = [tap.time_s for tap in taps(analysis)]
    ends_s = [*times_s[1:], max([analysis.duration_s, *times_s[-1:]])]
    return [Segment(start_s, end_s, None) for start_s, end_s in zip(times_s, ends_s, strict=False)]
