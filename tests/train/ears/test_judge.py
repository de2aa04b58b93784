"""What weights are chosen by: a true reading is worth one in each respect, a wrong one less."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, chord_class, key_class
from musicflamingo_app.analysis.listening.shipped import weights_folder
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.ears import judge
from train.ears.items import Item, save


def item(n: int = 300) -> Item:
    """C and G by turns for two seconds each, at 120 a minute in four, a piano throughout and a bass later."""
    chords = np.array([chord_class(Chord.parse("C" if frame // 20 % 2 else "G")) for frame in range(n)], np.int16)
    bass = np.where(np.arange(n) // 20 % 2, 0, 7).astype(np.int8)
    families = np.full(n, 1 << FAMILY_NAMES.index("piano"), np.uint32)
    families[100:] |= np.uint32(1 << FAMILY_NAMES.index("bass"))
    beats_s = np.arange(0, n / 10, 0.5, dtype=np.float32)
    return Item(
        np.zeros((n, 252), np.uint8), np.zeros((5 * n, 82), np.uint8), chords, bass,
        np.full(n, key_class(Key.parse("C major")), np.int8), families, beats_s,
        np.resize(np.arange(1, 5), len(beats_s)).astype(np.int8), {"metre": "4/4"},
    )  # fmt: skip


def test_chords_begin_half_a_frame_before_the_frames_that_tell_of_them() -> None:
    chords = judge.chords_of(item(), 60)
    assert [(one.start_s, one.end_s, str(one.label)) for one in chords] == [
        (0.0, pytest.approx(1.95), "G:maj"),
        (pytest.approx(1.95), pytest.approx(3.95), "C:maj"),
        (pytest.approx(3.95), pytest.approx(5.95), "G:maj"),
    ]
    unknown = item()
    unknown.chords[20:40] = -1
    assert [str(one.label) for one in judge.chords_of(unknown, 60)] == ["G:maj", "G:maj"]


def test_players_play_while_their_bits_are_set() -> None:
    found = {one.name: [(s.start_s, s.end_s) for s in one.timeline] for one in judge.players_of(item().families)}
    assert found == {"piano": [(0.0, 30.0)], "bass": [(10.0, 30.0)]}


def test_silence_is_read_as_nothing_and_is_worth_nothing() -> None:
    marks = judge.marks_of(item(), weights_folder())
    assert set(marks) >= {"beats F", "downbeats F", "acc1", "majmin", "sevenths", "instruments F"}
    assert "key" not in marks  # nobody can hear one in silence
    assert all(value == 0.0 for name, value in marks.items() if name != "metre")


def test_what_nobody_knows_is_not_judged() -> None:
    bare = replace(
        item(),
        beats_s=np.zeros(0, np.float32),
        positions=np.zeros(0, np.int8),
        chords=np.full(300, -1, np.int16),
        families=np.zeros(300, np.uint32),
    )
    assert judge.marks_of(bare, weights_folder()) == {}


def test_kinds_are_told_apart_and_unknown_marks_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "valid").mkdir()
    for name in ("piece-1", "pop-001-0"):
        save(item(), tmp_path / "valid" / f"{name}.npz")
    words = ["judge", "--items", str(tmp_path), "--weights", str(weights_folder()), "--sides", "valid"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", words)
        judge.main()
    said = capsys.readouterr().out.splitlines()
    assert [row.split(":")[0] for row in said] == ["valid, 1 pieces", "valid, 1 plain"]
    assert judge.line("a", [{"x": 1.0}, {"x": 0.5, "y": 1.0}]) == "a: x 0.750, y 1.000"


def test_a_side_without_items_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["judge", "--items", str(tmp_path), "--weights", str(weights_folder())])
    with pytest.raises(NotFound, match="no items in"):
        judge.main()
