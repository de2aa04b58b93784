"""Runs in processes of their own without importing torch anew for each: forked from a server that has it."""

import multiprocessing
import os
import resource
import time
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from train.runs import folder as files

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["train.sft.learn", "peft"])


def child(
    folder: Path, environment: Mapping[str, str] | None = None, *, most_bytes: int | None = None
) -> ForkServerProcess:
    """Starts a run as `python -m train.sft` does; files larger than `most_bytes` are refused to it."""
    process = _CONTEXT.Process(target=_run, args=(folder, dict(environment or {}), most_bytes))
    process.start()
    return process


def begin(folder: Path) -> int:
    """Starts a run, waits until its folder says so, and gives the process's id."""
    process = child(folder)
    while process.is_alive() and (files.read_json(folder / files.STATE) or {}).get("pid") != process.pid:
        time.sleep(0.01)
    assert process.pid is not None
    return process.pid


def _run(folder: Path, environment: Mapping[str, str], most_bytes: int | None) -> None:
    os.environ.update(environment)
    multiprocessing.set_start_method("fork", force=True)  # what loads clips is forked too, as it is in a real run
    if most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    from train.sft.learn import run

    run(folder)
