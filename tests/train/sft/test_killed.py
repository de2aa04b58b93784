"""A run killed anywhere goes on from its last checkpoint, on the very curve of a run that nobody disturbed."""

import json
import os
from pathlib import Path

from tests.train.sft.children import begin as begun
from tests.train.sft.children import child
from tests.train.sft.conftest import Begin
from train.benchmarks.killing import apart, killed
from train.runs.read import read_run

LINES = {
    "max_steps": 18,
    "save_every": 4,
    "eval_every": 6,
    "sample_every": 9,
    "samples": 2,
    "batch_per_device": 4,
    "loaders": 1,
}


def test_a_killed_run_takes_the_same_curve(begin: Begin) -> None:
    n_kills = int(os.environ.get("KILLS", "2"))  # ten by `python -m train.benchmarks.killing`
    whole, cut = begin("whole", **LINES), begin("cut", **LINES)
    undisturbed = child(whole)
    at = killed(cut, n_kills, seed=n_kills, begin=begun)
    undisturbed.join()
    assert read_run(whole).status == "done" and len(at) == n_kills
    one, other = read_run(whole), read_run(cut)
    for name in ("loss", "grad_norm", "held_out_loss", "learning_rate", "epoch"):
        assert apart(one, other, name) <= 1e-4
    assert one.samples == other.samples
    assert _weights_apart(whole, cut) <= 1e-4
    assert not [path for path in (cut / "checkpoints").iterdir() if not path.name.startswith("step-")]
    rows = [json.loads(line) for line in (cut / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert [row["step"] for row in rows if "loss" in row] == list(range(1, 19))


def _weights_apart(one: Path, other: Path) -> float:
    from safetensors.numpy import load_file

    a, b = (load_file(folder / "adapter" / "adapter_model.safetensors") for folder in (one, other))
    assert a.keys() == b.keys()
    return max(float(abs(a[name] - b[name]).max()) for name in a)
