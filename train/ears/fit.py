"""The loop that trains a network: steps, warm-up and decay, a running mean of the weights, checkpoints, a log.

A run that was stopped goes on from its last checkpoint. What is kept in the end are the running means.
"""

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train.ears.crops import Shares
from train.ears.folds import Fold

MEAN_DECAY = 0.998
CLIP = 1.0
SAVE_STEPS = 250


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train."""

    steps: int
    rate: float = 3e-3
    warm_up: int = 100
    decay: float = 1e-2
    amp: bool = True

    def rate_at(self, step: int) -> float:
        """Linear warm-up, then half a cosine down to a hundredth."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        share = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def given(name: str, about: str | None, *, steps: int, channels: int, rate: float = Plan.rate) -> argparse.Namespace:
    """What the command line asks of a network's training; torch is seeded and given its threads."""
    parser = argparse.ArgumentParser(prog=f"python -m train.ears.{name}", description=about)
    parser.add_argument("--items", type=Path, required=True, help="the folder that train.ears.make filled")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--channels", type=int, default=channels)
    parser.add_argument("--begin", type=Path, help="weights to begin with (a run's final.pt) instead of random ones")
    parser.add_argument("--rate", type=float, default=rate, help="the largest step")
    plain = Shares.plain
    parser.add_argument("--plain", type=float, default=plain, help=f"share of songs on a piano alone ({plain})")
    real = Shares.real
    parser.add_argument("--real", type=float, default=real, help=f"share of crops of real recordings, if any ({real})")
    scores = Shares.scores
    parser.add_argument("--scores", type=float, default=scores, help=f"share of crops of scores, if any ({scores})")
    parser.add_argument("--without", type=Fold.parse, help="a part of the songs that does not teach, such as 0/3")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    return asked


def shares_of(asked: argparse.Namespace) -> Shares:
    """What crops come from, as the command line asks."""
    return Shares(scores=asked.scores, plain=asked.plain, real=asked.real, without=asked.without)


def judged(folder: Path, n: int) -> list[Path]:
    """So many of the items that judge, evenly among them by name, so that every kind has its share."""
    paths = sorted((folder / "valid").glob("*.npz"))
    step = max(1.0, len(paths) / n)
    return [paths[int(index * step)] for index in range(min(n, len(paths)))]


def begun(network: Any, path: Path | None) -> Any:
    """The network with the weights it begins with: those of a file, or its own random ones."""
    if path is not None:
        import torch

        network.load_state_dict(torch.load(path, weights_only=True))
    return network


def fit(
    network: Any,
    loss_of: Callable[[Any, Any], dict[str, Any]],
    batches: Callable[[int], Iterator[Any]],
    judge: Callable[[Any], dict[str, float]],
    plan: Plan,
    folder: Path,
) -> None:
    """Trains and writes `folder/final.pt`. `loss_of` gives named losses that are added up."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=plan.decay)
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_DECAY)
    mean = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=averaging, use_buffers=True)
    step = _resumed(folder, network, mean, optimizer)
    began, source = time.time(), batches(step)
    sums: dict[str, float] = {}
    while step < plan.steps:
        losses = _step(network, optimizer, loss_of, next(source), plan, step)
        mean.update_parameters(network)
        step += 1
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + value
        if step % SAVE_STEPS == 0 or step == plan.steps:
            _save(folder, network, mean, optimizer, step)
            found = {name: value / SAVE_STEPS for name, value in sums.items()} | judge(mean.module.eval())
            _log(folder, {"step": step, "seconds": round(time.time() - began)}, found)
            sums = {}
    torch.save(mean.module.state_dict(), folder / "final.pt")


def _step(
    network: Any, optimizer: Any, loss_of: Callable[[Any, Any], dict[str, Any]], batch: Any, plan: Plan, step: int
) -> dict[str, float]:
    """One step down the sum of the losses; what each was."""
    import torch

    for group in optimizer.param_groups:
        group["lr"] = plan.rate_at(step)
    network.train()
    with torch.autocast("cpu", torch.bfloat16, enabled=plan.amp):
        losses = loss_of(network, batch)
    sum(losses.values()).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    optimizer.zero_grad()
    return {name: float(value.detach()) for name, value in losses.items()}


def _log(folder: Path, row: dict[str, float], found: dict[str, float]) -> None:
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row | {name: round(value, 4) for name, value in found.items()}) + "\n")


def _save(folder: Path, network: Any, mean: Any, optimizer: Any, step: int) -> None:
    import torch

    draft = folder / "last.part"
    parts = {"network": network, "mean": mean, "optimizer": optimizer}
    torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step}, draft)
    draft.replace(folder / "last.pt")


def _resumed(folder: Path, network: Any, mean: Any, optimizer: Any) -> int:
    import torch

    path = folder / "last.pt"
    if not path.exists():
        return 0
    stored = torch.load(path, weights_only=True)
    for name, part in (("network", network), ("mean", mean), ("optimizer", optimizer)):
        part.load_state_dict(stored[name])
    return int(stored["step"])
