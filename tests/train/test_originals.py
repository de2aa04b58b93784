"""Frozen examples find their recordings: in a moved data folder, and by the library where their path leads nowhere."""

import shutil
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound
from tests.train import shelf
from train.build import Options, freeze, propose
from train.clips import check, clips
from train.dataset import datasets_folder, open_dataset
from train.evaluate.hearing import Excerpts
from train.gather import gather
from train.originals import lies_elsewhere, portable


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with a library of two songs and the dataset `mine` of them, with one variant."""
    place = tmp_path / "home"
    place.mkdir()
    library = shelf.library(place)
    ids = [shelf.keep(library, n, tmp_path, artist=f"Artist {n}").id for n in range(2)]
    freeze(place, "mine", propose(gather(library, ids), Options(held_out=0.5, augment=1)))
    library.database.close()
    return place


def test_a_moved_data_folder_is_whole(home: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(home, tmp_path / "elsewhere"))
    found = open_dataset(datasets_folder(moved) / "mine")
    check(clips([*found.train, *found.held_out], found.folder))
    Excerpts(found.folder).check((*found.train, *found.held_out))
    assert any(one.audio.startswith("../../store/") for one in found.train)


def test_a_dataset_taken_elsewhere_asks_the_library(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICFLAMINGO_HOME", str(home))
    taken = tmp_path / "far" / "away" / "mine"
    shutil.copytree(datasets_folder(home) / "mine", taken)
    found = open_dataset(taken)
    check(clips([*found.train, *found.held_out], taken))
    original = next(one for one in found.train if lies_elsewhere(one.audio))
    assert found.audio_path(original).is_relative_to(home / "store")
    variant = next(one for one in found.train if not lies_elsewhere(one.audio))
    (taken / variant.audio).unlink()  # is no original: the library must not play the song in its own key for it
    with pytest.raises(NotFound, match="is not there"):
        check(clips([variant], taken))


def test_a_lost_original_is_told(home: Path) -> None:
    shutil.rmtree(home / "store")
    found = open_dataset(datasets_folder(home) / "mine")
    with pytest.raises(NotFound, match="is not there"):
        check(clips(found.held_out, found.folder))


def test_paths_outside_the_data_folder_stay_whole(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "datasets" / "mine"
    assert portable(folder, "/music/a.mp3") == "/music/a.mp3" and portable(folder, "audio/a.flac") == "audio/a.flac"
    assert portable(folder, str(tmp_path / "home/store/a.mp3")) == "../../store/a.mp3"
    assert lies_elsewhere(r"C:\music\a.mp3") and not lies_elsewhere("audio/a.flac") and not lies_elsewhere("")
