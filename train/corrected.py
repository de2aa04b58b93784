"""Corrections outrank engines: an analysis with what people said of it put in place of what was measured.

A payload names the aspect's value: `{"key": "D major"}`, `{"bpm": 96}` or `{"factor": 2}` for the tempo,
`{"metre": "3/4"}`, `{"beats": [...], "downbeats": [...], "metre": "3/4"}`, `{"tags": [["voice", "choir", 0.9]]}`, and
rows of seconds and label for `chords`, `key_regions` and `sections` (`[start, end, letter, function]`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from db.values import Correction
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline

PERSON = "a person"


def corrected(analysis: Analysis, corrections: Mapping[str, Correction]) -> Analysis:
    """The analysis as people left it: aspect by aspect, certain. Raises StudioError for a correction it cannot read."""
    values: dict[str, Any] = {}
    for aspect, correction in corrections.items():
        try:
            values |= _values(aspect, correction.payload, analysis)
        except (KeyError, TypeError, ValueError) as error:
            raise StudioError(
                f"The correction of the {aspect} cannot be read: {error}.", "Correct it again in the studio."
            ) from error
    by = {aspect: _who(corrections[aspect]) for aspect in corrections}
    who = next(iter(by.values()), None)
    changed: dict[str, Any] = {}
    if who is not None:
        changed = {name: Measured(value, 1.0, by.get(name) or who) for name, value in values.items()}
    if "beats" in changed:
        changed["swing"] = None  # it was measured between other beats
    return replace(analysis, **changed)


def _values(aspect: str, payload: Mapping[str, Any], analysis: Analysis) -> dict[str, Any]:
    """Aspect of an analysis -> its new value."""
    if aspect == "key":
        return _key(Key.parse(payload["key"]), analysis)
    if aspect == "tempo":
        return _tempo(payload, analysis)
    if aspect in ("beats", "metre"):
        return {"beats": _grid(payload, analysis)}
    if aspect == "chords":
        return {"chords": Timeline.of((float(a), float(b), Chord.parse(text)) for a, b, text in payload["chords"])}
    if aspect == "key_regions":
        rows = payload["key_regions"]
        return {"key_regions": Timeline.of((float(a), float(b), Key.parse(text)) for a, b, text in rows)}
    if aspect == "sections":
        rows = payload["sections"]
        return {"sections": Timeline.of((float(a), float(b), Section(letter, name)) for a, b, letter, name in rows)}
    if aspect == "tags":
        return {"tags": tuple(Tag(kind, name, float(score)) for kind, name, score in payload["tags"])}
    raise ValueError(f"“{aspect}” is no aspect that can be corrected")


def _key(key: Key, analysis: Analysis) -> dict[str, Any]:
    """A corrected key holds throughout where the engine found one key; with changes of key only as the main one."""
    regions = analysis.key_regions.value if analysis.key_regions else Timeline[Key]()
    if len({region.label for region in regions}) > 1:
        return {"key": key}
    return {"key": key, "key_regions": Timeline.of([(0.0, analysis.duration_s, key)])}


def _tempo(payload: Mapping[str, Any], analysis: Analysis) -> dict[str, Any]:
    """A corrected tempo; half and double take the beats along."""
    if "bpm" in payload:
        return {"tempo": float(payload["bpm"])}
    factor = float(payload["factor"])
    if analysis.tempo is None or factor not in (0.5, 2.0):
        raise ValueError(f"the factor {factor:g} has no tempo to change")
    values: dict[str, Any] = {"tempo": analysis.tempo.value * factor}
    if analysis.beats is not None:
        grid = analysis.beats.value
        values["beats"] = grid.doubled() if factor == 2.0 else grid.halved()
    return values


def _grid(payload: Mapping[str, Any], analysis: Analysis) -> BeatGrid:
    old = analysis.beats.value if analysis.beats else BeatGrid()
    metre = Metre.parse(payload["metre"]) if "metre" in payload else old.metre
    if "beats" in payload:
        return BeatGrid.of(payload["beats"], payload.get("downbeats", ()), metre)
    firsts = [index for index, beat in enumerate(old.beats) if beat.position == 1][:1]
    return BeatGrid.of(old.times_s, old.times_s[firsts[0] if firsts else 0 :: metre.felt_beats], metre)


def _who(correction: Correction) -> Provenance:
    return Provenance(PERSON, correction.author or "1", "0" * 64, correction.created_at)
