"""Fits the section boundary model: `python -m train.boundaries --data POP909 --renders FOLDER`.

Logistic regression of the cues at every bar line on annotated boundaries, and a smoothed histogram of section lengths.
Prints cross-validated F measures by song; writes assets/weights/boundaries/boundaries.json.
"""

import argparse
import itertools
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.bars import bar_edges_s, bar_features
from musicflamingo_app.analysis.form.boundaries import (
    CUES,
    LONGEST_BARS,
    BoundaryModel,
    best_segmentation,
    cue_matrix,
)  # fmt: skip
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.sections import section_scores
from train.benchmarks.listening import SONGS
from train.pop909 import load, unpacked, with_sections
from train.render import render, soundfont

N_SONGS = 60
SEED = 909
RIDGE = 0.1  # scikit-learn's C
BIAS = 3.0  # log odds added so that boundaries outweigh the length prior; chosen by cross validation
PRIOR_WEIGHT = 0.8
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Lesson:
    """One song's cues and truth: (bars + 1, cues), boundary flags per bar line, edges and annotated sections."""

    edges_s: NDArray[np.float64]
    cues: NDArray[np.float64]
    truth: NDArray[np.bool_]
    sections: Timeline[Section]


def lessons(folder: Path, renders: Path, font: Path) -> list[Lesson]:
    """Cues of the training songs; the benchmark's songs are left out."""
    songs = [song for song in with_sections(folder) if song not in SONGS]
    random.Random(SEED).shuffle(songs)
    return [_lesson(folder, song, renders, font) for song in songs[:N_SONGS]]


def _lesson(folder: Path, song: str, renders: Path, font: Path) -> Lesson:
    labelled = load(folder, song)
    audio = read_audio(render(labelled.midi, renders, font))
    edges_s = bar_edges_s(labelled.beats, audio.duration_s)
    truth = np.zeros(len(edges_s), bool)
    assert labelled.sections is not None
    for section in labelled.sections.segments[1:]:
        truth[np.argmin(np.abs(edges_s - section.start_s))] = True
    print(f"{song}: {len(edges_s)} bar lines, {truth.sum()} boundaries", flush=True)
    return Lesson(edges_s, cue_matrix(bar_features(audio, edges_s)), truth, labelled.sections)


def fit(train: list[Lesson]) -> BoundaryModel:
    """The model of some lessons; first and last bar line do not count."""
    from sklearn.linear_model import LogisticRegression

    cues = np.concatenate([lesson.cues[1:-1] for lesson in train])
    truth = np.concatenate([lesson.truth[1:-1] for lesson in train])
    fitted = LogisticRegression(C=RIDGE, max_iter=1000).fit(cues, truth)
    lengths = np.ones(LONGEST_BARS + 1) * 2.0
    for lesson in train:
        marks = np.concatenate([[0], np.flatnonzero(lesson.truth), [len(lesson.edges_s) - 1]])
        for n_bars in np.diff(np.unique(marks)):
            lengths[min(n_bars, LONGEST_BARS)] += 1
    prior = PRIOR_WEIGHT * np.log(lengths / lengths.sum())
    prior[0] = -99.0
    offset = float(fitted.intercept_[0]) + BIAS
    return BoundaryModel(tuple(map(float, fitted.coef_[0])), offset, tuple(map(float, prior)))


def score(model: BoundaryModel, lesson: Lesson) -> tuple[float, float]:
    """Boundary F at 3 s and at 0.5 s of one song."""
    odds = lesson.cues @ np.array(model.weights) + model.offset
    times = lesson.edges_s[best_segmentation(odds, model.length_log_prior)]
    found = Timeline.of((float(a), float(b), Section("A")) for a, b in itertools.pairwise(times))
    scores = section_scores(lesson.sections, found)
    return scores.f_3s, scores.f_half_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="pop909_dev.tar.gz or its folder")
    parser.add_argument("--renders", type=Path, required=True, help="where renders are kept")
    parser.add_argument("--soundfont", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("assets/weights/boundaries/boundaries.json"))
    args = parser.parse_args()
    studied = lessons(unpacked(args.data, args.renders), args.renders, soundfont(args.soundfont))
    folds = [
        [score(fit([x for i, x in enumerate(studied) if i % FOLDS != fold]), lesson) for lesson in studied[fold::FOLDS]]
        for fold in range(FOLDS)
    ]
    f_3s, f_half_s = np.mean([row for fold in folds for row in fold], axis=0)
    print(f"{FOLDS}-fold by song: F at 3 s {f_3s:.3f}, F at 0.5 s {f_half_s:.3f} on {len(studied)} songs")
    model = fit(studied)
    stored = {
        "weights": {cue: round(w, 4) for cue, w in zip(CUES, model.weights, strict=True)},
        "offset": round(model.offset, 4),
        "length_log_prior": [round(p, 4) for p in model.length_log_prior],
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
