"""A run from its folder: resumed as if it had not been stopped, stopped when asked, and plain about what is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from musicflamingo_app.errors import StudioError
from tests.train.grpo.conftest import Begin
from tests.train.grpo.making import PEFT_ASKS
from train.dataset import Dataset
from train.examples import Example, Score
from train.grpo import learn as learning
from train.grpo.session import run
from train.runs import folder as files
from train.runs.read import read_run

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)


def weights(folder: Path) -> dict[str, np.ndarray]:
    return load_file(folder / "adapter" / "adapter_model.safetensors")


def letters(example: Example, completion: str) -> Score:
    """Something to tell completions of an untaught model apart by."""
    return Score(len(set(completion)) / 12 if len(completion) < 12 else 1.0)


def kept(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Metrics without clock times and memory."""
    return [
        {k: v for k, v in row.items() if k not in ("time", "memory_bytes") and not k.endswith("_s")} for row in rows
    ]


def stop_at(monkeypatch: pytest.MonkeyPatch, folder: Path, step: int) -> None:
    """Asks to stop while a step is under way."""
    inner = learning._step

    def stepped(policy: object, lesson: object, optimizer: object, number: int) -> object:
        if number == step - 1:
            (folder / files.STOP).touch()
        return inner(policy, lesson, optimizer, number)

    monkeypatch.setattr(learning, "_step", stepped)


def test_a_stopped_run_goes_on_as_if_it_had_not_been(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"updates_per_batch": 2, "control_every": 2, "control_prompts": 3}
    whole, parted = begin("whole", **table), begin("parted", **table)
    assert run(whole, letters)
    with monkeypatch.context() as patched:
        stop_at(patched, parted, 2)
        assert not run(parted, letters)
    assert read_run(parted).step == 2
    assert "Stopped at step 2" in (files.read_json(parted / files.STATE) or {})["sentence"]
    assert [step for step, _ in files.checkpoints(parted)] == [2] and not (parted / "adapter").exists()
    assert run(parted, letters) and read_run(parted).status == "done"
    one, other = weights(whole), weights(parted)
    assert set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)
    assert kept(files.read_lines(whole / files.METRICS)) == kept(files.read_lines(parted / files.METRICS))
    assert files.read_lines(whole / files.SAMPLES) == files.read_lines(parted / files.SAMPLES)


def test_what_a_run_writes(begin: Begin) -> None:
    folder = begin(control_every=4, control_prompts=2, save_every=1, keep_checkpoints=2)
    assert run(folder, letters)
    shown = read_run(folder)
    assert shown.status == "done" and shown.adapter == folder / "adapter" and shown.steps == 4
    measured = {
        "reward", "reward_task", "reward_format", "loss", "kl", "entropy", "clip_share", "ratio", "grad_norm",
        "learning_rate", "groups", "dropped_groups", "unjudged", "length_tokens", "longest_tokens", "cut_share",
        "held_out_reward", "noise_reward", "noise_reward_task", "step_s", "drawing_s",
    }  # fmt: skip
    assert measured <= set(shown.curves)
    assert [step for step, _ in shown.curves["held_out_reward"]] == [0, 4]
    assert [step for step, _ in shown.curves["loss"]] == [1, 2, 3, 4]
    assert shown.curves["ratio"][0][1] == pytest.approx(1) and shown.curves["kl"][0][1] == pytest.approx(0, abs=1e-6)
    assert {"example", "question", "expected", "answer", "reward", "step"} <= set(shown.samples[0])
    assert [step for step, _ in files.checkpoints(folder)] == [3, 4]
    config = json.loads((folder / "adapter" / "adapter_config.json").read_text("utf-8"))
    assert config["r"] == 8 and "multi_modal_projector" in config["modules_to_save"]


def test_steps_whose_groups_all_teach_nothing_change_nothing(begin: Begin) -> None:
    folder = begin(kl_weight=0.0, format_weight=0.0)
    assert run(folder, lambda example, completion: Score(0.5))
    rows = files.read_lines(folder / files.METRICS)
    assert all(row["dropped_groups"] == row["groups"] == 4 and "loss" not in row for row in rows)
    assert not any(value.any() for name, value in weights(folder).items() if "lora_B" in name)


def test_one_run_goes_on_from_another_s_adapter_and_is_held_to_it(begin: Begin) -> None:
    first = begin("first")
    assert run(first, letters)
    second = begin("second", adapter=first / "adapter", projector=0.0, learning_rate=1e-12)
    assert run(second, letters)
    one, other = weights(first), weights(second)
    assert set(one) == set(other) and all(np.allclose(one[name], other[name], atol=1e-9) for name in one)
    apart = [row["kl"] for row in files.read_lines(second / files.METRICS) if "kl" in row]
    assert apart and max(map(abs, apart)) < 1e-6
    assert {path.name for path in (second / "adapter").iterdir() if path.is_dir()} == set()


def test_a_damaged_checkpoint_is_said(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = begin()
    with monkeypatch.context() as patched:
        stop_at(patched, folder, 1)
        assert not run(folder, letters)
    (folder / "checkpoints" / "step-1" / "policy.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(StudioError, match="step-1 cannot be used"):
        run(folder, letters)
    assert "step-1 cannot be used" in (folder / files.FAILED).read_text("utf-8")
    assert read_run(folder).status == "failed"


def test_several_processes_are_refused(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = begin()
    monkeypatch.setenv("WORLD_SIZE", "2")
    for rank in ("1", "0"):  # the second says nothing that hides what the first writes down
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(StudioError, match="one process"):
            run(folder, letters)
        assert (folder / files.FAILED).exists() == (rank == "0")
    assert "one process" in (folder / files.FAILED).read_text("utf-8")


def test_a_missing_recording_is_said_before_anything_is_learned(begin: Begin, data: Dataset, tmp_path: Path) -> None:
    from train.dataset import write_dataset

    lonely = tmp_path / "lonely"
    write_dataset(lonely, data.about, data.train[:2], data.held_out[:1])
    with pytest.raises(StudioError, match="is not there"):
        run(begin(dataset=lonely), letters)
