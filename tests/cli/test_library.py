"""`musicflamingo add | list | show | export | doctor` over one small library."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.services.rendered import band_wav


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tracks, one of them in a folder below, with a name that terminals must not read as markup, and a poem."""
    place = tmp_path_factory.mktemp("music")
    band_wav(place / "band.wav", seed=1)
    band_wav(place / "below" / "Song [Live] [b].wav", chords=("F:maj", "C:maj", "G:maj", "A:min"), seed=2)
    (place / "poem.mp3").write_text("only words\n" * 100)
    (place / "notes.txt").write_text("not looked at")
    return place


@pytest.fixture(scope="module")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filled") / "home"


@pytest.fixture
def filled(filled_home: Path, home: Path, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The library with both tracks; the first test that asks fills it."""
    monkeypatch.setenv("MUSICFLAMINGO_HOME", str(filled_home))
    if not filled_home.exists():
        said = command("add", folder)
        assert said.code == 1, said.err
        assert "2 added, 0 in the library already, 1 failed." in said.err and "Traceback" not in said.err
        assert len([line for line in said.err.splitlines() if line.startswith(f"{folder / 'poem.mp3'}: ")]) == 1
    return filled_home


def rows(command: Command, *arguments: object) -> list[dict[str, object]]:
    said = command("list", "--json", *arguments)
    assert said.code == 0, said.err
    return list(json.loads(said.out))


def test_adding_again_adds_nothing(command: Command, filled: Path, folder: Path) -> None:
    said = command("add", folder / "band.wav", folder / "below")
    assert said.code == 0 and "0 added, 2 in the library already, 0 failed." in said.err
    assert len(rows(command)) == 2 and list((filled / "incoming").iterdir()) == []


def test_list_is_a_table_or_json(command: Command, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {row["title"]: row for row in rows(command)}
    assert found.keys() == {"band", "Song [Live] [b]"}
    assert found["band"]["duration"] == pytest.approx(6.0, abs=0.05) and found["band"]["chords"]
    said = command("list")
    assert said.code == 0 and "band" in said.out and "[Live]" in said.out.replace("\n", "")
    assert "2 tracks." in said.err and "1 of 2 tracks." in command("list", "--limit", 1).err


def test_list_finds_by_key_tempo_and_progression(command: Command, filled: Path) -> None:
    everything = rows(command)
    one = next(row for row in everything if row["title"] == "band")
    tempo = float(str(one["tempo"]))
    assert one in rows(command, "--key", one["key"])
    assert one in rows(command, "--bpm", f"{tempo - 1:.1f}-{tempo + 1:.1f}")
    assert rows(command, "--bpm", "300-400") == []
    by_chords = [row["title"] for row in rows(command, "--progression", "C-G-Am-F")]
    assert by_chords == ["band"]
    assert [row["title"] for row in rows(command, "live")] == ["Song [Live] [b]"]


@pytest.mark.parametrize(
    "arguments", [("--bpm", "fast"), ("--key", "H sharp"), ("--progression", "I-?-V"), ("--bpm", "90-x")]
)
def test_a_question_that_cannot_be_read_is_a_sentence(command: Command, arguments: tuple[str, str]) -> None:
    said = command("list", *arguments)
    assert said.code == 1 and said.out == "" and "Traceback" not in said.err
    assert said.err.startswith("Error: ") and len(said.err.splitlines()) == 1


def test_show_by_id_or_words(command: Command, filled: Path) -> None:
    one = next(row for row in rows(command) if row["title"] == "band")
    said = command("show", one["id"])
    assert said.code == 0 and "band" in said.out and "Chords" in said.out
    document = json.loads(command("show", "band", "--json").out)
    assert document["chords"] and document["aspects"]["chords"]["provenance"]["engine"]
    assert "[Live]" in command("show", "live").out


@pytest.mark.parametrize("wanted", ["99", "nothing of that name", "99999999999999999999"])
def test_an_unknown_track_is_one_sentence(command: Command, filled: Path, wanted: str) -> None:
    for words in (("show", wanted), ("export", wanted, "--format", "lab")):
        said = command(*words)
        assert said.code == 1 and said.out == "" and "Traceback" not in said.err
        assert said.err.startswith("Error: ") and len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("format_name", "ending"),
    [("lab", ".chords.lab"), ("csv", ".csv"), ("audacity", ".txt"), ("jams", ".jams"), ("json", ".json")],
)
def test_export_writes_files(command: Command, filled: Path, tmp_path: Path, format_name: str, ending: str) -> None:
    said = command("export", "band", "--format", format_name, "--out", tmp_path / "to" / "here")
    assert said.code == 0, said.err
    written = sorted((tmp_path / "to" / "here").iterdir())
    assert sorted(said.out.split("\n")[:-1]) == [str(path) for path in written]
    assert any(path.name.endswith(ending) for path in written) and all(path.stat().st_size for path in written)


def test_an_unknown_format_is_a_sentence(command: Command, filled: Path, tmp_path: Path) -> None:
    said = command("export", "band", "--format", "pdf", "--out", tmp_path / "to")
    assert said.code == 1 and "“pdf” is not an export format." in said.err and not (tmp_path / "to").exists()


def test_a_place_that_is_not_there(command: Command, tmp_path: Path) -> None:
    said = command("add", tmp_path / "nowhere")
    assert said.code == 1 and "nowhere" in said.err and "Traceback" not in said.err


def test_doctor_names_engines_and_folder(command: Command, home: Path) -> None:
    said = command("doctor")
    assert said.code == 0, said.err
    for word in ("Engines", "Chords", "Beats", "Key", "Sections", "Data folder", "Python"):
        assert word in said.out
    assert (home / "library.sqlite").is_file()
