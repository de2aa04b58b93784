"""What people say of a recording outranks what was measured, and takes away what no longer holds."""

from datetime import UTC, datetime

from db.values import Correction
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance
from musicflamingo_app.music.beat import BeatGrid, Metre
from train.corrected import PERSON, corrected

BY = Provenance("ears", "1", "0" * 64, datetime(2026, 1, 1, tzinfo=UTC))


def analysis() -> Analysis:
    times_s = [0.5 * index for index in range(16)]
    grid = BeatGrid.of(times_s, times_s[::4], Metre(4, 4))
    return Analysis(8.0, beats=Measured(grid, 0.6, BY), tempo=Measured(120.0, 0.6, BY), swing=Measured(1.9, 0.8, BY))


def correction(aspect: str, payload: dict) -> dict[str, Correction]:  # type: ignore[type-arg]
    return {aspect: Correction(1, 1, aspect, payload, "somebody", BY.measured_at, superseded=False)}


def test_swing_holds_between_the_beats_it_was_measured_between() -> None:
    doubled = corrected(analysis(), correction("tempo", {"factor": 2}))
    assert doubled.tempo is not None and (doubled.tempo.value, doubled.tempo.provenance.engine) == (240.0, PERSON)
    assert doubled.beats is not None and len(doubled.beats.value.beats) == 31
    assert doubled.swing is None
    kept = corrected(analysis(), correction("key", {"key": "D major"}))
    assert kept.swing == analysis().swing and kept.beats == analysis().beats
    assert corrected(analysis(), {}) == analysis()
