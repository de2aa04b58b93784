"""Fits which of two relative keys a passage is in: `python -m train.ears.relatives --data … --items … --weights …`.

First what chords say, on the true chords and keys of the songs that teach. Then, on songs that no network has known
(`train.ears.make --lessons`), what this is worth beside what the key network hears: a logistic regression each time.
The valid items judge. Writes relatives.json among the weights and lists its sum.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicflamingo_app.analysis.harmony.retime import on_beats
from musicflamingo_app.analysis.listening.bars import BarModel
from musicflamingo_app.analysis.listening.beats import rhythm_of
from musicflamingo_app.analysis.listening.chords import frames_of
from musicflamingo_app.analysis.listening.classes import key_of
from musicflamingo_app.analysis.listening.hearing import heard_in
from musicflamingo_app.analysis.listening.keys import pair_of
from musicflamingo_app.analysis.listening.levels import LevelModel
from musicflamingo_app.analysis.listening.relatives import MAJOR_ABOVE, RelativeModel, cues_of
from musicflamingo_app.analysis.listening.spectra import HARMONIC_HZ
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval
from train.ears.export import list_sums
from train.ears.folds import song_of
from train.ears.items import Item, load, spectra_of
from train.ears.levels import LONGEST_FRAMES
from train.ears.split import songs
from train.pop909 import Labelled, unpacked
from train.pop909 import load as load_song

WINDOW_S = 90.0  # of a song at a time
RIDGE = 0.03  # of scaled cues; flat from .01 to .1
# Keys that programs found are partly taste, which makes the odds of these lessons smaller than those of other music: so
# much larger, the confidence of all items that choose is right as often as it says.
SURER = 1.3
PLAIN = {"major", "minor"}


@dataclass(frozen=True, eq=False)
class Lesson:
    """Cues of a passage's chords, the lead that the network gives its minor key, and whether it is in minor."""

    cues: np.ndarray
    lead: float
    minor: bool


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.relatives", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909's archive, or its unpacked folder")
    parser.add_argument("--cache", type=Path, default=Path("data"), help="where an archive is unpacked")
    parser.add_argument("--items", type=Path, required=True, help="a folder with lessons/ and valid/")
    parser.add_argument("--weights", type=Path, required=True, help="the folder that train.ears.export wrote")
    given = parser.parse_args()
    paths = sorted((given.items / "lessons").glob("*.npz"))
    if not paths:
        raise NotFound(f"There are no lessons in {given.items}.", "Make some with train.ears.make --lessons.")
    heard, unknown = lessons(paths, given.weights), {song_of(path.stem) for path in paths}
    folder = unpacked(given.data, given.cache)
    told = [one for name in songs(folder, "train") if name not in unknown for one in passages(load_song(folder, name))]
    model = fitted(told, heard)
    stored = {"weights": list(model.weights), "heard": model.heard, "offset": model.offset}
    (given.weights / "relatives.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    list_sums(given.weights)
    print(f"{len(told)} passages told, {len(heard)} heard; {shares_right(model, heard)}")
    print(f"valid: {shares_right(model, lessons(sorted((given.items / 'valid').glob('*.npz')), given.weights))}")


def fitted(told: Sequence[Lesson], heard: Sequence[Lesson]) -> RelativeModel:
    """What cues, the network's lead and nothing at all are worth."""
    from sklearn.linear_model import LogisticRegression

    cues, minor = np.stack([one.cues for one in told]), np.array([one.minor for one in told])
    spread = cues.std(axis=0)
    scales = np.where(spread > 1e-6, spread, np.inf)
    chords = LogisticRegression(C=RIDGE, max_iter=3000).fit(cues / scales, minor)
    weights = chords.coef_[0] / scales
    said = np.array([[one.lead, one.cues @ weights + chords.intercept_[0]] for one in heard])
    both = LogisticRegression().fit(said, np.array([one.minor for one in heard]))
    lead, worth = SURER * both.coef_[0]
    offset = float(SURER * both.intercept_[0] + worth * chords.intercept_[0])
    return RelativeModel(tuple(np.round(worth * weights, 4).tolist()), round(float(lead), 4), round(offset, 4))


def passages(song: Labelled) -> Iterator[Lesson]:
    """The true chords of each key of a song, `WINDOW_S` at a time."""
    for region in song.keys:
        if region.label.mode in PLAIN:
            for start_s in np.arange(region.start_s, region.end_s, WINDOW_S):
                end_s = min(region.end_s, start_s + WINDOW_S)
                cues = cues_of(song.chords.within(Interval(float(start_s), end_s)), minor_tonic(region.label))
                if cues is not None:
                    yield Lesson(cues, 0.0, region.label.mode == "minor")


def minor_tonic(key: Key) -> int:
    """The tonic of a minor key, or of the relative minor of a major one."""
    return (key.tonic.pitch_class - (0 if key.mode == "minor" else MAJOR_ABOVE)) % 12


def lessons(paths: Sequence[Path], weights: Path) -> list[Lesson]:
    """Items as the networks hear them, where they have a key that has a relative."""
    return [one for path in paths if (one := lesson(load(path), weights)) is not None]


def lesson(item: Item, weights: Path) -> Lesson | None:
    """What the networks hear in an item; None where its key is unknown, a church mode, or without chords."""
    n = min(LONGEST_FRAMES, len(item.harmonic))
    known = item.keys[:n][item.keys[:n] >= 0]
    if not len(known) or key_of(index := int(np.bincount(known).argmax())).mode not in PLAIN:
        return None
    heard = heard_in(spectra_of(item, n), weights)
    grid = rhythm_of(heard, BarModel.shipped(weights), LevelModel.shipped(weights), n / HARMONIC_HZ).value
    minor, major = pair_of(index)
    cues = cues_of(on_beats(frames_of(heard), grid, n / HARMONIC_HZ).value, minor % 12)
    mean = heard.keys.mean(axis=0)
    return None if cues is None else Lesson(cues, float(mean[minor] - mean[major]), index == minor)


def shares_right(model: RelativeModel, found: Sequence[Lesson]) -> str:
    """How many of the pairs the network alone tells apart rightly, and the model."""
    alone = np.mean([(one.lead > 0) == one.minor for one in found])
    chosen = np.mean([(model.odds(one.cues, one.lead) > 0) == one.minor for one in found])
    return f"of {len(found)} pairs {alone:.3f} right as heard, {chosen:.3f} with the chords"


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
