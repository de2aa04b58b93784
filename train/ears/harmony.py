"""Trains the network of chords, bass and keys: `python -m train.ears.harmony --items FOLDER --out RUN`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from train.ears.crops import Crop, Shares, crops
from train.ears.disguise import masked, tilted
from train.ears.fit import Plan, begun, fit, given, judged, shares_of
from train.ears.items import SCALE, Item, load

FRAMES, BATCH = 300, 8
WEIGHTS = {"chords": 1.0, "bass": 0.5, "keys": 0.2, "changes": 0.5}
N_JUDGED = 48


def main() -> None:
    asked = given("harmony", __doc__, steps=5000, channels=128)
    from musicflamingo_app.analysis.listening.networks import HarmonyNet

    judges = [load(path) for path in judged(asked.items, N_JUDGED)]
    source = partial(_batches, asked.items / "train", asked.seed, shares_of(asked))
    network = begun(HarmonyNet(asked.channels), asked.begin)
    fit(network, losses, source, partial(judge, items=judges), Plan(asked.steps, asked.rate), asked.out)


def _batches(folder: Path, seed: int, shares: Shares, first_step: int) -> Iterator[list[Crop]]:
    real = [folder.parent / "real", folder.parent / "harmonies"]
    return crops(folder, FRAMES, BATCH, seed, first_step, shift=True, real=real, shares=shares)


def losses(network: Any, batch: list[Crop]) -> dict[str, Any]:
    """Cross entropies of chord, bass and key, and of whether the chord changes at a frame."""
    import torch
    from torch.nn import functional as F

    heard = network(torch.from_numpy(np.stack([masked(tilted(crop.harmonic)) for crop in batch])))
    out = {}
    for name in ("chords", "bass", "keys"):
        truth = torch.from_numpy(np.stack([getattr(crop, name) for crop in batch]))
        out[name] = WEIGHTS[name] * F.cross_entropy(heard[name].flatten(0, 1).float(), truth.flatten(), ignore_index=-1)
    changes = torch.from_numpy(np.stack([changes_of(crop.chords) for crop in batch]))
    known = torch.from_numpy(np.stack([crop.chords >= 0 for crop in batch])).float()
    loss = F.binary_cross_entropy_with_logits(heard["changes"].float(), changes, reduction="none")
    out["changes"] = WEIGHTS["changes"] * (loss * known).sum() / known.sum().clamp(min=1)
    return out


def changes_of(chords: np.ndarray) -> np.ndarray:
    """1 at the first frame of each chord, half beside it."""
    out = np.zeros(len(chords), np.float32)
    turns = np.flatnonzero((np.diff(chords) != 0) & (chords[1:] >= 0) & (chords[:-1] >= 0)) + 1
    for offset, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
        places = turns + offset
        places = places[(places >= 0) & (places < len(chords))]
        out[places] = np.maximum(out[places], value)
    return out


def judge(network: Any, items: list[Item]) -> dict[str, float]:
    """Shares of frames right: chord class, chord with sevenths as triads, bass, key."""
    import torch

    right = {"v_chords": [0, 0], "v_triads": [0, 0], "v_bass": [0, 0], "v_keys": [0, 0]}
    with torch.inference_mode():
        for item in items:
            heard = network(torch.from_numpy(item.harmonic.astype(np.float32) / SCALE)[None])
            best = {name: heard[name][0].argmax(-1).numpy() for name in ("chords", "bass", "keys")}
            _count(right["v_chords"], best["chords"], item.chords)
            _count(right["v_triads"], triads(best["chords"]), triads(item.chords))
            _count(right["v_bass"], best["bass"], item.bass)
            _count(right["v_keys"], best["keys"], item.keys)
    return {name: hits / max(1, total) for name, (hits, total) in right.items()}


def _count(cell: list[int], found: np.ndarray, truth: np.ndarray) -> None:
    known = truth >= 0
    cell[0] += int((found == truth)[known].sum())
    cell[1] += int(known.sum())


_TRIADS = np.array([0, 1, -2, -2, -2, -2, 0, 0, 1, 1, -2, -2, 0, 1, -2])  # of QUALITIES; -2 is neither major nor minor


def triads(classes: np.ndarray) -> np.ndarray:
    """0 for no chord, 1-24 major and minor; -1 for what is neither or unknown."""
    quality, root = np.divmod(classes.astype(np.int64) - 1, 12)
    kind = _TRIADS[np.clip(quality, 0, len(_TRIADS) - 1)]
    return np.where(classes == 0, 0, np.where((classes < 0) | (kind < 0), -1, 1 + 12 * kind + root))


if __name__ == "__main__":
    main()
