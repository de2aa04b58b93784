"""A recipe tried for a few steps on the real model and data: what it will need, told before hours are spent.

`python -m train.trial RUN_FOLDER` tries the plan of a folder and prints JSON; `trial` does so in a process of its own,
for what a process has taken from the system it seldom gives back.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from train.clips import Clip
from train.runs import folder as files
from train.runs.folder import Plan, create, read_plan
from train.runs.memory import memory_used
from train.runs.origin import ROOT

N_STEPS = 2
_MARK = "trial: "


@dataclass(frozen=True)
class Trial:
    """What was measured. Memory is the most used on the card, or by the process on a processor."""

    device: str
    memory_bytes: int
    device_bytes: int
    load_s: float
    step_s: float
    steps: int
    checkpoint_bytes: int
    free_bytes: int
    keep: int
    longest_tokens: int
    looks_s: float = 0.0  # what GRPO's looks at held-out prompts take in all
    drawn_tokens: int = 0  # of the longest answer that GRPO drew, and where it is cut
    most_tokens: int = 0

    @property
    def seconds(self) -> float:
        """The whole run; of sft and cot without looks at held-out clips."""
        return self.load_s + self.step_s * self.steps + self.looks_s

    @property
    def can_grow(self) -> bool:
        """Whether answers may become longer than those drawn."""
        return self.drawn_tokens < self.most_tokens

    @property
    def disk_bytes(self) -> int:
        """Checkpoints that are kept, the one being written, and the adapter."""
        return self.checkpoint_bytes * (self.keep + 2)

    @property
    def fits(self) -> bool:
        """Whether the disk takes it and the memory is not used up nearly wholly."""
        full = self.device_bytes > 0 and self.memory_bytes > 0.95 * self.device_bytes
        return not full and self.disk_bytes < self.free_bytes


def trial(plan: Plan, scratch: Path) -> Trial:
    """Tries a plan in a process of its own, below `scratch`. Raises StudioError with what stopped it."""
    scratch.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".trial-", dir=scratch))
    try:
        folder = create(place, replace(plan, processes=1, launch=""), name="trial")
        command = [sys.executable, "-m", "train.trial", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            if line.startswith(_MARK):
                return Trial(**json.loads(line.removeprefix(_MARK)))
        failed = folder / files.FAILED
        said = failed.read_text("utf-8").strip() if failed.is_file() else (done.stderr.strip().splitlines() or [""])[-1]
        raise StudioError(f"The trial failed. {said}")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def said(tried: Trial) -> str:
    """The trial in plain words."""
    used = f"{_gb(tried.memory_bytes)} of {_gb(tried.device_bytes)}" if tried.device_bytes else _gb(tried.memory_bytes)
    lines = [
        f"It takes {used} memory on {tried.device}.",
        f"A step takes {tried.step_s:.2g} s, and there are {tried.steps}: about {_time(tried.seconds)} in all.",
        f"Checkpoints and adapter take {_gb(tried.disk_bytes)}; {_gb(tried.free_bytes)} are free.",
        f"The longest of the {'prompts' if tried.most_tokens else 'clips'} tried has {tried.longest_tokens} tokens.",
    ]
    if tried.most_tokens:
        drawn = f"The longest answer drawn has {tried.drawn_tokens} tokens, and {tried.most_tokens} are allowed"
        lines.append(f"{drawn}: longer ones take more time and memory." if tried.can_grow else f"{drawn}.")
    if tried.disk_bytes >= tried.free_bytes:
        lines.append("The disk is too small for it: free some space, or keep fewer checkpoints.")
    elif not tried.fits:
        lines.append("That is nearly all memory: longer clips than these may not fit.")
    return "\n".join(lines)


def measured(folder: Path) -> Trial:
    """Tries the plan of a folder in this process, on its longest clips. Raises StudioError, and what torch raises."""
    plan, times = read_plan(folder), _Times()
    found = (_by_reward if plan.recipe.stage == "grpo" else _supervised)(folder, plan, times)
    return Trial(
        **_device(),
        **found,
        memory_bytes=times.memory_bytes or memory_used(),
        step_s=times.step_s,
        checkpoint_bytes=_size(files.checkpoints(folder)[-1][1]),
        free_bytes=shutil.disk_usage(folder).free,
    )


def _supervised(folder: Path, plan: Plan, times: "_Times") -> dict[str, Any]:
    from train.dataset import open_dataset
    from train.sft.learn import learn, n_steps
    from train.sft.lessons import SHELF, lessons
    from train.sft.trainer import trainer
    from train.tuning import adapted, open_base

    began = time.monotonic()
    loaded = open_base(plan.base, plan.recipe)
    taught = lessons(open_dataset(plan.dataset), plan.recipe, loaded.processor, folder.parent / f".{SHELF}")
    model = adapted(loaded, plan.recipe, plan.adapter)
    steps, load_s = n_steps(trainer(model, taught, plan.recipe, folder, [])), time.monotonic() - began
    longest = _longest(taught.learned, N_STEPS * plan.recipe.batch)
    recipe = replace(plan.recipe, max_steps=N_STEPS, eval_every=0, sample_every=0, save_every=N_STEPS, seed=0)
    learn(folder, replace(plan, recipe=recipe), model, replace(taught, learned=longest), times)
    n_tokens = max(len(taught.collator.read(clip)[0].ids) for clip in longest[:8])
    keep = plan.recipe.keep_checkpoints
    return {"load_s": round(load_s, 2), "steps": steps, "keep": keep, "longest_tokens": n_tokens}


def _by_reward(folder: Path, plan: Plan, times: "_Times") -> dict[str, Any]:
    from train.grpo.trial import tried

    found = tried(folder, plan, times, N_STEPS, _longest)
    return {
        "load_s": round(found.load_s, 2),
        "steps": found.steps,
        "keep": found.keep,
        "longest_tokens": found.longest_tokens,
        "looks_s": round(times.drawing_s * found.looks / found.prompts_per_step, 2),
        "drawn_tokens": times.drawn_tokens,
        "most_tokens": found.most_tokens,
    }


class _Times:
    """Stands for the run's writer: remembers instead of writing. The last step counts; the first one warms up."""

    def __init__(self) -> None:
        self.step_s, self.memory_bytes = 0.0, 0
        self.drawing_s, self.drawn_tokens = 0.0, 0

    def metrics(self, step: int, **values: Any) -> None:
        self.step_s = float(values.get("step_s", self.step_s))
        self.memory_bytes = int(values.get("memory_bytes", self.memory_bytes))
        self.drawing_s = float(values.get("drawing_s", self.drawing_s))
        self.drawn_tokens = max(self.drawn_tokens, int(values.get("longest_tokens", 0)))

    def begin(self, step: int, steps: int) -> None: ...
    def at(self, step: int, sentence: str = "") -> None: ...
    def samples(self, step: int, rows: Any) -> None: ...
    def is_stopped(self) -> bool:
        return False

    def stopped(self, step: int) -> None: ...
    def done(self) -> None: ...


def _longest(learned: Sequence[Clip], n: int) -> tuple[Clip, ...]:
    """The clips that will need most: by the stretch that is heard, else by the file's size."""

    def length(clip: Clip) -> float:
        if clip.start_s is not None and clip.end_s is not None:
            return float(clip.end_s - clip.start_s) * 1e6
        return float(clip.audio.stat().st_size) if clip.audio else 0.0

    return tuple(sorted(learned, key=length, reverse=True)[:n])


def _device() -> dict[str, Any]:
    """Name and memory of what it computes on."""
    from model.devices import memory_bytes
    from model.transformers_hf.load import package
    from train.tuning import device_here

    if not device_here().startswith("cuda"):
        return {"device": "this processor", "device_bytes": memory_bytes()}
    card = package("torch").cuda.get_device_properties(0)
    return {"device": card.name, "device_bytes": int(card.total_memory)}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e8 else f"{n_bytes / 1e6:.1f} MB"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def main() -> int:
    from train.failures import sentence_of

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a run's folder")
    folder = parser.parse_args().folder
    try:
        print(_MARK + json.dumps(asdict(measured(folder))))
    except Exception as error:  # noqa: BLE001 - the border of the process: whatever it is becomes a sentence
        (folder / files.FAILED).write_text(sentence_of(error, read_plan(folder).recipe), "utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
