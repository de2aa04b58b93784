"""Fits what makes a beat a downbeat: `python -m train.ears.bars --items FOLDER --weights FOLDER --heard-by …`.

A logistic regression of the cues at true beats, bar lines mended, of songs and pieces, each heard by networks whose
rhythm has not known it (`--heard-by`, exported from runs `--without` a part). Scores would teach another music: they
have neither drums nor comping. Writes bars.json and lists its sum.
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
from train.ears.folds import unknown
from train.ears.items import Item, load, spectra_of
from train.ears.levels import LONGEST_FRAMES

METRE_SHARES = {4: 0.75, 3: 0.14, 2: 0.05, 5: 0.03, 7: 0.03}  # of music people bring; the pieces have far more odd ones
# What a metre pays for every beat. Of two in a bar: at 0 two in five songs in four were read so, at .24 one in eight on
# a piano alone; where beats have thirds (6/8) two are as common as four.
RARITIES = {4: 0.0, 3: 0.02, 2: 0.4, 5: 0.25, 7: 0.35}
IN_THIRDS = RARITIES | {2: 0.0}
# Sixteen new pieces whose metre changes have downbeats F .757 at 12, .825 at 8, .857 at 5; at 3 songs begin to suffer.
CHANGE_COST, SLIP_COST = 5.0, 9.0
RIDGE = 10.0


def main() -> None:
    given = _asked()
    parts = unknown(given.items, given.heard_by, given.parts, given.most)
    found = (lesson(load(path), weights) for weights, paths in parts for path in paths if _teaches(path))
    lessons = [one for one in found if one is not None]
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


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.ears.bars", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    parser.add_argument("--heard-by", type=Path, nargs="+", required=True, help="weights for each part, in order")
    parser.add_argument("--parts", type=int, default=3, help="how many parts there are")
    parser.add_argument("--most", type=int, default=1500, help="how many items at most")
    return parser.parse_args()


def _teaches(path: Path) -> bool:
    return not path.stem.startswith("score-")


def lesson(item: Item, weights: Path) -> tuple[np.ndarray, np.ndarray] | None:
    """The cues at an item's true beats, and which of them are downbeats; None without bar lines to believe."""
    import torch

    believed = mended(item)
    if believed is None or not len(believed.beats_s):
        return None
    heard = spectra_of(item, LONGEST_FRAMES)
    with torch.inference_mode():
        rhythm = network("rhythm", weights)(torch.from_numpy(heard.rhythmic)[None])[0].numpy()
        changes = network("harmony", weights)(torch.from_numpy(heard.harmonic)[None])["changes"][0].numpy()
    odds = rhythm[:, 1] - np.log(PRIORS[1])
    inside = believed.beats_s < heard.n_frames / HARMONIC_HZ
    cues = cues_of(believed.beats_s[inside], odds, changes, RHYTHMIC_HZ, HARMONIC_HZ)
    return cues, believed.positions[inside] == 1


if __name__ == "__main__":
    main()
