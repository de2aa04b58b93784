"""The embedded model as a base: what is learned on it is worn by it, and by no other nano."""

from dataclasses import replace
from pathlib import Path

import pytest

from model.embedded import nano
from model.embedded.backend import open_embedded
from model.errors import ModelError
from model.fingerprint import fingerprint
from model.types import Done, Sampling
from musicflamingo_app.errors import NotFound, StudioError
from tests.model.tiny import asked, sound
from tests.model.tiny_nano import write_shipment, write_words
from tests.services.voicing import embedded_hears
from tests.train.sft.conftest import QUICK
from train.adapters import register
from train.bases import base_of, trainable
from train.dataset import Dataset, Member, write_dataset
from train.plan import Place, planned
from train.recipes.read import made
from train.runs.folder import create
from train.runs.read import read_run
from train.sft.learn import run

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")
RECIPE = made({**QUICK, "max_steps": 2, "batch": 2, "batch_per_device": 2, "projector_learning_rate": 0.0})


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_words(tmp_path_factory.mktemp("words"))


@pytest.fixture
def place(words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A data folder in whose studio a tiny nano ships."""
    embedded_hears(monkeypatch, True)
    ship(write_shipment(tmp_path / "shipped", words), monkeypatch)
    monkeypatch.setattr(nano, "converted", lambda cache, on_progress: words)
    return Place(tmp_path / "home")


def ship(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nano, "shipped_folder", lambda: folder)


def learned(place: Place, data: Dataset) -> Path:
    """The folder of an adapter that a short run made on the embedded model."""
    folder = create(place.runs, planned(place, RECIPE, str(data.folder), "embedded"), name="first")
    assert run(folder)
    kept = register(place.adapters, read_run(folder), name="mine")
    assert (kept.card.base, kept.card.n_train) == ("embedded", len(data.train))
    return kept.folder


def test_what_is_learned_on_the_nano_is_worn_by_it_alone(
    place: Place, data: Dataset, words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = learned(place, data)
    backend = open_embedded(place.models / "embedded")
    backend.load_adapter("adapter-1", adapter)
    *_, done = backend.stream(asked("How high does the tone sound?", sound(2.0)), Sampling(max_new_tokens=2))
    assert backend.adapter == "adapter-1" and isinstance(done, Done)
    backend.close()

    ship(write_shipment(tmp_path / "later", words, seed=8), monkeypatch)
    other = open_embedded(place.models / "embedded")
    with pytest.raises(ModelError, match="The adapter mine was trained on other weights than those"):
        other.load_adapter("adapter-1", adapter)
    assert other.adapters == ()
    other.close()
    with pytest.raises(ModelError, match="The adapter mine was trained on another version of embedded"):
        planned(place, RECIPE, str(data.folder), "embedded", adapter="mine")


def test_the_same_weights_are_one_base_wherever_they_are_put_together(place: Place, tmp_path: Path) -> None:
    here, there = base_of("embedded", place.models)[0], base_of("embedded", tmp_path / "elsewhere")[0]
    with (there / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))  # another processor may round the sum of words and LoRA otherwise
    assert here != there and fingerprint(here) == fingerprint(there)


def test_clips_longer_than_it_hears_are_refused(place: Place, data: Dataset, tmp_path: Path) -> None:
    one = replace(data.train[0], start_s=1.0, end_s=26.0)
    about = replace(data.about, members=(Member(data.train[1].track, "whole", "", "", "train", 95.0),))
    for name, example, length in (("cut", one, "0:25"), ("whole", data.train[1], "1:35")):
        folder = tmp_path / name
        write_dataset(folder, about, [example], ())
        with pytest.raises(StudioError, match=rf"clips of {length}, and .* hears 0:20 at most\. Build"):
            planned(place, RECIPE, str(folder), "embedded")


def test_without_ears_it_is_no_base(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "embedded" in trainable()
    embedded_hears(monkeypatch, False)
    assert "embedded" not in trainable()
    with pytest.raises(NotFound, match=r"no model .embedded. that could be trained\. Name one of music-fl"):
        base_of("embedded", place.models)
