"""What stops a run: a wish, a full disk, no memory, a recording that is gone, an adapter of another base."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.errors import ModelError
from musicflamingo_app.errors import StudioError
from tests.train.conftest import Toy
from tests.train.sft.children import child
from tests.train.sft.conftest import QUICK, Begin
from train.dataset import Dataset, write_dataset
from train.failures import sentence_of
from train.recipes.read import made
from train.recipes.recipe import Recipe
from train.runs.read import read_run
from train.toy import write_toy
from train.tuning import adapted, open_base, precision_of

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")
SHORT: dict[str, Any] = {"max_steps": 3, "batch": 4, "batch_per_device": 4}


def other_data(data: Dataset, folder: Path, **changes: Any) -> Path:
    """A dataset with its first example changed."""
    first, *rest = data.train
    made = write_dataset(folder, data.about, [replace(first, **changes), *rest], data.held_out)
    (folder / "audio").symlink_to(data.folder / "audio")
    return made.folder


def test_a_wish_to_stop_is_granted_with_a_checkpoint_and_the_run_goes_on(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.runs.write import RunWriter
    from train.sft.learn import run

    folder = begin(**{**SHORT, "max_steps": 5})
    told = RunWriter.at

    def at(self: RunWriter, step: int, sentence: str = "") -> None:
        told(self, step)
        if step == 2 and not (folder / "checkpoints" / "step-3").exists():
            (folder / "STOP").touch()

    monkeypatch.setattr(RunWriter, "at", at)
    assert not run(folder)
    stopped = files_of(folder)
    assert "step-3" in stopped and "DONE" not in stopped and "STOP" not in stopped
    assert "Stopped at step 3" in (folder / "state.json").read_text("utf-8")
    assert run(folder)
    assert [step for step, _ in read_run(folder).curves["loss"]] == [1, 2, 3, 4, 5]


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")}


def test_a_full_disk_is_one_sentence(begin: Begin) -> None:
    folder = begin(**SHORT)
    process = child(folder, most_bytes=30_000)  # the system's own refusal, as from a full disk
    process.join()
    run = read_run(folder)
    assert (process.exitcode, run.status) == (1, "failed")
    assert run.sentence.startswith("The disk is full, so a checkpoint could not be written.")
    assert list((folder / "checkpoints").iterdir()) == [] and not (folder / "adapter").exists()


def test_no_memory_is_one_sentence(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from train.sft import learn

    folder = begin(**SHORT)
    monkeypatch.setattr(learn, "adapted", lambda *args: torch.empty(1 << 58))
    with pytest.raises(RuntimeError):
        learn.run(folder)
    assert read_run(folder).sentence == (
        "The memory is too small for this recipe. Set batch_per_device to 1, or set gradient_checkpointing to true, "
        "or set precision to nf4 on an NVIDIA card, or make clips shorter or turns_per_clip fewer, "
        "then resume the run."
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"audio": "audio/gone.wav"}, "audio/gone.wav is not there. Put it back,"),
        ({"audio": "dataset.json"}, "dataset.json"),
    ],
)
@pytest.mark.parametrize("loaders", [0, 1])
def test_a_recording_that_is_gone_or_none_is_one_sentence(
    begin: Begin, data: Dataset, tmp_path: Path, changes: dict[str, Any], sentence: str, loaders: int
) -> None:
    from train.sft.learn import run

    folder = begin(dataset=other_data(data, tmp_path / "other", **changes), loaders=loaders, **{**SHORT, "batch": 128})
    with pytest.raises(StudioError):
        run(folder)
    said = read_run(folder).sentence
    assert sentence in said and "\n" not in said and "Traceback" not in said


def test_an_adapter_of_another_base_is_one_sentence(begin: Begin, toy: Toy, tmp_path: Path) -> None:
    import transformers

    from train.sft.learn import run

    wide = write_toy(tmp_path / "wide")
    config = transformers.AutoConfig.from_pretrained(wide)
    config.text_config.intermediate_size = 96
    transformers.MusicFlamingoForConditionalGeneration(config).save_pretrained(wide)
    recipe = made(QUICK)
    adapted(open_base(wide, recipe), recipe).save_pretrained(tmp_path / "adapter")
    folder = begin(adapter=tmp_path / "adapter", **SHORT)
    with pytest.raises(ModelError):
        run(folder)
    assert "The adapter adapter was trained on another base" in read_run(folder).sentence


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({"lora_rank": 4}, "has rank 8, and the recipe's lora_rank is 4. Set lora_rank to 8."),
        ({}, "leaves the projector as it is, and the recipe would change it."),
    ],
)
def test_a_recipe_that_does_not_agree_with_its_adapter_is_refused(
    toy: Toy, tmp_path: Path, lines: dict[str, Any], sentence: str
) -> None:
    bare = made({**QUICK, "projector_learning_rate": 0.0})
    adapted(open_base(toy.base, bare), bare).save_pretrained(tmp_path / "adapter")
    with pytest.raises(StudioError) as refused:
        adapted(open_base(toy.base, bare), made({**QUICK, **lines}), tmp_path / "adapter")
    assert sentence in str(refused.value)
    again = adapted(open_base(toy.base, bare), bare, tmp_path / "adapter")
    assert {"lora_" in name for name, weights in again.named_parameters() if weights.requires_grad} == {True}


def test_a_dataset_without_thoughts_has_nothing_for_cot(begin: Begin, data: Dataset, tmp_path: Path) -> None:
    from train.sft.learn import run

    bare = [replace(one, thought="") for one in data.train]
    folder = begin(dataset=write_dataset(tmp_path / "bare", data.about, bare, ()).folder, stage="cot", **SHORT)
    with pytest.raises(StudioError, match="has no example to learn from with a thought"):
        run(folder)


def test_thoughts_are_learned_in_the_cot_stage(begin: Begin) -> None:
    from train.sft.learn import run

    folder = begin(stage="cot", **{**SHORT, "sample_every": 3})
    assert run(folder)
    assert all(row["expected"].startswith("<think>The tone lies near") for row in read_run(folder).samples)


def test_a_loss_that_is_no_number_ends_the_run(begin: Begin) -> None:
    from train.sft.learn import run

    wild = {"learning_rate": 1.0, "projector_learning_rate": 1.0, "max_grad_norm": 1e6, "lora_alpha": 2048}
    folder = begin(**{**SHORT, **wild, "max_steps": 8})
    try:
        finished = run(folder)
    except StudioError:
        assert "The loss is no number any more" in read_run(folder).sentence
    else:
        assert finished


def test_nf4_is_refused_without_an_nvidia_card() -> None:
    with pytest.raises(StudioError, match="needs an NVIDIA card"):
        precision_of(Recipe(precision="nf4"), "cpu")
    assert precision_of(Recipe(), "cpu") == "fp32" and precision_of(Recipe(), "cuda:0") == "bf16"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(28, "No space left on device"), "The disk is full"),
        (RuntimeError("PytorchStreamWriter failed writing file data/3: file write failed"), "The disk is full"),
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"), "The memory is too small"),
        (MemoryError(), "The memory is too small"),
        (StudioError("Caught it.\nTraceback\nmusicflamingo_app.errors.AudioError: a.wav is no sound. Choose another."),
         "a.wav is no sound. Choose another."),
        (KeyError("x"), "It ended by a fault, KeyError: 'x'. The log has the rest."),
    ],
)  # fmt: skip
def test_failures_in_words(error: Exception, sentence: str) -> None:
    assert sentence_of(error, Recipe()).startswith(sentence)


def test_half_precision_and_checkpointing_learn_too(begin: Begin) -> None:
    from safetensors import safe_open

    from train.sft.learn import run

    folder = begin(precision="bf16", gradient_checkpointing=True, **{**SHORT, "max_steps": 10, "batch": 16})
    assert run(folder)
    losses = [loss for _, loss in read_run(folder).curves["loss"]]
    assert losses[-1] < 0.5 * losses[0]
    with safe_open(str(folder / "adapter" / "adapter_model.safetensors"), "pt") as file:
        assert {file.get_slice(name).get_dtype() for name in file.keys()} == {"F32"}  # noqa: SIM118 - no mapping


def test_a_checkpoint_of_a_run_outlives_its_neighbours(begin: Begin) -> None:
    from train.sft.learn import run

    folder = begin(**{**SHORT, "max_steps": 6, "save_every": 1, "keep_checkpoints": 2})
    assert run(folder)
    assert sorted(path.name for path in (folder / "checkpoints").iterdir()) == ["step-5", "step-6"]
    shutil.rmtree(folder)
