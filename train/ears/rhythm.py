"""Trains the network of beats and downbeats: `python -m train.ears.rhythm --items FOLDER --out RUN`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from train.ears.bar_lines import mended
from train.ears.crops import Crop, Shares, crops, near_beats
from train.ears.disguise import masked, tilted
from train.ears.fit import Plan, begun, fit, given, judged, shares_of
from train.ears.items import SCALE, Item, load

FRAMES, BATCH = 400, 4
N_JUDGED = 36


def main() -> None:
    asked = given("rhythm", __doc__, steps=9000, channels=96, rate=2e-3)
    from musicflamingo_app.analysis.listening.networks import RhythmNet
    from musicflamingo_app.analysis.listening.spectra import n_bands

    loaded = (mended(load(path)) for path in judged(asked.items, N_JUDGED))
    judges = [item for item in loaded if item is not None]
    source = partial(_batches, asked.items / "train", asked.seed, shares_of(asked))
    plan = Plan(asked.steps, asked.rate)
    network = begun(RhythmNet(n_bands(), asked.channels), asked.begin)
    fit(network, losses, source, partial(judge, items=judges), plan, asked.out)


def _batches(folder: Path, seed: int, shares: Shares, first_step: int) -> Iterator[list[Crop]]:
    real = [folder.parent / "pulses"]
    return crops(
        folder, FRAMES, BATCH, seed, first_step, shift=False, mend=mended, real=real, shares=shares, stretch=True
    )


def losses(network: Any, batch: list[Crop]) -> dict[str, Any]:
    """Binary cross entropies of beat and downbeat, these where they are known; in free time there are none."""
    import torch
    from torch.nn import functional as F

    heard = network(torch.from_numpy(np.stack([masked(tilted(crop.rhythmic)) for crop in batch]))).float()
    truth = torch.from_numpy(np.stack([crop.beats for crop in batch]))
    known = (truth >= 0).float()
    weights = torch.tensor([3.0, 8.0])
    loss = F.binary_cross_entropy_with_logits(heard, truth.clamp(min=0), pos_weight=weights, reduction="none")
    beat, down = (loss * known).sum(dim=(0, 1)) / known.sum(dim=(0, 1)).clamp(min=1)
    return {"beat": beat, "down": down}


def judge(network: Any, items: list[Item]) -> dict[str, float]:
    """F measures within 40 ms of peaks above one half."""
    import torch

    scores: dict[str, list[float]] = {"v_beat": [], "v_down": []}
    with torch.inference_mode():
        for item in items:
            if not len(item.beats_s):
                continue
            odds = network(torch.from_numpy(item.rhythmic.astype(np.float32) / SCALE)[None])[0].numpy()
            truth = near_beats(item, 0.0, len(odds))
            for column, name in enumerate(scores):
                scores[name].append(_f(odds[:, column], np.flatnonzero(truth[:, column] == 1)))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def _f(odds: np.ndarray, truth: np.ndarray) -> float:
    inner = odds[1:-1]
    peaks = 1 + np.flatnonzero((inner > odds[:-2]) & (inner >= odds[2:]) & (inner > 0))
    if not len(peaks) or not len(truth):
        return 0.0
    hits = int((np.abs(peaks[:, None] - truth[None]).min(axis=0) <= 2).sum())
    return 2 * hits / (len(peaks) + len(truth))


if __name__ == "__main__":
    main()
