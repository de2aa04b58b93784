"""Fits which level of the metre is the beat: `python -m train.ears.levels --items FOLDER --weights FOLDER …`.

Lessons are items whose pulses, tracked on what the networks hear, are the beats, twice as many or half as many. Songs
that taught the networks are nearly all right, for they are known by heart, so every item is heard by a rhythm that has
not known it: training items by runs `--without` their part (`--heard-by`, as in `train.ears.bars`), songs that no run
has known (`train.ears.make --lessons`) by the weights themselves. The valid items judge. Writes levels.json among the
weights and lists its sum.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.listening.beats import PRIORS, tracked
from musicflamingo_app.analysis.listening.hearing import rises
from musicflamingo_app.analysis.listening.levels import (
    DOUBLED,
    FEWEST,
    HALVED,
    KEPT,
    LevelModel,
    cues_of,
    curves_of,
    levels_of,
)
from musicflamingo_app.analysis.listening.shipped import network
from musicflamingo_app.errors import NotFound, StudioError
from train.ears.export import list_sums
from train.ears.folds import unknown
from train.ears.items import Item, load, spectra_of

LONGEST_FRAMES = 900  # of an item that are listened to
SAME = 0.12  # octaves that a tempo may be off
SPREAD = 1e-6
PULL = 5.0  # of the weights to zero

Lessons = tuple[np.ndarray, np.ndarray]  # cues (lessons, 3 levels, cues), and which level is right


def main() -> None:
    given = _asked()
    parts = [(given.weights, sorted((given.items / "lessons").glob("*.npz")))]
    parts += unknown(given.items, given.heard_by, given.parts, given.most)
    found = [lessons(paths, weights) for weights, paths in parts if paths]
    if not found:
        raise NotFound(f"There are no lessons in {given.items}.", "Make some with train.ears.make --lessons.")
    cues, levels = (np.concatenate(part) for part in zip(*found, strict=True))
    stored = fitted(cues, levels)
    (given.weights / "levels.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    list_sums(given.weights)
    print(f"{len(levels)} lessons, {np.bincount(levels, minlength=3)} to keep, halve, double")
    cues, levels = lessons(sorted((given.items / "valid").glob("*.npz")), given.weights)
    tracked_right, chosen_right = float(np.mean(levels == KEPT)), share_right(stored, cues, levels)
    print(f"of {len(levels)} judged {tracked_right:.3f} right as tracked, {chosen_right:.3f} as chosen")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m train.ears.levels", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    parser.add_argument("--heard-by", type=Path, nargs="*", default=[], help="weights for each part, in order")
    parser.add_argument("--parts", type=int, default=3, help="how many parts there are")
    parser.add_argument("--most", type=int, default=1200, help="how many training items at most")
    return parser.parse_args()


def fitted(cues: np.ndarray, levels: np.ndarray) -> dict[str, list[float]]:
    """The weights of a conditional logit on scaled cues, as they are stored: on the cues as they are."""
    from scipy.optimize import minimize

    spread = cues.reshape(-1, cues.shape[-1]).std(axis=0)
    scales = np.where(spread > SPREAD, spread, np.inf)  # a cue that is always the same says nothing
    scaled = cues / scales
    right = np.eye(cues.shape[1])[levels]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        scores = scaled @ weights
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        slope = np.einsum("nl,nlc->c", np.exp(logs) - right, scaled)
        return float(-(logs * right).sum() + PULL / 2 * weights @ weights), slope + PULL * weights

    found = minimize(loss, np.zeros(cues.shape[-1]), jac=True, method="L-BFGS-B", options={"maxiter": 1000})
    return {"weights": np.round(found.x / scales, 5).tolist()}


def share_right(stored: dict[str, list[float]], cues: np.ndarray, levels: np.ndarray) -> float:
    """Of lessons whose level is chosen rightly."""
    model = LevelModel(tuple(stored["weights"]))
    chosen = [int(model.chances(rows).argmax()) for rows in cues]
    return float((np.array(chosen) == levels).mean())


def lessons(paths: list[Path], weights: Path) -> Lessons:
    """Cues and levels of the items that have one."""
    found = [one for path in paths if (one := lesson(load(path), weights)) is not None]
    cues, levels = zip(*found, strict=True) if found else ((), ())
    return np.array(cues), np.array(levels, int)


def lesson(item: Item, weights: Path) -> tuple[np.ndarray, int] | None:
    """The cues of an item's pulses at each level, and which is right; None where none is."""
    import torch

    heard = spectra_of(item, LONGEST_FRAMES)
    low, high = torch.from_numpy(heard.rhythmic)[None], torch.from_numpy(heard.harmonic)[None]
    with torch.inference_mode():
        odds = network("rhythm", weights)(low)[0].numpy() - np.log(np.float32(PRIORS))
        changes = network("harmony", weights)(high)["changes"][0].numpy()
        families = network("timbre", weights)(low, high)[0].sigmoid().numpy()
    pulses_s = tracked(odds[:, 0])
    level = level_of(pulses_s, item.beats_s[item.beats_s < heard.n_frames / 10])
    if level is None:
        return None
    curves = curves_of(odds, rises(heard.rhythmic), changes, families)
    return np.stack([cues_of(row_s, curves) for row_s in levels_of(pulses_s, curves)]), level


def level_of(pulses_s: np.ndarray, beats_s: np.ndarray) -> int | None:
    """What must be done to pulses to make them beats; None where neither halving nor doubling does it."""
    if len(pulses_s) < FEWEST or len(beats_s) < FEWEST:
        return None
    octaves = float(np.log2(np.median(np.diff(beats_s)) / np.median(np.diff(pulses_s))))
    for level, off in ((KEPT, 0.0), (HALVED, 1.0), (DOUBLED, -1.0)):
        if abs(octaves - off) < SAME:
            return level
    return None


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
