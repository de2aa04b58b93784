"""The JSON document of an Analysis: what is stored, served and printed. Versioned; older versions are refused by name.

Plain lists a program can read at once (`chords`, `beats`, `downbeats`, `tempo`, `key`, `sections`) stand at the top;
confidence, provenance and alternatives stand beside them under `aspects`, segment by segment in the same order.
Rows of `instruments` overlap, for several play at once: they stand instrument by instrument.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import (
    Analysis,
    Failure,
    Loudness,
    Measured,
    Provenance,
    Tag,
)  # fmt: skip
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import grouped
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Ranked, Segment, Timeline

FORMAT = "musicflamingo-analysis"
VERSION = 1
Json = dict[str, Any]
T = TypeVar("T")


def analysis_to_json(analysis: Analysis) -> Json:
    """The document of an analysis; times in seconds rounded to 0.1 ms."""
    grid = analysis.beats.value if analysis.beats else None
    return {
        "format": FORMAT,
        "version": VERSION,
        "duration": _seconds(analysis.duration_s),
        "tempo": round(analysis.tempo.value, 3) if analysis.tempo else None,
        "swing": round(analysis.swing.value, 3) if analysis.swing else None,
        "metre": str(grid.metre) if grid and grid.beats else None,
        "key": str(analysis.key.value) if analysis.key else None,
        "tuning": round(analysis.tuning.value, 2) if analysis.tuning else None,
        "loudness": _loudness_to_json(analysis.loudness.value) if analysis.loudness else None,
        "beats": [_seconds(beat.time_s) for beat in grid.beats] if grid else [],
        "positions": [beat.position for beat in grid.beats] if grid else [],
        "downbeats": [_seconds(time_s) for time_s in grid.downbeats_s] if grid else [],
        "chords": _rows(analysis.chords, str),
        "key_regions": _rows(analysis.key_regions, str),
        "sections": _rows(analysis.sections, lambda section: section.label),
        "instruments": _rows(analysis.instruments, str),
        "tags": [[tag.kind, tag.name, round(tag.score, 4)] for tag in analysis.tags.value] if analysis.tags else [],
        "aspects": _aspects_to_json(analysis),
        "failures": {name: _failure_to_json(failure) for name, failure in analysis.failures.items()},
    }


def analysis_from_json(document: Mapping[str, Any]) -> Analysis:
    """The analysis of a document. Raises StudioError for another format or version, or a broken document."""
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        found = f"{document.get('format')} version {document.get('version')}"
        raise StudioError(f"This analysis is “{found}”, not {FORMAT} version {VERSION}.", "Analyse the track again.")
    try:
        return _analysis(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudioError(f"This analysis cannot be read: {error}.", "Analyse the track again.") from error


def _analysis(document: Mapping[str, Any]) -> Analysis:
    aspects = document["aspects"]

    def measured(name: str, value: Callable[[], T], label: Callable[[str], Any] | None = None) -> Measured[T] | None:
        if name not in aspects:
            return None
        about = aspects[name]
        others = tuple(Ranked(label(text), p) for text, p in about.get("alternatives", [])) if label else ()
        return Measured(value(), about["confidence"], _provenance(about["provenance"]), others)

    return Analysis(
        duration_s=document["duration"],
        beats=measured("beats", lambda: _grid(document)),
        tempo=measured("tempo", lambda: float(document["tempo"]), float),
        swing=measured("swing", lambda: float(document["swing"])),
        chords=measured("chords", lambda: Timeline(_lane(document, "chords", Chord.parse))),
        key=measured("key", lambda: Key.parse(document["key"]), Key.parse),
        key_regions=measured("key_regions", lambda: Timeline(_lane(document, "key_regions", Key.parse))),
        sections=measured("sections", lambda: _sections(document)),
        instruments=measured("instruments", lambda: grouped(_lane(document, "instruments", str))),
        tags=measured("tags", lambda: tuple(Tag(*row) for row in document["tags"])),
        tuning=measured("tuning", lambda: float(document["tuning"])),
        loudness=measured("loudness", lambda: Loudness(**document["loudness"])),
        failures={name: _failure(row) for name, row in document["failures"].items()},
    )


def _seconds(time_s: float) -> float:
    return round(time_s, 4)


def _rows(measured: Measured[Any] | None, label: Callable[[Any], str]) -> list[list[Any]]:
    return [[_seconds(s.start_s), _seconds(s.end_s), label(s.label)] for s in _segments(measured)]


def _segments(measured: Measured[Any] | None) -> list[Segment[Any]]:
    """The segments of a timeline, or of the timelines of all instruments one after another."""
    if measured is None:
        return []
    timelines = [measured.value] if isinstance(measured.value, Timeline) else [it.timeline for it in measured.value]
    return [segment for timeline in timelines for segment in timeline]


def _loudness_to_json(loudness: Loudness) -> Json:
    return {
        "integrated_lufs": round(loudness.integrated_lufs, 2),
        "range_lu": round(loudness.range_lu, 2),
        "peak_dbfs": round(loudness.peak_dbfs, 2),
    }


def _aspects_to_json(analysis: Analysis) -> Json:
    out: Json = {}
    for name in analysis.provenances:
        measured: Measured[Any] = getattr(analysis, name)
        about: Json = {
            "confidence": round(measured.confidence, 4),
            "provenance": _provenance_to_json(measured.provenance),
        }
        if measured.alternatives:
            about["alternatives"] = _ranked_to_json(measured.alternatives)
        if name == "instruments" or isinstance(measured.value, Timeline):
            about["segments"] = [_segment_to_json(segment) for segment in _segments(measured)]
        out[name] = about
    return out


def _ranked_to_json(ranked: tuple[Ranked[Any], ...]) -> list[list[Any]]:
    rows = [(other.label, other.confidence) for other in ranked]
    return [[round(label, 3) if isinstance(label, float) else str(label), round(p, 4)] for label, p in rows]


def _segment_to_json(segment: Segment[Any]) -> Json:
    about: Json = {"confidence": None if segment.confidence is None else round(segment.confidence, 4)}
    if segment.alternatives:
        about["alternatives"] = _ranked_to_json(segment.alternatives)
    if isinstance(segment.label, Section):
        about |= {"letter": segment.label.letter, "function": segment.label.function}
    return about


def _provenance_to_json(provenance: Provenance) -> Json:
    return {
        "engine": provenance.engine,
        "version": provenance.version,
        "parameters_sha256": provenance.parameters_sha256,
        "measured_at": provenance.measured_at.isoformat(),
        "credit": provenance.credit,
    }


def _failure_to_json(failure: Failure) -> Json:
    about: Json = {"engine": failure.engine, "sentence": failure.sentence}
    return about | ({"missing": list(failure.missing)} if failure.missing else {})


def _failure(row: Mapping[str, Any]) -> Failure:
    return Failure(row["engine"], row["sentence"], tuple(row.get("missing", ())))


def _provenance(row: Mapping[str, Any]) -> Provenance:
    return Provenance(**{**row, "measured_at": datetime.fromisoformat(row["measured_at"])})


def _grid(document: Mapping[str, Any]) -> BeatGrid:
    if document["metre"] is None:  # free time
        return BeatGrid()
    pairs = zip(document["beats"], document["positions"], strict=True)
    return BeatGrid(tuple(Beat(time_s, position) for time_s, position in pairs), Metre.parse(document["metre"]))


def _lane(document: Mapping[str, Any], name: str, label: Callable[[str], T]) -> tuple[Segment[T], ...]:
    segments = []
    details = document["aspects"][name].get("segments", [])
    for (start_s, end_s, text), about in zip(document[name], details, strict=True):
        others = tuple(Ranked(label(other), p) for other, p in about.get("alternatives", []))
        segments.append(Segment(start_s, end_s, label(text), about["confidence"], others))
    return tuple(segments)


def _sections(document: Mapping[str, Any]) -> Timeline[Section]:
    details = document["aspects"]["sections"]["segments"]
    return Timeline(
        tuple(
            Segment(start_s, end_s, Section(about["letter"], about["function"]), about["confidence"])
            for (start_s, end_s, _), about in zip(document["sections"], details, strict=True)
        )
    )
