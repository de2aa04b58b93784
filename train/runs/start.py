"""Starting, stopping and resuming runs. Each is a process of its own that survives the page which started it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from musicflamingo_app.errors import StudioError
from train.runs import folder as files
from train.runs.living import let_live, process_of
from train.runs.origin import ROOT
from train.runs.read import read_run

MODULES = {"sft": "train.sft", "cot": "train.sft", "grpo": "train.grpo"}
LAUNCH = Path(__file__).parents[1] / "launch"
_starting = threading.Lock()


def start(folder: Path) -> int:
    """Starts or resumes a run in a process of its own and gives its id. What it prints goes to `log.txt`.

    Raises StudioError for a run that is running or done, NotFound.
    """
    with _starting:
        run = read_run(folder)
        if run.status == "running":
            raise StudioError(f"The run {run.name} is running already.", "Wait for it, or stop it first.")
        if run.status == "done":
            raise StudioError(f"The run {run.name} is done.", "Start a new one.")
        for mark in (files.STOP, files.FAILED):
            (folder / mark).unlink(missing_ok=True)
        child = _launched(folder)
        state = {**process_of(child.pid), "heartbeat": time.time(), "sentence": "Starting."}
        known = files.read_json(folder / files.STATE) or {}
        files.write_json(folder / files.STATE, {**known, **state})
    return child.pid


resume = start  # a run goes on from its last checkpoint by itself


def stop(folder: Path) -> None:
    """Asks a run to stop after the step under way, with a checkpoint. Raises StudioError when it is not running."""
    run = read_run(folder)
    if run.status != "running":
        raise StudioError(f"The run {run.name} is not running.", "Nothing needs to be stopped.")
    (folder / files.STOP).touch()


def wait(folder: Path, *, timeout_s: float = 600.0, every_s: float = 0.2) -> str:
    """Waits until a run is not running any more and gives its status. Raises StudioError after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        status = read_run(folder).status
        if status != "running":
            return status
        time.sleep(every_s)
    raise StudioError(f"The run {folder.name} still runs after {timeout_s:g} s.", "Look into its log.")


def command_of(folder: Path) -> list[str]:
    """The command that runs a folder: a module of ours, or several of them by accelerate or torchrun."""
    plan = files.read_plan(folder)
    what = ["-m", MODULES[plan.recipe.stage], str(folder.absolute())]
    if plan.processes <= 1:
        return [sys.executable, *what]
    if not plan.launch and not _has_cards():  # accelerate starts several on processors by MPI only
        return [sys.executable, "-m", *_TORCHRUN, "--nproc_per_node", str(plan.processes), *what]
    config = ["--config_file", str(LAUNCH / f"{plan.launch}.yaml")] if plan.launch else ["--multi_gpu"]
    many = ["--num_processes", str(plan.processes), "--num_machines", "1", "--main_process_port", "0"]
    return [sys.executable, "-m", "accelerate.commands.launch", *config, *many, *what]


_TORCHRUN = ("torch.distributed.run", "--standalone")


def _has_cards() -> bool:
    import torch

    return torch.cuda.is_available()


def _launched(folder: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    with (folder / files.LOG).open("ab") as out:
        child = subprocess.Popen(
            command_of(folder),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    let_live(child)
    return child
