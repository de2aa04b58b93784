"""Fits what makes a beat a downbeat: `python -m train.ears.bars --items FOLDER --weights assets/weights/ears`.

A logistic regression of the cues at true beats of the valid items, their bar lines mended; writes bars.json and lists
its sum.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.listening.bars import METRES, cues_of
from musicflamingo_app.analysis.listening.beats import PRIORS
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ, RHYTHMIC_HZ
from train.ears.bar_lines import mended
from train.ears.export import list_sums
from train.ears.items import SCALE, Item, load

METRE_SHARES = {4: 0.75, 3: 0.14, 2: 0.05, 5: 0.03, 7: 0.03}  # of music people bring; the pieces have far more odd ones
# What a metre pays for every beat. Of two in a bar: at 0 two in five songs in four were read so, at .24 one in eight on
# a piano alone; where beats have thirds (6/8) two are as common as four.
RARITIES = {4: 0.0, 3: 0.02, 2: 0.4, 5: 0.25, 7: 0.35}
IN_THIRDS = RARITIES | {2: 0.0}
CHANGE_COST, SLIP_COST = 12.0, 9.0  # flat between 8 and 20 on the valid items
RIDGE = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.bars", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    given = parser.parse_args()
    loaded = (mended(load(path)) for path in sorted((given.items / "valid").glob("*.npz")))
    lessons = [lesson(item, given.weights) for item in loaded if item is not None and len(item.beats_s)]
    cues, truth = (np.concatenate(part) for part in zip(*lessons, strict=True))
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=RIDGE, max_iter=1000).fit(cues, truth)
    stored = {
        "weights": [round(float(weight), 4) for weight in fitted.coef_[0]],
        "offset": round(float(fitted.intercept_[0]), 4),
        "priors": [round(float(np.log(METRE_SHARES[metre])), 4) for metre in METRES],
        "rarities": [RARITIES[metre] for metre in METRES],
        "in_thirds": [IN_THIRDS[metre] for metre in METRES],
        "change_cost": CHANGE_COST,
        "slip_cost": SLIP_COST,
    }
    (given.weights / "bars.json").write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    list_sums(given.weights)
    print(f"{len(truth)} beats, {fitted.score(cues, truth):.3f} told apart; {stored}")


def lesson(item: Item, weights: Path) -> tuple[np.ndarray, np.ndarray]:
    """The cues at an item's true beats, and which of them are downbeats."""
    import torch

    with torch.inference_mode():
        rhythm = network("rhythm", weights)(torch.from_numpy(item.rhythmic.astype(np.float32) / SCALE)[None])[0].numpy()
        heard = network("harmony", weights)(torch.from_numpy(item.harmonic.astype(np.float32) / SCALE)[None])
    odds = rhythm[:, 1] - np.log(PRIORS[1])
    cues = cues_of(item.beats_s, odds, heard["changes"][0].numpy(), RHYTHMIC_HZ, HARMONIC_HZ)
    return cues, item.positions == 1


if __name__ == "__main__":
    main()
