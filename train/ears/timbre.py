"""Trains the network of instrument families: `python -m train.ears.timbre --items FOLDER --out RUN`."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.errors import StudioError
from train.ears.fit import begun, fit, given, judged, plan_of, shares_of, spectrum, taught
from train.ears.items import Item, load

if TYPE_CHECKING:
    from torch import Tensor

    from train.ears.draws import Batch

FRAMES = 400
N_JUDGED = 48
PIECES_SHARE = 0.6  # more than elsewhere: their bands are the more varied
MIXES = 0.5  # of the crops are stems together, if there are any


def main() -> None:
    asked = given("timbre", __doc__, steps=6000, channels=192, batch=6, rate=2e-3)
    from musicflamingo_app.analysis.listening.networks import TimbreNet
    from musicflamingo_app.analysis.listening.spectra import n_bands

    judges = [load(path) for path in judged(asked.items, N_JUDGED)]
    network = begun(TimbreNet(n_bands(), asked.channels, asked.dropout), asked.begin)
    fit(network, losses, source_of(asked), partial(judge, items=judges), plan_of(asked), asked.out)


def source_of(asked: Any) -> Any:
    """Crops of items, and beside them of stems that sound together."""
    from train.ears.draws import batches, beside
    from train.ears.mixes import mixes
    from train.ears.shelf import shelf_of

    stems = sorted((asked.items / "stems").glob("stem-*.npz"))
    n = round(MIXES * asked.batch) if stems else 0
    shares = replace(shares_of(asked), pieces=PIECES_SHARE, real=0.0)
    items, players = shelf_of(taught(asked), asked.device), shelf_of(stems, asked.device) if stems else None

    def source(first_step: int) -> "Iterator[Batch]":
        whole = batches(items, FRAMES, asked.batch - n, asked.seed, first_step, shares=shares, shift=False, fastest=1.0)
        if players is None:
            return whole
        return map(beside, whole, mixes(players, FRAMES, n, asked.seed, first_step))

    return source


def losses(network: Any, batch: "Batch") -> dict[str, "Tensor"]:
    """Binary cross entropy of every family at every frame."""
    from torch.nn import functional as F

    from train.ears.mixes import mixed

    rhythmic, harmonic, families = mixed(batch)
    heard = network(rhythmic, harmonic).float()
    return {"families": F.binary_cross_entropy_with_logits(heard, families)}


def as_flags(families: np.ndarray) -> np.ndarray:
    """(frames,) bits as (frames, families) of 0 and 1."""
    return (families[:, None] >> np.arange(len(FAMILY_NAMES), dtype=np.uint32) & 1).astype(np.float32)


def judge(network: Any, items: list[Item]) -> dict[str, float]:
    """F measure over all frames and families at a threshold of one half."""
    import torch

    hits = found = true = 0
    with torch.inference_mode():
        for item in items:
            heard = network(spectrum(item.rhythmic, network), spectrum(item.harmonic, network))[0].cpu().numpy() > 0
            truth = as_flags(item.families) > 0
            hits, found, true = hits + (heard & truth).sum(), found + heard.sum(), true + truth.sum()
    return {"v_f": float(2 * hits / max(1, found + true))}


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
