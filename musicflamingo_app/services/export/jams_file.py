"""JAMS, the annotation format of music research: every lane as an annotation with confidence and provenance.

Source: Humphrey et al., “JAMS: A JSON Annotated Music Specification”, ISMIR 2014; namespaces of jams 0.3.5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from db.values import Track
from musicflamingo_app.errors import MissingPackage, StudioError
from musicflamingo_app.music.analysis import Analysis, Provenance
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.services.export.lanes import key_label, measured_keys

L = TypeVar("L")
Row = tuple[float, float, Any, float | None]  # start, duration, value, confidence


@dataclass(frozen=True, slots=True)
class Layer:
    """One annotation: its namespace, who measured it, and its rows."""

    namespace: str
    provenance: Provenance
    rows: tuple[Row, ...]


def jams_files(analysis: Analysis, track: Track) -> dict[str, bytes]:
    """`jams`: one valid document with what was measured. Raises MissingPackage."""
    jams = _jams()
    layers = [layer for layer in _layers(analysis) if layer.rows]
    if not layers:
        return {}
    jam = jams.JAMS()
    jam.file_metadata.title = track.title
    jam.file_metadata.artist = track.artist or ""
    jam.file_metadata.release = track.album or ""
    jam.file_metadata.duration = analysis.duration_s
    jam.sandbox.audio_sha256 = track.audio_sha256
    for layer in layers:
        jam.annotations.append(_annotation(jams, layer, analysis.duration_s))
    try:
        jam.validate(strict=True)
    except jams.SchemaError as error:
        raise StudioError(f"The analysis is not valid JAMS: {error}.", "Export it in another format.") from error
    return {"jams": jam.dumps(indent=1).encode()}


def _jams() -> Any:
    try:
        import jams  # type: ignore[import-untyped]
    except ImportError as error:
        what = "Exporting JAMS needs the jams package, which is not installed."
        raise MissingPackage(what, "Install it with: pip install jams") from error
    return jams


def _annotation(jams: Any, layer: Layer, duration_s: float) -> Any:
    made = layer.provenance
    about = jams.AnnotationMetadata(
        data_source="program", annotation_tools=f"{made.engine} {made.version}", version=made.version
    )
    annotation = jams.Annotation(
        layer.namespace, time=0, duration=duration_s, annotation_metadata=about, sandbox=_sandbox(made)
    )
    for start_s, length_s, value, confidence in layer.rows:
        annotation.append(time=start_s, duration=length_s, value=value, confidence=confidence)
    return annotation


def _sandbox(made: Provenance) -> dict[str, str]:
    found = {
        "parameters_sha256": made.parameters_sha256,
        "measured_at": made.measured_at.isoformat(),
        "credit": made.credit,
    }
    return {name: text for name, text in found.items() if text}


def _layers(analysis: Analysis) -> Iterator[Layer]:
    whole_s = analysis.duration_s
    if analysis.chords:
        yield Layer("chord", analysis.chords.provenance, _spans(analysis.chords.value))
    if analysis.beats:
        sure = analysis.beats.confidence
        beats = tuple((beat.time_s, 0.0, beat.position, sure) for beat in analysis.beats.value.beats)
        yield Layer("beat", analysis.beats.provenance, beats)
    if analysis.sections:
        named = analysis.sections.value.relabelled(lambda section: section.label)
        yield Layer("segment_open", analysis.sections.provenance, _spans(named))
    keys = measured_keys(analysis)
    if keys:
        yield Layer("key_mode", keys.provenance, _spans(keys.value.relabelled(key_label)))
    if analysis.tempo:
        row = (0.0, whole_s, analysis.tempo.value, analysis.tempo.confidence)
        yield Layer("tempo", analysis.tempo.provenance, (row,))
    if analysis.instruments:
        rows = tuple(row for one in analysis.instruments.value for row in _spans(one.timeline))
        yield Layer("tag_open", analysis.instruments.provenance, tuple(sorted(rows, key=lambda row: row[:2])))
    if analysis.tags:
        tags = tuple((0.0, whole_s, tag.name, tag.score) for tag in analysis.tags.value)
        yield Layer("tag_open", analysis.tags.provenance, tags)


def _spans(timeline: Timeline[L]) -> tuple[Row, ...]:
    return tuple((s.start_s, s.end_s - s.start_s, str(s.label), s.confidence) for s in timeline)
