"""Adapters: kept with their card, carried out and in, merged; one of another base is refused."""

import json
import shutil
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError
from model.fingerprint import fingerprint
from musicflamingo_app.errors import NotFound, StudioError
from tests.train.conftest import Toy
from train.adapters import (
    export_adapter,
    find_adapter,
    import_adapter,
    list_adapters,
    merge_adapter,
    register,
    remove_adapter,
)
from train.bases import base_of, licence_of
from train.recipes.recipe import Recipe
from train.runs.folder import Plan, create
from train.runs.read import read_run
from train.runs.write import RunWriter
from train.toy import write_toy
from train.tuning import adapted, open_base

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")


@pytest.fixture(scope="module")
def weights(toy: Toy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PEFT folder with random weights for the toy."""
    import torch

    folder = tmp_path_factory.mktemp("peft") / "adapter"
    recipe = Recipe(precision="fp32", lora_rank=4, projector_learning_rate=1e-3)
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of peft about transformers
        model = adapted(open_base(toy.base, recipe), recipe)
    torch.manual_seed(3)
    for name, values in model.named_parameters():
        if values.requires_grad:
            torch.nn.init.normal_(values, std=0.1)
        assert values.requires_grad == ("lora_" in name or "modules_to_save" in name)
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def done(toy: Toy, weights: Path, tmp_path: Path) -> Path:
    """The folder of a run that is done."""
    card = {"fingerprint": fingerprint(toy.base), "licence": "CC0", "data": "tones", "data_hash": "a" * 64}
    card |= {"data_licence": "none", "n_train": 128, "n_held_out": 60}
    folder = create(tmp_path / "runs", Plan(Recipe(), toy.base, tmp_path / "tones", "toy", card=card), name="first")
    with RunWriter(folder) as run:
        run.begin(0, 2)
        run.metrics(2, loss=0.25)
        run.metrics(2, held_out_loss=0.5)
        run.at(2)
        shutil.copytree(weights, folder / "adapter")
        run.done()
    return folder


def test_an_adapter_is_kept_with_a_card(tmp_path: Path, done: Path, toy: Toy) -> None:
    kept = register(tmp_path / "adapters", read_run(done), name="mine", scores={"choice": 0.75})
    assert list_adapters(tmp_path / "adapters") == (kept,) and find_adapter(tmp_path / "adapters", "mine") == kept
    card = kept.card
    assert (card.name, card.base, card.stage, card.run, card.n_train) == ("mine", "toy", "sft", "first", 128)
    assert card.scores == {"loss": 0.25, "held_out_loss": 0.5, "choice": 0.75}
    assert card.recipe["epochs"] == 3.0 and card.fingerprint == fingerprint(toy.base) and len(card.weights_sha256) == 64
    said = (kept.folder / "README.md").read_text("utf-8")
    assert "base_model: toy" in said and "Licence of the data: none" in said and "| choice | 0.75 |" in said
    for path in kept.folder.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes() and str(toy.base).encode() not in path.read_bytes()
    with pytest.raises(StudioError, match="an adapter named mine already"):
        register(tmp_path / "adapters", read_run(done), name="mine")
    assert remove_adapter(tmp_path / "adapters", "mine") == kept.n_bytes > 1000
    with pytest.raises(NotFound, match="Known: none yet"):
        find_adapter(tmp_path / "adapters", "mine")


def test_only_a_run_that_is_done_has_one(tmp_path: Path, done: Path) -> None:
    (done / "DONE").unlink()
    with pytest.raises(StudioError, match="has no adapter: it is"):
        register(tmp_path / "adapters", read_run(done))


def test_out_and_in_again(tmp_path: Path, done: Path, toy: Toy) -> None:
    kept = register(tmp_path / "adapters", read_run(done), name="mine")
    archive = export_adapter(kept, tmp_path)
    assert archive.name == "mine.zip"
    back = import_adapter(tmp_path / "elsewhere", archive, base_fingerprint=fingerprint(toy.base))
    assert back.card == kept.card and back.name == "mine"
    assert (back.folder / "adapter_model.safetensors").read_bytes() == (
        kept.folder / "adapter_model.safetensors"
    ).read_bytes()
    with pytest.raises(ModelError, match="was trained on another base, toy"):
        import_adapter(tmp_path / "third", archive, base_fingerprint="other")
    assert list_adapters(tmp_path / "third") == ()


def test_a_folder_of_anybodys_gets_a_card(tmp_path: Path, weights: Path, toy: Toy) -> None:
    kept = import_adapter(tmp_path, weights, base_fingerprint=fingerprint(toy.base), base="toy", name="theirs")
    assert (kept.card.base, kept.card.fingerprint, kept.card.data) == ("toy", fingerprint(toy.base), "")


@pytest.mark.parametrize("packed", [{"../../evil.txt": b"x"}, {"a/adapter_config.json": b"{}"}, None])
def test_an_archive_that_holds_none_is_refused(tmp_path: Path, packed: dict[str, bytes] | None) -> None:
    archive = tmp_path / "a.zip"
    if packed is None:
        archive.write_bytes(b"no zip")
    else:
        with zipfile.ZipFile(archive, "w") as file:
            for name, content in packed.items():
                file.writestr(name, content)
    with pytest.raises(StudioError, match=r"holds no adapter|is no archive"):
        import_adapter(tmp_path / "adapters", archive, base_fingerprint="x")
    assert not (tmp_path.parent / "evil.txt").exists() and not list(tmp_path.glob("**/evil.txt"))


def test_merged_weights_say_what_the_adapter_said(tmp_path: Path, weights: Path, toy: Toy) -> None:
    import torch
    from peft import PeftModel
    from transformers import MusicFlamingoForConditionalGeneration as Flamingo

    made = merge_adapter(weights, toy.base, tmp_path / "merged")
    ids = torch.arange(10, 40)[None]
    with torch.no_grad():
        worn = PeftModel.from_pretrained(Flamingo.from_pretrained(toy.base), str(weights)).eval()(input_ids=ids).logits
        merged = Flamingo.from_pretrained(made).eval()(input_ids=ids).logits
        bare = Flamingo.from_pretrained(toy.base).eval()(input_ids=ids).logits
    off, said = float((worn - merged).abs().max()), float((worn - bare).abs().max())
    assert off < 1e-4 * float(worn.abs().max()) < said  # single precision, whatever the processor's order of sums
    assert base_of(str(made), tmp_path)[0] == made and fingerprint(made) != fingerprint(toy.base)
    with pytest.raises(StudioError, match="is there already"):
        merge_adapter(weights, toy.base, made)


def test_the_back_end_speaks_with_a_kept_adapter(tmp_path: Path, done: Path, toy: Toy) -> None:
    from model.transformers_hf.backend import TransformersBackend
    from model.transformers_hf.load import Checkpoint, load

    kept = register(tmp_path / "adapters", read_run(done), name="mine")
    backend = TransformersBackend(load(Checkpoint(str(toy.base), precision="fp32")), "toy")
    backend.load_adapter(kept.name, kept.folder)
    assert backend.adapter == "mine"
    backend.close()


def test_a_fingerprint_tells_weights_apart_and_not_places(tmp_path: Path, toy: Toy) -> None:
    copy = shutil.copytree(toy.base, tmp_path / "copy")
    config: dict[str, Any] = json.loads((copy / "config.json").read_text("utf-8"))
    (copy / "config.json").write_text(json.dumps({**config, "transformers_version": "9", "_name_or_path": "x"}))
    assert fingerprint(copy) == fingerprint(toy.base)
    assert fingerprint(write_toy(tmp_path / "other", seed=9)) != fingerprint(toy.base)


def test_bases_are_found_or_refused(tmp_path: Path, toy: Toy) -> None:
    assert base_of(str(toy.base), tmp_path) == (toy.base, "")
    with pytest.raises(NotFound, match="There is no model 'nothing'"):
        base_of("nothing", tmp_path)
    with pytest.raises(ModelError, match="models fetch music-flamingo-2601-hf"):
        base_of("music-flamingo-2601-hf", tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match="is a llama, and training needs a Music Flamingo"):
        base_of(str(tmp_path), tmp_path)
    assert "Noncommercial" in licence_of("music-flamingo-2601-hf") and "not known" in licence_of("toy")
