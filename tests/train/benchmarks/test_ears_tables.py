from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import Timeline
from tests.train.benchmarks.music import all_right, piece
from tests.train.benchmarks.test_peers import WORKER
from train.benchmarks.ears import compared
from train.benchmarks.ears_tables import Column, calibration, page, scores
from train.benchmarks.listening import Findings
from train.benchmarks.marks import marks
from train.benchmarks.takes import SETS, Source, Take, names, styled, takes
from train.benchmarks.truth import truth_of
from train.pieces.compose import piece as composed
from train.scores import corpus


def take(name: str = "good", of: str = "piano") -> Take:
    return Take(name, of, Path(f"{name}.wav"), truth_of(piece(), 30.0))


def judged(name: str, found: Findings) -> Column:
    column = Column(name)
    column.begin(f"{name} 1", 1.5, 9.0)
    column.add(take(), marks(take().truth, found), found.failures)
    return column


def test_the_best_stands_out_and_what_nobody_measures_stands_nowhere() -> None:
    right, beats_only = judged("a", all_right(take().truth)), judged("b", Findings(beats_s=(1.0, 2.0)))
    rows = {line.split(" | ")[0]: line for line in scores([right, beats_only, Column("c")], "piano").splitlines()}
    assert rows["| beats F"].startswith("| beats F | **1.000** | 0.") and rows["| beats F"].endswith("| – |")
    assert rows["| key weighted"] == "| key weighted | 1.000 | – | – |"  # alone it is no best
    assert "| instruments F" not in scores([beats_only], "piano")


def test_confidence_is_judged_over_all_sets_beside_what_chance_leaves() -> None:
    column, silent = judged("a", all_right(take().truth)), judged("b", Findings(beats_s=(1.0, 2.0)))
    rows = {line.split(" | ")[0]: line for line in calibration([column, silent]).splitlines()}
    error = marks(take().truth, all_right(take().truth)).key_claims[0].confidence
    assert rows["| calibration error, key"] == f"| calibration error, key | {1 - error:.3f} | – |"
    assert rows["| calibration error, key, of a perfect confidence"].endswith(" | – |")
    text = page([column, silent], [take()], {"piano": SETS["piano"], "band": SETS["band"]}, None)
    assert "### Confidence over all sets" in text


def test_programs_are_compared_file_by_file_and_one_that_ends_is_left_out(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "good.wav", np.zeros(30_000), 44_100)
    heard = [replace(take(name), path=tmp_path / f"{name}.wav") for name in ("good", "bad", "end", "good")]
    worker, absent = compared(heard, {"worker": WORKER, "madmom": None})
    assert [row.name for row, _ in worker.judged] == ["good", "bad"]
    assert worker.failures[0] == "bad: ValueError: this file is bad" and "ended with 3" in worker.failures[1]
    assert worker.version == "worker 1" and absent.version == "" and absent.judged == []
    text = page([worker, absent], heard, {"piano": SETS["piano"]}, 1)
    assert "4 recordings, 2 minutes." in text and "worker 1 | – |" in text and "all on core 1" in text
    assert "- worker, bad: ValueError" in text
    assert "Not installed, and so left out: madmom. `make bench-peers` installs them." in text
    assert "Not installed" not in page([worker], heard, {"piano": SETS["piano"]}, 1)


def test_nothing_to_hear_is_an_error() -> None:
    with pytest.raises(StudioError, match="nothing to hear"):
        compared([], {"worker": WORKER})
    source = Source(Path("nowhere"), Path("nowhere"), 9.0)
    with pytest.raises(NotFound, match="no set"):
        list(takes(source, ["loud"], 1, 1, print))


def test_sets_hold_songs_that_never_teach_and_styles_in_turn(tmp_path: Path) -> None:
    for song in ("207", "282", "001", "003"):
        (tmp_path / f"{song}.mid").touch()
        (tmp_path / f"{song}.sections.lab").touch()
    assert names("piano", tmp_path, 16, 0) == ["pop-207-0", "pop-282-0"]
    assert names("band", tmp_path, 1, 0) == ["pop-207-1"]
    assert names("effects", tmp_path, 2, 0) == ["pop-207-1"]
    assert sorted(composed(int(name[6:])).style for name in styled(4)) == ["blues", "bossa", "jazz swing", "jazz waltz"]
    assert styled(0) == []


def test_songs_that_somebody_annotated_come_first(tmp_path: Path) -> None:
    for song in ("207", "282"):
        (tmp_path / f"{song}.mid").touch()
    (tmp_path / "282.sections.lab").touch()
    assert names("piano", tmp_path, 16, 0) == ["pop-282-0", "pop-207-0"]
    assert names("band", tmp_path, 1, 0) == ["pop-282-1"]


def test_beats_judge_in_made_pieces_and_in_annotated_songs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = replace(piece(), sections=Timeline())
    (tmp_path / "first 9 s").mkdir()
    for name in ("pop-1-0", "piece-1"):
        (tmp_path / f"{name}.flac").touch()
        (tmp_path / "first 9 s" / f"{name}.wav").touch()
    monkeypatch.setattr("train.benchmarks.takes.piece_of", lambda *_: bare)
    source = Source(tmp_path, tmp_path, 9.0)
    assert source.take("pop-1-0", "piano").truth.beats is None
    assert source.take("piece-1", "jazz").truth.beats is not None
    monkeypatch.setattr("train.benchmarks.takes.piece_of", lambda *_: piece())
    assert source.take("pop-1-0", "piano").truth.beats is not None


def test_scores_of_the_test_side_judge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sides = {"bach.a": "test", "ryans.b": "train", "oneills.c": None, "bach.d": "test", "bach.e": "test"}
    monkeypatch.setattr(corpus, "names", lambda: list(sides))
    monkeypatch.setattr(corpus, "load", sides.get)
    monkeypatch.setattr(corpus, "side", lambda score: score)
    assert names("scores", tmp_path, 0, 2) == ["score-bach.a", "score-bach.d"]
    assert names("scores", tmp_path, 5, 0) == []
