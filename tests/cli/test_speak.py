"""The summary that people read: what plays is told with its share of the track."""

from dataclasses import replace

from musicflamingo_app.cli.speak import summary_rows
from musicflamingo_app.music.analysis import Analysis, Failure, Measured
from musicflamingo_app.music.instrument import Playing
from tests.ui.synthetic import provenance

SONG = Analysis(10.0, failures={"tags": Failure("musicnn", "No weights.")})


def test_what_plays_is_told_longest_first() -> None:
    playing = (Playing.of("piano", [(0.0, 2.5, 0.9)]), Playing.of("drums", [(1.0, 10.5, 0.9)]))
    rows = dict(summary_rows(replace(SONG, instruments=Measured(playing, 0.8, provenance("ears")))))
    assert rows["Plays"] == "drums 95%, piano 25%, 80% sure" and rows["No tags"] == "No weights."
    assert dict(summary_rows(replace(SONG, instruments=Measured((), 0.8, provenance("ears")))))["Plays"].startswith(
        "nothing"
    )
    assert "Plays" not in dict(summary_rows(SONG))
