"""Trains the network of instrument families: `python -m train.ears.timbre --items FOLDER --out RUN`."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from train.ears.crops import Crop, Shares, crops
from train.ears.disguise import tilted, together
from train.ears.fit import Plan, begun, fit, given, judged, shares_of
from train.ears.items import SCALE, Item, load
from train.ears.mixes import mixes

FRAMES, BATCH = 400, 6
INPUTS = 2
N_JUDGED = 48
MIXED = 0.3  # of the crops that sound together with another
PIECES_SHARE = 0.6  # more than elsewhere: their bands are the more varied
N_MIXES = 3  # crops of a batch that are stems together, if there are any


def main() -> None:
    asked = given("timbre", __doc__, steps=6000, channels=192, rate=2e-3)
    from musicflamingo_app.analysis.listening.networks import TimbreNet
    from musicflamingo_app.analysis.listening.spectra import n_bands

    judges = [load(path) for path in judged(asked.items, N_JUDGED)]
    source = partial(_batches, asked.items / "train", asked.seed, replace(shares_of(asked), pieces=PIECES_SHARE))
    plan = Plan(asked.steps, asked.rate)
    network = begun(TimbreNet(n_bands(), asked.channels, INPUTS), asked.begin)
    fit(network, losses, source, partial(judge, items=judges), plan, asked.out)


def _batches(folder: Path, seed: int, shares: Shares, first_step: int) -> Iterator[list[Crop]]:
    """Crops of items, and beside them of stems that sound together."""
    stems = folder.parent / "stems"
    n = N_MIXES if stems.is_dir() else 0
    bands = mixes(stems, FRAMES, seed, first_step * n)
    for batch in crops(folder, FRAMES, BATCH - n, seed, first_step, shift=False, shares=shares):
        yield batch + [next(bands) for _ in range(n)]


def losses(network: Any, batch: list[Crop]) -> dict[str, Any]:
    """Binary cross entropy of every family at every frame."""
    import torch
    from torch.nn import functional as F

    rows, families = mixed([tilted(crop.rhythmic) for crop in batch], [crop.families for crop in batch])
    truth = torch.from_numpy(np.stack([as_flags(bits) for bits in families]))
    return {"families": F.binary_cross_entropy_with_logits(network(torch.from_numpy(np.stack(rows))).float(), truth)}


def mixed(rows: list[np.ndarray], families: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Now and then a crop sounds together with the next one of its batch: bands that nobody arranged."""
    import torch

    chosen = (torch.rand(len(rows)) < MIXED).tolist()
    pairs = [(index, (index + 1) % len(rows)) for index in range(len(rows))]
    heard = [together(rows[a], rows[b]) if mix else rows[a] for (a, b), mix in zip(pairs, chosen, strict=True)]
    bits = [families[a] | families[b] if mix else families[a] for (a, b), mix in zip(pairs, chosen, strict=True)]
    return heard, bits


def as_flags(families: np.ndarray) -> np.ndarray:
    """(frames,) bits as (frames, families) of 0 and 1."""
    return (families[:, None] >> np.arange(len(FAMILY_NAMES), dtype=np.uint32) & 1).astype(np.float32)


def judge(network: Any, items: list[Item]) -> dict[str, float]:
    """F measure over all frames and families at a threshold of one half."""
    import torch

    hits = found = true = 0
    with torch.inference_mode():
        for item in items:
            rows = item.rhythmic.astype(np.float32) / SCALE
            heard = network(torch.from_numpy(rows)[None])[0].numpy() > 0
            truth = as_flags(item.families) > 0
            hits, found, true = hits + (heard & truth).sum(), found + heard.sum(), true + truth.sum()
    return {"v_f": float(2 * hits / max(1, found + true))}


if __name__ == "__main__":
    main()
