import sys
from pathlib import Path

import pytest

from musicflamingo_app.errors import MusicSyntaxError, NotFound, StudioError
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.benchmarks.columns import BEFORE, PEERS, choice_of, ours, peer
from train.benchmarks.peers import Program, chord, findings

WORKER = [sys.executable, str(Path(__file__).with_name("worker.py"))]


def test_a_program_answers_fails_on_a_file_and_goes_on() -> None:
    with Program("worker", WORKER) as program:
        found = program.hear(Path("good.wav"))
        assert found.beats_s == (0.5, 1.0) and found.downbeats_s == (0.5,) and found.metre == Metre(2, 4)
        assert found.key == Key.parse("A minor") and found.chords is None and found.failures == ()
        assert 0 < found.cpu_s["beats"] <= found.cpu_s["whole"] and program.peak_mb > 1
        assert program.hear(Path("bad.wav")).failures == ("ValueError: this file is bad",)
        assert program.hear(Path("good.wav")).beats_s == (0.5, 1.0)
        assert program.version == "worker 1"


def test_a_program_that_ends_or_does_not_start_says_so() -> None:
    with Program("worker", WORKER) as program, pytest.raises(StudioError, match="worker ended with 3"):
        program.hear(Path("end.wav"))
    with pytest.raises(StudioError, match="ended with"):
        Program("nobody", [sys.executable, "-c", "raise SystemExit(2)"])


def test_what_is_left_out_is_not_measured() -> None:
    assert findings({}) == findings({"cpu_s": {}}) and findings({}).beats_s is None
    some = findings({"beats": [[0.5, None], [1.0, None]], "chords": [[0, 1, "C", 0.5], [1, 2, "C", 0.9]]})
    assert some.downbeats_s is None and some.metre is None and some.chords is not None
    assert [segment.confidence for segment in some.chords] == [0.5, 0.9]  # each stretch keeps its own


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("A:min7/b3", "A:min7/b3"), ("N", "N"), ("C", "C:maj"), ("Am", "A:min"), ("Bbmaj7", "Bb:maj7"),
        ("C#m7b5", "C#:hdim7"), ("C/E", "C:maj/3"), ("Am7/G", "A:min7/b7"), ("F/C", "F:maj/5"), ("C/Bb", "C:maj/b7"),
        ("Dm/F", "D:min/b3"), ("G7/G", "G:7"),
    ],
)  # fmt: skip
def test_chords_are_read_as_they_were_written(name: str, meant: str) -> None:
    assert chord(name) == Chord.parse(meant)


def test_what_cannot_be_read_is_no_chord_of_the_program() -> None:
    with pytest.raises(MusicSyntaxError, match="Qx"):
        chord("Qx")
    with pytest.raises(MusicSyntaxError, match="Chuh"):
        chord("Chuh")


def test_a_choice_names_engines_and_the_rest_is_as_before() -> None:
    assert choice_of("best").chords == "best" and choice_of("best").beats == BEFORE["beats"]
    assert choice_of("fast").key == choice_of("best").key == BEFORE["key"]
    mixed = choice_of("best+beats=librosa+clusters")
    assert (mixed.chords, mixed.beats, mixed.sections) == ("best", "librosa", "clusters")
    studio = choice_of("studio")
    assert {studio.chords, studio.beats, studio.key} == {"studio"}
    assert choice_of("studio+sections=clusters").sections == "clusters"
    for wrong in ("loud", "beats=best", ""):
        with pytest.raises(NotFound, match="no engine"):
            choice_of(wrong)


def test_a_peer_that_is_not_installed_has_no_command(tmp_path: Path) -> None:
    assert peer("madmom", tmp_path) is None
    python = tmp_path / "madmom" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    command = peer("madmom", tmp_path)
    assert command is not None and command[0] == str(python) and Path(command[1]).is_file()
    assert all(Path(ours("fast")[1]).with_name(f"with_{name}.py").is_file() for name in PEERS)
    assert peer("librosa", tmp_path) is not None  # its recipes run in our own environment
    with pytest.raises(NotFound, match="no peer"):
        peer("ears", tmp_path)
