"""What the player draws: a Track and its Analysis as one JSON document, ready to show.

Pure. Chords are spelled in the key that sounds there, numbered in Roman numerals, and placed in bars; times stay in
seconds from the first decoded sample. Nothing in the document is markup: the page writes all of it as text.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from db.values import Track
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.beat import Bar, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import roman, spelled
from musicflamingo_app.music.time import Ranked, Segment, Timeline
from musicflamingo_app.ui import words
from musicflamingo_app.ui.facts import facts, failure_rows, provenance_rows

FORMAT = "musicflamingo-view"
VERSION = 1
MAX_ALTERNATIVES = 3
_HELD_BEATS = 0.3  # a chord that shares less of a bar than this belongs to its neighbour

Json = dict[str, Any]


def track_view(track: Track, analysis: Analysis) -> Json:
    """The document of one track. Times are rounded to 0.1 ms, confidences to 0.01."""
    grid = analysis.beats.value if analysis.beats else BeatGrid()
    bars = grid.bars(analysis.duration_s)
    keys = _KeyMap(analysis)
    chords = _chords(analysis, keys)
    return _head(track, analysis, grid) | {
        "beats": _beats(grid, bars),
        "bars": [_bar(bar, chords, grid.metre.felt_beats) for bar in bars],
        "chords": chords,
        "spoken": _spoken(analysis, keys),
        "keys": _keys(analysis),
        "sections": _sections(analysis, bars),
        "instruments": _instruments(analysis),
        "facts": facts(analysis),
        "tags": _tags(analysis),
        "provenance": provenance_rows(analysis),
        "failures": failure_rows(analysis),
        "exports": [{"format": name, "label": label, "about": about} for name, (label, about) in _exports()],
    }


def _head(track: Track, analysis: Analysis, grid: BeatGrid) -> Json:
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "duration": _seconds(analysis.duration_s),
        "metre": str(grid.metre) if grid.beats else None,
        "felt_beats": grid.metre.felt_beats,
    }


class _KeyMap:
    """Which key a chord is spelled in: the region it starts in, else the key of the whole."""

    def __init__(self, analysis: Analysis) -> None:
        self._regions: Timeline[Key] = analysis.key_regions.value if analysis.key_regions else Timeline()
        self._whole = analysis.key.value if analysis.key else None

    def at(self, time_s: float) -> Key | None:
        region = self._regions.at(time_s)
        return region.label if region else self._whole


def _exports() -> Iterator[tuple[str, tuple[str, str]]]:
    return iter(words.EXPORT_LABELS.items())


def _chords(analysis: Analysis, keys: _KeyMap) -> list[Json]:
    timeline = analysis.chords.value if analysis.chords else Timeline[Chord]()
    return [_chord(segment, keys.at((segment.start_s + segment.end_s) / 2)) for segment in timeline]


def _chord(segment: Segment[Chord], key: Key | None) -> Json:
    chord = spelled(segment.label, key)
    return {
        "s": _seconds(segment.start_s),
        "e": _seconds(segment.end_s),
        "name": chord.pretty,
        "roman": _numeral(chord, key),
        "fifth": None if chord.root is None else (7 * chord.root.pitch_class) % 12,
        "minor": chord.triad.quality in ("min", "dim"),
        "c": _rounded(segment.confidence),
        "alt": [
            [spelled(other.label, key).pretty, _rounded(other.confidence)]
            for other in segment.alternatives[:MAX_ALTERNATIVES]
        ],
    }


def _numeral(chord: Chord, key: Key | None) -> str:
    return roman(chord, key).replace("b", "♭").replace("#", "♯") if key and chord.is_chord else ""


def _spoken(analysis: Analysis, keys: _KeyMap) -> dict[str, str]:
    """Display name of each chord that occurs -> how it is read aloud."""
    if analysis.chords is None:
        return {}
    shown = (
        spelled(segment.label, keys.at((segment.start_s + segment.end_s) / 2)) for segment in analysis.chords.value
    )
    return {chord.pretty: words.spoken_chord(chord) for chord in shown}


def _beats(grid: BeatGrid, bars: Sequence[Bar]) -> Json:
    return {
        "t": [_seconds(beat.time_s) for beat in grid.beats],
        "pos": [beat.position for beat in grid.beats],
        "bar": [bar.number for bar in bars for _ in bar.beats],
    }


def _bar(bar: Bar, chords: Sequence[Json], felt_beats: int) -> Json:
    return {
        "n": bar.number,
        "s": _seconds(bar.start_s),
        "e": _seconds(bar.end_s),
        "beats": len(bar.beats),
        "chords": list(_bar_chords(bar, chords, felt_beats)),
    }


def _bar_chords(bar: Bar, chords: Sequence[Json], felt_beats: int) -> Iterator[tuple[int, int, bool]]:
    """(index of the chord, beat of the bar it starts on, whether it sounds on from the bar before)."""
    beat_s = (bar.end_s - bar.start_s) / max(1, len(bar.beats) if bar.number else felt_beats)
    index = max(0, bisect_right(chords, bar.start_s, key=lambda chord: chord["s"]) - 1)
    times = [beat.time_s for beat in bar.beats]
    while index < len(chords) and chords[index]["s"] < bar.end_s:
        chord = chords[index]
        shared_s = min(chord["e"], bar.end_s) - max(chord["s"], bar.start_s)
        if shared_s > _HELD_BEATS * beat_s:
            held = chord["s"] < bar.start_s - _HELD_BEATS * beat_s
            beat = 1 if held else max(1, bisect_right(times, chord["s"] + beat_s / 2))
            yield index, beat, held
        index += 1


def _keys(analysis: Analysis) -> list[Json]:
    if analysis.key_regions is None:
        return []
    return [
        {
            "s": _seconds(segment.start_s),
            "e": _seconds(segment.end_s),
            "name": segment.label.pretty,
            "camelot": segment.label.camelot,
            "fifth": segment.label.signature % 12,
            "minor": segment.label.is_minor,
            "c": _rounded(segment.confidence),
            "alt": _pretty_keys(segment.alternatives),
        }
        for segment in analysis.key_regions.value
    ]


def _pretty_keys(ranked: Sequence[Ranked[Key]]) -> list[list[Any]]:
    return [[other.label.pretty, _rounded(other.confidence)] for other in ranked[:MAX_ALTERNATIVES]]


def _sections(analysis: Analysis, bars: Sequence[Bar]) -> list[Json]:
    if analysis.sections is None:
        return []
    segments = analysis.sections.value.segments
    names = section_names([segment.label for segment in segments])
    return [
        {
            "s": _seconds(segment.start_s),
            "e": _seconds(segment.end_s),
            "name": name,
            "label": segment.label.function or segment.label.letter[:1],
            "letter": segment.label.letter.replace("'", "′"),
            "c": _rounded(segment.confidence),
            "bars": _bars_within(segment, bars),
        }
        for segment, name in zip(segments, names, strict=True)
    ]


def section_names(sections: Sequence[Section]) -> list[str]:
    """Names to show: `Verse 1`, `Chorus 2`, `Intro`; sections known by letter only stay letters, `A′` for a variant."""
    totals = Counter(section.function for section in sections)
    seen: Counter[str | None] = Counter()
    names = []
    for section in sections:
        seen[section.function] += 1
        if section.function is None:
            names.append(section.letter.replace("'", "′"))
        else:
            many = totals[section.function] > 1
            names.append(section.function.capitalize() + (f" {seen[section.function]}" if many else ""))
    return names


def _bars_within(segment: Segment[Section], bars: Sequence[Bar]) -> list[int]:
    """First and last bar that starts inside, by a tenth of a second; empty when none does."""
    inside = [bar.number for bar in bars if segment.start_s - 0.1 <= bar.start_s < segment.end_s - 0.1]
    return [inside[0], inside[-1]] if inside else []


def _instruments(analysis: Analysis) -> list[Json]:
    """One row for each instrument, the one that plays longest first, with the parts in which it plays."""
    if analysis.instruments is None:
        return []
    longest = sorted(analysis.instruments.value, key=lambda one: -one.duration_s)
    return [
        {
            "name": one.name.capitalize(),
            "c": _rounded(one.confidence),
            "share": round(min(1.0, one.duration_s / analysis.duration_s), 3),
            "parts": [
                {"s": _seconds(part.start_s), "e": _seconds(part.end_s), "c": _rounded(part.confidence)}
                for part in one.timeline
            ],
        }
        for one in longest
    ]


def _tags(analysis: Analysis) -> list[Json]:
    if analysis.tags is None:
        return []
    return [{"kind": tag.kind, "name": tag.name, "score": _rounded(tag.score)} for tag in analysis.tags.value]


def _seconds(time_s: float) -> float:
    return round(time_s, 4)


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 2)
