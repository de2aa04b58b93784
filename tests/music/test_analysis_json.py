"""The JSON document of an analysis: there and back, and refusals by name."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import ASPECTS, Analysis, Failure, Loudness, Measured, Provenance, Tag
from musicflamingo_app.music.analysis_json import analysis_from_json, analysis_to_json
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Ranked, Segment, Timeline

WHEN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def by(engine: str) -> Provenance:
    return Provenance(engine, "1.2", "ab" * 32, WHEN, f"{engine} by somebody")


def full() -> Analysis:
    """An analysis with every aspect, alternatives and a failure."""
    times = [0.5 * i + 0.25 for i in range(12)]
    a_minor, seventh = Chord.parse("A:min7/b3"), Chord.parse("C:9(*5)")
    chords = Timeline((Segment(0.0, 2.25, NO_CHORD, 0.9), Segment(2.25, 4.0, a_minor, None, (Ranked(seventh, 0.25),))))
    regions = Timeline.of([(0.0, 3.0, Key.parse("A minor")), (3.0, 6.5, Key.parse("F# dorian"))])
    sections = Timeline((Segment(0.0, 3.0, Section("A", "verse"), 0.5), Segment(3.0, 6.5, Section("B'"), None)))
    drums = Playing.of("drums", [(0.5, 2.0, 0.75), (3.0, 6.5, None)])
    playing = (drums, Playing.of("electric guitar", [(0.0, 6.5, 0.25)]))  # both at once
    return Analysis(
        duration_s=6.5,
        beats=Measured(BeatGrid.of(times, times[1::3], Metre(3, 4)), 0.75, by("beats")),
        tempo=Measured(120.0, 0.5, by("beats"), (Ranked(60.0, 0.25), Ranked(240.0, 0.125))),
        swing=Measured(1.875, 0.75, by("beats")),
        chords=Measured(chords, 0.625, by("chords")),
        key=Measured(Key.parse("A minor"), 0.5, by("key"), (Ranked(Key.parse("C major"), 0.25),)),
        key_regions=Measured(regions, 0.5, by("key")),
        sections=Measured(sections, 0.5, by("form")),
        tags=Measured((Tag("instrument", "guitar", 0.75), Tag("genre", "R&B", 0.25)), 0.5, by("tags")),
        tuning=Measured(-12.5, 0.5, by("tuning")),
        loudness=Measured(Loudness(-14.25, 6.5, -1.0), 1.0, by("loudness")),
        instruments=Measured(playing, 0.5, by("ears")),
        failures={"lyrics": Failure("nobody", "Nobody listened."), "mood": Failure("m", "No m.", ("m", "n"))},
    )


def test_round_trip_of_everything() -> None:
    text = json.dumps(analysis_to_json(full()), allow_nan=False)
    assert analysis_from_json(json.loads(text)) == full()


def test_round_trip_of_nothing() -> None:
    nothing = Analysis(1.5)
    document = json.loads(json.dumps(analysis_to_json(nothing)))
    assert analysis_from_json(document) == nothing
    assert document["chords"] == [] and document["tempo"] is None


def test_free_time_has_no_metre() -> None:
    free = replace(full(), beats=Measured(BeatGrid(), 0.0, by("a")))
    document = analysis_to_json(free)
    assert document["metre"] is None and analysis_from_json(document) == free


@pytest.mark.parametrize("aspect", ASPECTS)
def test_round_trip_without_one_aspect(aspect: str) -> None:
    if aspect == "beats":
        part = Analysis(1.0, **{name: getattr(full(), name) for name in ASPECTS if name != aspect})
    else:
        part = Analysis(1.0, **{aspect: getattr(full(), aspect)})
    assert analysis_from_json(json.loads(json.dumps(analysis_to_json(part)))) == part


def test_plain_lists_stand_at_the_top() -> None:
    document = analysis_to_json(full())
    assert document["key"] == "A minor" and document["metre"] == "3/4" and document["tempo"] == 120.0
    assert document["chords"] == [[0.0, 2.25, "N"], [2.25, 4.0, "A:min7/b3"]]
    assert document["downbeats"] == [0.75, 2.25, 3.75, 5.25]
    assert [row[2] for row in document["sections"]] == ["verse", "B'"]
    assert document["instruments"] == [[0.5, 2.0, "drums"], [3.0, 6.5, "drums"], [0.0, 6.5, "electric guitar"]]
    assert [row["confidence"] for row in document["aspects"]["instruments"]["segments"]] == [0.75, None, 0.25]


def test_an_analysis_stored_before_instruments_were_measured_still_loads() -> None:
    document = analysis_to_json(full())
    del document["instruments"], document["aspects"]["instruments"]
    found = analysis_from_json(document)
    assert found.instruments is None and found.sections == full().sections


def test_nothing_that_plays_is_not_the_same_as_not_measured() -> None:
    silent = Analysis(2.0, instruments=Measured((), 0.9, by("ears")))
    assert analysis_from_json(json.loads(json.dumps(analysis_to_json(silent)))) == silent


@pytest.mark.parametrize("changed", [{"version": 2}, {"version": None}, {"format": "other"}, {"version": "1"}])
def test_other_versions_are_refused_by_name(changed: dict[str, Any]) -> None:
    with pytest.raises(StudioError, match="not musicflamingo-analysis version 1") as refused:
        analysis_from_json(analysis_to_json(full()) | changed)
    assert refused.value.advice


@pytest.mark.parametrize(
    "changed",
    [{"chords": [[0, 1, "H"]]}, {"chords": [[0, 1, "C:maj"]]}, {"chords": None}, {"positions": [1]}, {"key": "H major"},
     {"aspects": None}, {"loudness": {}}, {"failures": []}, {"tempo": None}, {"metre": "4"}, {"sections": [[1]]},
     {"instruments": [[0, 1, "drums"]]}, {"instruments": None}],
)  # fmt: skip
def test_broken_documents_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(StudioError):
        analysis_from_json(analysis_to_json(full()) | changed)


def test_signature_forgets_when() -> None:
    later = Provenance("beats", "1.2", "ab" * 32, datetime(2027, 1, 1, tzinfo=UTC))
    assert later.signature == by("beats").signature
    assert set(full().provenances) == set(ASPECTS)


def test_unknown_functions_of_sections_are_refused() -> None:
    with pytest.raises(ValueError, match="not a section's function"):
        Section("A", "refrain")
    assert str(Section("A", "chorus")) == "chorus (A)" and Section("B").label == "B"
