"""Kills a run with signal 9 at random steps and starts it again, as a power cut would; compares its curve.

`python -m train.benchmarks.killing FOLDER [KILLS]` prints how far its curve is from that of a run left alone.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from train import tones
from train.dataset import About, write_dataset
from train.recipes.read import made
from train.runs import folder as files
from train.runs.folder import Plan, create
from train.runs.read import Run, read_run
from train.runs.start import start, wait
from train.toy import write_toy

PATIENCE_S = 3600.0
LINES = {
    "stage": "sft",
    "precision": "fp32",
    "learning_rate": 5e-3,
    "projector_learning_rate": 5e-3,
    "lora_rank": 8,
    "batch": 16,
    "batch_per_device": 4,
    "max_steps": 60,
    "turns_per_clip": 1,
    "gradient_checkpointing": False,
    "eval_every": 6,
    "eval_clips": 16,
    "sample_every": 10,
    "sample_tokens": 6,
    "save_every": 3,
    "loaders": 1,
}


def killed(folder: Path, n_kills: int, seed: int = 0, *, begin: Callable[[Path], int] = start) -> list[int]:
    """Runs a folder to its end and kills it on the way; gives the steps at which it was killed.

    `begin` starts it and gives the process's id.
    """
    draw, at = np.random.default_rng(seed), []
    n_steps = 0
    while len(at) < n_kills:
        pid = begin(folder)
        n_steps = n_steps or _n_steps(folder)
        low = _reached(folder)
        kill_at = int(draw.integers(low + 1, max(low + 2, low + (n_steps - low) // (n_kills - len(at)) + 1)))
        while _reached(folder) < kill_at and read_run(folder).status == "running":
            time.sleep(0.005)
        time.sleep(float(draw.uniform(0, 0.15)))  # anywhere in a step, also while a checkpoint is written
        os.kill(pid, signal.SIGKILL)
        if wait(folder, timeout_s=PATIENCE_S) != "interrupted":
            raise RuntimeError("it ended before it was killed: " + read_run(folder).sentence)
        at.append(_reached(folder))
    begin(folder)
    if wait(folder, timeout_s=PATIENCE_S) != "done":
        raise RuntimeError(read_run(folder).sentence)
    return at


def apart(one: Run, other: Run, name: str = "loss") -> float:
    """The largest difference of two curves; infinite when they do not have the same steps."""
    if [step for step, _ in one.curves[name]] != [step for step, _ in other.curves[name]]:
        return float("inf")
    pairs = zip(one.curves[name], other.curves[name], strict=True)
    return max(abs(a - b) for (_, a), (_, b) in pairs)


def _n_steps(folder: Path) -> int:
    while not read_run(folder).steps and read_run(folder).status == "running":
        time.sleep(0.05)
    return read_run(folder).steps


def _reached(folder: Path) -> int:
    rows = files.read_lines(folder / files.METRICS)
    return int(rows[-1]["step"]) if rows else 0


def main() -> None:
    place, n_kills = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10
    learned, held_out = tones.tones(128, 1), tones.tones(16, 2)
    tones.write([*learned, *held_out], place / "sound")
    about = About("tones", 1, "CC0", "2026-01-01T00:00:00+00:00")
    data = write_dataset(place / "datasets" / "tones", about, learned, held_out, audio=place / "sound" / "audio")
    plan = Plan(made(LINES), write_toy(place / "base"), data.folder, "toy")
    whole, cut = (create(place / "runs", plan, name=name) for name in ("whole", "cut"))
    start(whole)
    if wait(whole, timeout_s=PATIENCE_S) != "done":
        sys.exit(read_run(whole).sentence)
    print("killed at", killed(cut, n_kills))
    one, other = read_run(whole), read_run(cut)
    for name in ("loss", "grad_norm", "held_out_loss", "learning_rate"):
        print(f"{name}: {len(one.curves[name])} points, apart by {apart(one, other, name):.2e}")
    print("samples are the same:", one.samples == other.samples)


if __name__ == "__main__":
    main()
