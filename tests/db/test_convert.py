"""The columns that copy an analysis for the table and the search."""

from dataclasses import replace

from db.convert import engine_signature, search_columns
from musicflamingo_app.music.analysis import Analysis, Failure, Measured
from musicflamingo_app.music.beat import BeatGrid, Metre
from tests.db.conftest import MADE


def test_without_a_beat_there_is_no_metre() -> None:
    silent = Analysis(4.0, beats=Measured(BeatGrid((), Metre(4, 4)), 0.0, MADE))
    heard = Analysis(4.0, beats=Measured(BeatGrid.of([0, 1, 2], [0], Metre(3, 4)), 0.9, MADE))
    assert search_columns(silent)["metre"] is None and search_columns(silent)["tempo_bpm"] is None
    assert search_columns(heard)["metre"] == "3/4"


def test_what_was_missed_for_want_of_an_engine_has_a_line() -> None:
    tuned = Analysis(4.0, tuning=Measured(1.0, 0.5, MADE))
    assert engine_signature(tuned) == f"tuning={MADE.signature}"
    broken = replace(tuned, failures={"tags": Failure("tagger", "It broke.")})
    missing = replace(tuned, failures={"tags": Failure("tagger", "It is not installed.", ("tagger",))})
    assert engine_signature(broken).splitlines()[1:] == ["tags="]  # tried, with nothing to show for it
    assert engine_signature(missing).splitlines()[1:] == ["tags=nothing without tagger"]
