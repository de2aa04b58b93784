"""`musicflamingo dataset`: from the library to a frozen dataset and back, in sentences."""

import json
from pathlib import Path

import pytest

from tests.train import shelf
from train.dataset import open_dataset


@pytest.fixture
def songs(home: Path, tmp_path: Path) -> Path:
    """A data folder with three songs by three artists."""
    home.mkdir(parents=True)
    library = shelf.library(home)
    for n in range(3):
        shelf.keep(library, n, tmp_path, artist=f"Artist {n}")
    library.database.close()
    return home


def test_build_show_check_export_and_import(command, songs: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    said = command("dataset", "build", "mine", "--all", "--held-out", "0.34", "--think", "--licence", "my own")
    assert said.code == 0 and "3 songs" in said.out and "Frozen as mine" in said.out, said
    made = open_dataset(songs / "datasets" / "mine")
    assert made.train and made.held_out and made.about.licence == "my own"
    said = command("dataset", "show", "mine", "--examples", "3")
    assert said.code == 0 and "Licence: my own" in said.out and "held out:" in said.out and said.out.count("→") == 3
    said = command("dataset", "check", "mine")
    assert said.code == 0 and "No faults." in said.out, said
    said = command("dataset", "export", "mine", tmp_path / "out.json")
    assert said.code == 0 and len(json.loads((tmp_path / "out.json").read_text())) == len(made.train) + len(
        made.held_out
    )
    said = command("dataset", "import", "back", tmp_path / "out.json", "--held-out", "0.34")
    assert said.code == 0 and "held out" in said.out
    said = command("dataset", "list")
    assert "mine: 3 songs" in said.out and "back: 3 songs" in said.out


def test_what_it_would_give_is_said_without_writing(command, songs: Path) -> None:  # type: ignore[no-untyped-def]
    said = command("dataset", "build", "mine", "--tracks", "Song 0, Song 1", "--held-out", "0.5", "--dry-run")
    assert said.code == 0 and "2 songs" in said.out and "Frozen" not in said.out
    assert not (songs / "datasets").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--search", "nobody at all"], "The collection is empty."),
        (["--tracks", "Song 1"], "One song alone"),
        (["--tag", "kazoo"], "No track has the tag “kazoo”"),
        (["--collection", "None"], "no collection “None”"),
        ([], "chosen in 0 ways"),
        (["--all", "--held-out", "0.9"], "0.9 is no share"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(command, songs: Path, arguments: list[str], sentence: str) -> None:  # type: ignore[no-untyped-def]
    said = command("dataset", "build", "mine", *arguments)
    assert said.code == 1 and sentence in said.err and "Traceback" not in said.err, said
    assert not list((songs / "datasets").glob("*"))


def test_unknown_datasets_are_named(command, songs: Path) -> None:  # type: ignore[no-untyped-def]
    assert "no dataset in" in command("dataset", "show", "nope").err.replace("\n", " ")
    assert "There are no datasets" in command("dataset", "list").err
    command("dataset", "build", "mine", "--all", "--held-out", "0.34")
    again = command("dataset", "build", "mine", "--all", "--held-out", "0.34")
    assert again.code == 1 and "There is a dataset mine already" in again.err
