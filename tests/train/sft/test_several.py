"""Two processes by accelerate learn what one learns from the same batches, and stop and resume together."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from tests.train.conftest import Toy
from tests.train.sft.children import child
from tests.train.sft.conftest import QUICK
from train.benchmarks.killing import apart
from train.dataset import Dataset
from train.recipes.read import made
from train.runs.folder import Plan, create
from train.runs.read import read_run
from train.runs.start import command_of

LINES = {**QUICK, "max_steps": 4, "batch": 8, "batch_per_device": 4, "lora_dropout": 0.0, "save_every": 2}


@pytest.fixture
def plan(toy: Toy, data: Dataset) -> Plan:
    return Plan(made({**LINES, "eval_every": 2, "sample_every": 2, "samples": 2}), toy.base, data.folder, "toy")


def test_two_processes_learn_what_one_learns(plan: Plan, tmp_path: Path) -> None:
    one = create(tmp_path, plan, name="one")
    two = create(tmp_path, replace(plan, processes=2), name="two")
    where = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    both = [child(two, {**where, "RANK": rank, "LOCAL_RANK": rank}) for rank in ("0", "1")]
    for process in (child(one), *both):
        process.join()
        assert process.exitcode == 0
    alone, together = read_run(one), read_run(two)
    for name in ("loss", "held_out_loss", "learning_rate"):
        assert apart(alone, together, name) < 1e-4
    assert alone.samples == together.samples and len(together.samples) == 4
    assert (two / "checkpoints" / "step-4" / "rng_state_1.pth").is_file()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_several_on_processors_are_started_by_torchrun(plan: Plan, tmp_path: Path) -> None:
    command = command_of(create(tmp_path, replace(plan, processes=2), name="two"))
    on_processors = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    assert command[1:6] == on_processors or has_card()
    assert command[-3:-1] == ["-m", "train.sft"]


def has_card() -> bool:
    import torch

    return torch.cuda.is_available()


def test_a_batch_that_two_cannot_share_is_one_sentence(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicflamingo_app.errors import StudioError
    from train.sft.learn import run

    monkeypatch.setenv("WORLD_SIZE", "3")
    with pytest.raises(StudioError, match="3 processes take 12 clips at once"):
        run(create(tmp_path, plan, name="three"))


@pytest.mark.parametrize("launch", ["fsdp2", "zero3"])
def test_weights_are_sharded_by_a_file_that_accelerate_reads(plan: Plan, tmp_path: Path, launch: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    command = command_of(create(tmp_path, replace(plan, processes=2, launch=launch), name=launch))
    config = load_config_from_file(command[command.index("--config_file") + 1])
    assert config.num_machines == 1 and config.mixed_precision == "bf16"
    assert command[-3:-1] == ["-m", "train.sft"] and "2" in command
