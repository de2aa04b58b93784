"""Fits which level of the metre is the beat: `python -m train.ears.levels --items FOLDER --weights FOLDER`.

Lessons are items whose pulses, tracked on what the networks hear, are the beats, twice as many or half as many. Those
of songs that taught the networks are nearly all right, for they are known by heart; items of other songs
(`train.ears.make --lessons`) hold the mistakes that will be made. The valid items judge. Writes levels.json among the
weights and lists its sum.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.listening.beats import PRIORS, tracked
from musicflamingo_app.analysis.listening.hearing import rises
from musicflamingo_app.analysis.listening.levels import DOUBLED, FEWEST, HALVED, KEPT, cues_of, curves_of
from musicflamingo_app.analysis.listening.shipped import network
from train.ears.export import list_sums
from train.ears.items import SCALE, Item, load

LONGEST_FRAMES = 1200  # of an item that are listened to
SAME = 0.12  # octaves that a tempo may be off
SPREAD = 1e-6
STRENGTH = 0.3  # of the logistic regression's data against its pull to zero


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.levels", description=__doc__)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    parser.add_argument("--most", type=int, default=500, help="how many training items at most, beside the lessons")
    given = parser.parse_args()
    taught, others = (sorted((given.items / part).glob("*.npz")) for part in ("train", "lessons"))
    learned = lessons([*others, *taught[:: max(1, len(taught) // given.most)]], given.weights)
    judged = lessons(sorted((given.items / "valid").glob("*.npz")), given.weights)
    stored = fitted(*learned)
    (given.weights / "levels.json").write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    list_sums(given.weights)
    print(f"{len(learned[1])} lessons, {np.bincount(learned[1], minlength=3)} to keep, halve, double")
    tracked_right, voted_right = float(np.mean(judged[1] == KEPT)), share_right(stored, *judged)
    print(f"of {len(judged[1])} judged {tracked_right:.3f} right as tracked, {voted_right:.3f} by the vote")


def fitted(cues: np.ndarray, levels: np.ndarray) -> dict[str, list]:
    """The vote as it is stored."""
    from sklearn.linear_model import LogisticRegression

    means, spread = cues.mean(axis=0), cues.std(axis=0)
    scales = np.where(spread > SPREAD, spread, 1.0)  # a cue that is always the same says nothing
    vote = LogisticRegression(C=STRENGTH, max_iter=5000).fit((cues - means) / scales, levels)
    rows = {"weights": vote.coef_, "offsets": vote.intercept_, "means": means, "scales": scales}
    return {name: np.round(row, 5).tolist() for name, row in rows.items()}


def share_right(stored: dict[str, list], cues: np.ndarray, levels: np.ndarray) -> float:
    """Of lessons that the vote decides rightly."""
    scaled = (cues - np.array(stored["means"])) / np.array(stored["scales"])
    found = (scaled @ np.array(stored["weights"]).T + np.array(stored["offsets"])).argmax(axis=1)
    return float((found == levels).mean())


def lessons(paths: list[Path], weights: Path) -> tuple[np.ndarray, np.ndarray]:
    """Cues and levels of the items that have one."""
    found = [one for path in paths if (one := lesson(load(path), weights)) is not None]
    cues, levels = zip(*found, strict=True)
    return np.array(cues), np.array(levels)


def lesson(item: Item, weights: Path) -> tuple[np.ndarray, int] | None:
    """The cues of an item's pulses and which level they lie on; None where they are none of the beats'."""
    import torch

    harmonic = item.harmonic[:LONGEST_FRAMES].astype(np.float32) / SCALE
    rhythmic = item.rhythmic[: 5 * LONGEST_FRAMES].astype(np.float32) / SCALE
    with torch.inference_mode():
        odds = network("rhythm", weights)(torch.from_numpy(rhythmic)[None])[0].numpy() - np.log(np.float32(PRIORS))
        changes = network("harmony", weights)(torch.from_numpy(harmonic)[None])["changes"][0].numpy()
        families = network("timbre", weights)(torch.from_numpy(rhythmic)[None])[0].sigmoid().numpy()
    pulses_s = tracked(odds[:, 0])
    level = level_of(pulses_s, item.beats_s[item.beats_s < len(harmonic) / 10])
    if level is None:
        return None
    return cues_of(pulses_s, curves_of(odds, rises(rhythmic), changes, families)), level


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
    main()
