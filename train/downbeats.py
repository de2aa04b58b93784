"""Fits the downbeat model: `python -m train.downbeats --data POP909 --renders FOLDER`.

Logistic regression of the cues at every decoded beat on annotated downbeats, with the chords our engine hears. Songs
whose decoded beats miss the annotated ones (another tempo level) teach nothing and are left out. Prints downbeat F by
five folds of songs; writes assets/weights/downbeats/downbeats.json.
"""

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.pulse.bars import DownbeatModel, likeliest_bars
from musicflamingo_app.analysis.pulse.beatnet import BeatNet
from musicflamingo_app.analysis.pulse.engine import decoded_beats_s
from musicflamingo_app.analysis.pulse.evidence import CONTEXT, CUES, beat_cues
from musicflamingo_app.analysis.pulse.spectrum import spectrum_blocks
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f
from train.benchmarks.listening import SONGS
from train.pop909 import load, unpacked, with_sections
from train.render import render, soundfont

N_SONGS = 60
SEED = 4
RIDGE = 0.1  # scikit-learn's C
BIAS = 1.1  # undoes that three beats of four are no downbeats
NEAR_S = 0.1
LEAST_BEAT_F = 0.75
FOLDS = 5
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lesson:
    """One song: decoded beats, their cues, and truth (1 downbeat, 0 beat, -1 no annotated beat near)."""

    times_s: Matrix
    cues: Matrix
    truth: NDArray[np.int64]
    downbeats_s: tuple[float, ...]


def lesson(folder: Path, song: str, renders: Path, font: Path, ear: ChordiaChords) -> Lesson | None:
    """The lesson of a song; None when its beats were decoded at another level than annotated."""
    labelled = load(folder, song)
    audio = read_audio(render(labelled.midi, renders, font))
    network, spectra, odds = BeatNet(), [], []
    for block in spectrum_blocks(audio.mono):
        spectra.append(block)
        odds.append(network.listen(block))
    heard = np.concatenate(odds)
    times_s = decoded_beats_s(heard[:, 0])
    if beat_scores(labelled.beats.times_s, times_s).f < LEAST_BEAT_F:
        return None
    chords = ear.measure(audio, Heard(), Unwatched()).value
    known = np.array(labelled.beats.times_s)
    nearest = np.argmin(np.abs(known[None] - times_s[:, None]), axis=1)
    positions = np.array([beat.position for beat in labelled.beats.beats])
    near = np.abs(known[nearest] - times_s) < NEAR_S
    truth = np.where(near, positions[nearest] == 1, -1).astype(np.int64)
    cues = beat_cues(times_s, np.concatenate(spectra), heard, chords)
    return Lesson(times_s, cues, truth, labelled.beats.downbeats_s)


def fit(train: list[Lesson]) -> DownbeatModel:
    """The model of some lessons."""
    from sklearn.linear_model import LogisticRegression

    cues = np.concatenate([one.cues[one.truth >= 0] for one in train])
    truth = np.concatenate([one.truth[one.truth >= 0] for one in train])
    fitted = LogisticRegression(C=RIDGE, max_iter=1000).fit(cues, truth)
    return DownbeatModel(tuple(map(float, fitted.coef_[0])), float(fitted.intercept_[0]) + BIAS)


def score(model: DownbeatModel, one: Lesson) -> float:
    """Downbeat F of one song."""
    walk = likeliest_bars(model.odds(one.cues))
    found = one.times_s[walk.positions == 1]
    return downbeat_f(one.downbeats_s, [float(t) for t in found if t < one.downbeats_s[-1] + 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="pop909_dev.tar.gz or its folder")
    parser.add_argument("--renders", type=Path, required=True, help="where renders are kept")
    parser.add_argument("--soundfont", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("assets/weights/downbeats/downbeats.json"))
    args = parser.parse_args()
    folder, font, ear = unpacked(args.data, args.renders), soundfont(args.soundfont), ChordiaChords()
    songs = [song for song in with_sections(folder) if song not in SONGS]
    random.Random(SEED).shuffle(songs)
    taken = [lesson(folder, song, args.renders, font, ear) for song in songs[:N_SONGS]]
    studied = [one for one in taken if one is not None]
    folds = [
        [score(fit([x for i, x in enumerate(studied) if i % FOLDS != fold]), one) for one in studied[fold::FOLDS]]
        for fold in range(FOLDS)
    ]
    mean = np.mean([value for fold in folds for value in fold])
    print(f"{FOLDS}-fold by song: downbeat F {mean:.3f} on {len(studied)} of {len(taken)} songs")
    model = fit(studied)
    weights = [round(weight, 4) for weight in model.weights]
    stored = {"cues": CUES, "context": CONTEXT, "weights": weights, "offset": round(model.offset, 4)}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
