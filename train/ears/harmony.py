"""Trains the network of chords, bass and keys: `python -m train.ears.harmony --items FOLDER --out RUN`."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from musicflamingo_app.analysis.listening.classes import UNKNOWN
from musicflamingo_app.errors import StudioError
from train.ears.fit import begun, fit, given, judged, plan_of, shares_of, spectrum, taught
from train.ears.items import Item, load

if TYPE_CHECKING:
    from torch import Tensor

    from train.ears.draws import Batch

FRAMES, FASTEST = 300, 1.2
WEIGHTS = {"chords": 1.0, "bass": 0.5, "keys": 0.2, "changes": 0.5}
N_JUDGED = 48


def main() -> None:
    asked = given("harmony", __doc__, steps=5000, channels=128, batch=8)
    from musicflamingo_app.analysis.listening.networks import HarmonyNet
    from train.ears.draws import batches
    from train.ears.shelf import shelf_of

    shelf = shelf_of(taught(asked, "real", "harmonies"), asked.device, rhythmic=False)
    source = partial(
        batches, shelf, FRAMES, asked.batch, asked.seed, shares=shares_of(asked), shift=True, fastest=FASTEST
    )
    judges = [load(path) for path in judged(asked.items, N_JUDGED)]
    network = begun(HarmonyNet(asked.channels, dropout=asked.dropout), asked.begin)
    fit(network, losses, source, partial(judge, items=judges), plan_of(asked), asked.out)


def losses(network: Any, batch: "Batch") -> dict[str, "Tensor"]:
    """Cross entropies of chord, bass and key, and of whether the chord changes at a frame."""
    from torch.nn import functional as F

    from train.ears.disguise import disguised

    heard = network(disguised(batch.harmonic))
    out = {}
    for name in ("chords", "bass", "keys"):
        truth = getattr(batch, name).flatten()
        out[name] = WEIGHTS[name] * F.cross_entropy(heard[name].flatten(0, 1).float(), truth, ignore_index=UNKNOWN)
    known = (batch.chords >= 0).float()
    loss = F.binary_cross_entropy_with_logits(heard["changes"].float(), changes_of(batch.chords), reduction="none")
    out["changes"] = WEIGHTS["changes"] * (loss * known).sum() / known.sum().clamp(min=1)
    return out


def changes_of(chords: "Tensor") -> "Tensor":
    """`(batch, frames)`: 1 at the first frame of each chord, half beside it."""
    import torch
    from torch.nn import functional as F

    turns = (chords[:, 1:] != chords[:, :-1]) & (chords[:, 1:] >= 0) & (chords[:, :-1] >= 0)
    first = F.pad(turns.float(), (1, 0))
    beside = torch.maximum(F.pad(first[:, 1:], (0, 1)), F.pad(first[:, :-1], (1, 0)))
    return torch.maximum(first, 0.5 * beside)


def judge(network: Any, items: list[Item]) -> dict[str, float]:
    """Shares of frames right: chord class, chord with sevenths as triads, bass, key."""
    import torch

    right = {"v_chords": [0, 0], "v_triads": [0, 0], "v_bass": [0, 0], "v_keys": [0, 0]}
    with torch.inference_mode():
        for item in items:
            heard = network(spectrum(item.harmonic, network))
            best = {name: heard[name][0].argmax(-1).cpu().numpy() for name in ("chords", "bass", "keys")}
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
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
