"""Trains the network of beats and downbeats: `python -m train.ears.rhythm --items FOLDER --out RUN`."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from musicflamingo_app.analysis.listening.spectra import RHYTHMIC_HZ
from musicflamingo_app.errors import StudioError
from train.ears.bar_lines import mended
from train.ears.fit import begun, fit, given, judged, plan_of, shares_of, spectrum, taught
from train.ears.items import Item, load

if TYPE_CHECKING:
    from torch import Tensor

    from train.ears.draws import Batch

FRAMES, FASTEST = 400, 1.25
N_JUDGED = 36


def main() -> None:
    asked = given("rhythm", __doc__, steps=9000, channels=96, batch=4, rate=2e-3)
    from musicflamingo_app.analysis.listening.networks import RhythmNet
    from musicflamingo_app.analysis.listening.spectra import n_bands
    from train.ears.draws import batches
    from train.ears.shelf import shelf_of

    shelf = shelf_of(taught(asked, "pulses"), asked.device, harmonic=False, mend=mended)
    source = partial(
        batches, shelf, FRAMES, asked.batch, asked.seed, shares=shares_of(asked), shift=False, fastest=FASTEST
    )
    loaded = (mended(load(path)) for path in judged(asked.items, N_JUDGED))
    judges = [item for item in loaded if item is not None]
    network = begun(RhythmNet(n_bands(), asked.channels, dropout=asked.dropout), asked.begin)
    fit(network, losses, source, partial(judge, items=judges), plan_of(asked), asked.out)


def losses(network: Any, batch: "Batch") -> dict[str, "Tensor"]:
    """Binary cross entropies of beat and downbeat, these where they are known; in free time there are none."""
    from torch.nn import functional as F

    from train.ears.disguise import disguised

    heard = network(disguised(batch.rhythmic)).float()
    known = (batch.beats >= 0).float()
    weights = heard.new_tensor([3.0, 8.0])
    loss = F.binary_cross_entropy_with_logits(heard, batch.beats.clamp(min=0), pos_weight=weights, reduction="none")
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
            odds = network(spectrum(item.rhythmic, network))[0].cpu().numpy()
            times = (item.beats_s, item.beats_s[item.positions == 1])
            for column, name in enumerate(scores):
                scores[name].append(_f(odds[:, column], np.round(times[column] * RHYTHMIC_HZ)))
    return {name: float(np.mean(values)) for name, values in scores.items()}


def _f(odds: np.ndarray, truth: np.ndarray) -> float:
    inner = odds[1:-1]
    peaks = 1 + np.flatnonzero((inner > odds[:-2]) & (inner >= odds[2:]) & (inner > 0))
    if not len(peaks) or not len(truth):
        return 0.0
    hits = int((np.abs(peaks[:, None] - truth[None]).min(axis=0) <= 2).sum())
    return 2 * hits / (len(peaks) + len(truth))


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
