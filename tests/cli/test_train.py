"""`musicflamingo train | runs | adapters` as a person types them, on a toy model and tones."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from train import tones
from train.dataset import About, write_dataset
from train.toy import write_toy

QUICK = [
    f"--set={line}"
    for line in (
        "max_steps=3",
        "batch=4",
        "batch_per_device=4",
        "lora_rank=4",
        "sample_every=3",
        "sample_tokens=4",
        "gradient_checkpointing=false",
        "turns_per_clip=1",
        "loaders=0",
    )
]


@pytest.fixture
def base(home: Path) -> Path:
    """A toy model, and a dataset of tones in the data folder."""
    pytest.importorskip("peft")
    learned, held_out = tones.tones(12, 1), tones.tones(4, 2)
    tones.write([*learned, *held_out], home / "sound")
    about = About("tones", 1, "CC0", "2026-01-01T00:00:00+00:00")
    write_dataset(home / "datasets" / "tones", about, learned, held_out, audio=home / "sound" / "audio")
    return write_toy(home / "toy")


def test_from_a_dataset_to_an_adapter(command: Command, base: Path, home: Path) -> None:
    learned = command("train", "sft", "tones", "--model", base, "--name", "first", *QUICK)
    assert learned.code == 0 and "first: Done." in learned.out, learned.err
    assert "step 3 of 3" in learned.err
    (listed,) = json.loads(command("runs", "list", "--json").out)
    assert (listed["name"], listed["status"], listed["step"], listed["dataset"]) == ("first", "done", 3, "tones")
    shown = json.loads(command("runs", "show", "first", "--json").out)
    assert [step for step, _ in shown["curves"]["loss"]] == [1, 2, 3] and shown["settings"]["lora_rank"] == 4
    assert len(shown["samples"]) == 4
    assert "first" in command("runs", "list").out and "Done." in command("runs", "show", "first").out
    assert command("adapters", "add", "first", "--name", "mine").code == 0
    (card,) = json.loads(command("adapters", "list", "--json").out)
    assert (card["name"], card["data"], card["run"]) == ("mine", "tones", "first")
    out = home / "mine.zip"
    assert command("adapters", "export", "mine", "--out", out).code == 0 and out.is_file()
    again = command("adapters", "import", out, "--model", base, "--name", "again")
    assert again.code == 0, again.err
    assert command("adapters", "merge", "again", "--model", base, "--out", home / "merged").code == 0
    assert (home / "merged" / "model.safetensors").is_file()
    assert command("adapters", "remove", "again").code == 0
    refused = command("runs", "resume", "first")
    assert (refused.code, refused.err.strip()) == (1, "Error: The run first is done. Start a new one.")


def test_the_mask_is_shown(command: Command, base: Path) -> None:
    said = command("train", "sft", "tones", "--model", base, "--show-mask")
    assert said.code == 0 and "tokens are learned" in said.out and "\033[1;32m" in said.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sft", "nothing"], "There is no dataset in nothing."),
        (["sftt", "tones"], "There is no stage 'sftt'. Choose one of sft, cot, grpo."),
        (["sft", "tones", "--set", "learnin_rate=1"], "learnin_rate is not known. Did you mean learning_rate?"),
        (["sft", "tones", "--recipe", "huge"], "There is no recipe 'huge'."),
        (["sft", "tones", "--name", "a/b"], "'a/b' is no name for a run."),
        (["sft", "tones", "--adapter", "none", "--launch", "x"], "There is no launch 'x'."),
        (["sft", "tones", "--model", "gpt"], "There is no model 'gpt' that could be trained."),
        (["sft", "tones", "--resume", "--name", "zero"], "There is no run zero."),
    ],
)
def test_what_is_wrong_costs_one_sentence(command: Command, base: Path, arguments: list[str], sentence: str) -> None:
    model = [] if "--model" in arguments else ["--model", base]
    said = command("train", *arguments, *model)
    assert said.code == 1 and sentence in said.err and "Traceback" not in said.err
