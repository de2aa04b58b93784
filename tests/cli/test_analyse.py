"""`musicflamingo analyse`: JSON on standard output, sentences on standard error, exit codes."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.services.rendered import band_wav


def test_one_file_is_one_document(command: Command, tmp_path: Path, home: Path) -> None:
    path = band_wav(tmp_path / "band.wav")
    said = command("analyse", path, "--json", "--out", tmp_path / "results")
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["file"] == str(path) and document["duration"] == 6.0
    assert document["chords"] and document["beats"] and isinstance(document["downbeats"], list)
    assert document["tempo"] > 0 and document["key"] and document["sections"]
    for aspect in ("chords", "beats", "tempo", "key", "sections"):
        about = document["aspects"][aspect]
        assert 0 <= about["confidence"] <= 1 and about["provenance"]["engine"] and about["provenance"]["version"]
    assert json.loads((tmp_path / "results" / "band.json").read_text("utf-8")) == document
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["band.json"]
    assert not (home / "library.sqlite").exists()


def test_many_files_are_lines_and_a_bad_one_does_not_stop_them(command: Command, tmp_path: Path) -> None:
    good = [band_wav(tmp_path / "a.wav", seed=1), band_wav(tmp_path / "other" / "a.wav", seed=2)]
    bad = tmp_path / "poem [red] :cat:.mp3"
    bad.write_text("only words\n" * 100)
    said = command("analyse", good[0], bad, good[1], "--json", "--out", tmp_path / "results")
    assert said.code == 1
    documents = [json.loads(line) for line in said.out.splitlines()]
    assert [document["file"] for document in documents] == [str(path) for path in good]
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == ["a-2.json", "a.json"]
    assert "Traceback" not in said.err
    lines = [line for line in said.err.splitlines() if "poem [red] :cat:.mp3" in line]
    assert len(lines) == 1 and lines[0].startswith(f"{bad}: ")


def test_people_get_a_summary_and_a_file_by_name(command: Command, tmp_path: Path) -> None:
    path = band_wav(tmp_path / "band [live].wav")
    said = command("analyse", path)
    assert said.code == 0, said.err
    assert "band [live].wav" in said.out
    for label in ("Duration", "Key", "Tempo", "Chords"):
        assert label in said.out


def test_one_json_file_cannot_hold_two_tracks(command: Command, tmp_path: Path) -> None:
    said = command("analyse", "a.wav", "b.wav", "--out", tmp_path / "x.json")
    assert said.code == 1 and "2 were given" in said.err and "Traceback" not in said.err
    assert not (tmp_path / "x.json").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    said = command("analyse", "a.wav", "--out", tmp_path / "file" / "folder")
    assert said.code == 1 and "cannot be made" in said.err and "Traceback" not in said.err


def test_no_file_is_wrong_usage(command: Command) -> None:
    assert command("analyse").code == 2


def test_a_wrong_setting_is_named(command: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSICFLAMINGO_WORKERS")  # it would outrank the file
    home.mkdir()
    (home / "settings.toml").write_text("workers = 1000\n")
    said = command("list")
    assert said.code == 1 and "workers" in said.err and "Traceback" not in said.err
