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

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import NotFound
from train.ears.folds import Fold
from train.ears.items import SCALE
from train.ears.shares import Shares

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
    device: str = "cpu"
    save: int = SAVE_STEPS

    minutes: float = math.inf  # the clock may end a run before its steps do

    def done(self, step: int, seconds: float) -> float:
        """How much of the run is over, by steps or by the clock."""
        return min(1.0, max(step / self.steps, seconds / 60 / self.minutes))

    def rate_at(self, step: int, done: float) -> float:
        """Linear warm-up, then half a cosine down to a hundredth."""
        rate = self.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        return min(rate, self.rate * (step + 1) / self.warm_up)


def given(
    name: str, about: str | None, *, steps: int, channels: int, batch: int, rate: float = Plan.rate
) -> argparse.Namespace:
    """What the command line asks of a network's training; torch is seeded and given its threads."""
    parser = argparse.ArgumentParser(prog=f"python -m train.ears.{name}", description=about)
    parser.add_argument("--items", type=Path, required=True, help="the folder that train.ears.make filled")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--batch", type=int, default=batch, help="crops of a step")
    parser.add_argument("--channels", type=int, default=channels)
    parser.add_argument("--rate", type=float, default=rate, help="the largest step")
    _ask_how(parser)
    _ask_shares(parser)
    asked = parser.parse_args()
    import torch

    torch.set_num_threads(asked.threads)
    torch.manual_seed(asked.seed)
    return asked


def _ask_how(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--begin", type=Path, help="weights to begin with (a run's final.pt) instead of random ones")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end after so many minutes if not before")
    parser.add_argument("--dropout", type=float, default=0.0, help="share of channels that are left out while learning")
    parser.add_argument("--save", type=int, default=SAVE_STEPS, help="steps from one checkpoint to the next")
    parser.add_argument(
        "--device", default="cpu", help="where to learn: cpu, or cuda on a machine with a graphics card"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)


def _ask_shares(parser: argparse.ArgumentParser) -> None:
    for share, about in (
        ("plain", "of songs on a piano alone"),
        ("real", "of crops of real recordings, if any"),
        ("scores", "of crops of scores, if any"),
    ):
        usual = getattr(Shares, share)
        parser.add_argument(f"--{share}", type=float, default=usual, help=f"share {about} ({usual})")
    parser.add_argument("--without", type=Fold.parse, help="a part of the songs that does not teach, such as 0/3")


def shares_of(asked: argparse.Namespace) -> Shares:
    """What crops come from, as the command line asks."""
    return Shares(scores=asked.scores, plain=asked.plain, real=asked.real, without=asked.without)


def plan_of(asked: argparse.Namespace) -> Plan:
    """How long and how hard, as the command line asks."""
    return Plan(asked.steps, asked.rate, device=asked.device, save=asked.save, minutes=asked.minutes)


def taught(asked: argparse.Namespace, *real: str) -> list[Path]:
    """The items that teach, and those of real recordings in the folders named. Raises NotFound without the former."""
    paths = sorted((asked.items / "train").glob("*.npz"))
    if asked.without is not None:
        paths = [path for path in paths if not asked.without.holds(path.stem)]
    if not paths:
        raise NotFound(f"There are no items in {asked.items / 'train'}.", "Make some with `python -m train.ears.make`.")
    return paths + [path for place in real for path in sorted((asked.items / place).glob("real-*.npz"))]


def spectrum(rows: NDArray[np.uint8], network: Any) -> Any:
    """An item's spectrum as a batch of one, where the network is."""
    import torch

    return torch.from_numpy(rows).to(next(network.parameters()).device)[None].float() / SCALE


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
    folder.mkdir(parents=True, exist_ok=True)
    network, mean, optimizer = _learners(network, plan)
    step = _resumed(folder, network, mean, optimizer)
    began, source, done = time.time(), batches(step), plan.done(step, 0.0)
    sums: dict[str, Any] = {}
    while done < 1.0:
        for name, value in _step(network, optimizer, loss_of, next(source), plan, plan.rate_at(step, done)).items():
            sums[name] = sums.get(name, 0.0) + value
        mean.update_parameters(network)
        step += 1
        done = plan.done(step, time.time() - began)
        if step % plan.save == 0 or done == 1.0:
            _save(folder, network, mean, optimizer, step)
            n = step % plan.save or plan.save  # the clock may end a run between two checkpoints
            found = {name: float(value) / n for name, value in sums.items()} | judge(mean.module.eval())
            _log(folder, {"step": step, "seconds": round(time.time() - began)}, found)
            sums = {}
    _write(mean.module, folder / "final.pt")


def _learners(network: Any, plan: Plan) -> tuple[Any, Any, Any]:
    """The network where it learns, its running mean, and what changes its weights."""
    import torch

    from train.ears.products import as_products

    network = network.to(plan.device)
    if plan.device == "cuda":
        network = as_products(network)
    averaging = torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_DECAY)
    mean = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=averaging, use_buffers=True)
    return network, mean, torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=plan.decay)


def _write(network: Any, path: Path) -> None:
    import torch

    torch.save({name: value.cpu() for name, value in network.state_dict().items()}, path)


def _step(
    network: Any, optimizer: Any, loss_of: Callable[[Any, Any], dict[str, Any]], batch: Any, plan: Plan, rate: float
) -> dict[str, Any]:
    """One step down the sum of the losses; what each was."""
    import torch

    for group in optimizer.param_groups:
        group["lr"] = rate
    network.train()
    with torch.autocast(plan.device, torch.bfloat16, enabled=plan.amp):
        losses = loss_of(network, batch)
    sum(losses.values()).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimizer.step()
    optimizer.zero_grad()
    return {name: value.detach() for name, value in losses.items()}


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
    stored = torch.load(path, weights_only=True, map_location="cpu")
    for name, part in (("network", network), ("mean", mean), ("optimizer", optimizer)):
        part.load_state_dict(stored[name])
    return int(stored["step"])
