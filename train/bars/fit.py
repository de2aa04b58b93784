"""The fit: places by logistic regression on the evidence, the choice between readings by a conditional logit."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from musicflamingo_app.analysis.rhythm.fitted import BarModel, PlaceModel
from musicflamingo_app.analysis.rhythm.readings import PATTERNS, Pattern, read
from musicflamingo_app.scoring.beats import beat_scores, downbeat_f
from train.bars.lessons import UNKNOWN, Lesson

FOLDS = 5
RIDGE_PLACES = 0.03  # scikit-learn's C
RIDGE_CHOICE = 0.02
TRAITS = (
    "fit", "octaves", "octaves_squared", "triple", "notes_at_half", "notes_at_quarter", "beat_odds", "half_odds",
    "quarter_odds", "alternation", "slips",
)  # fmt: skip
FEWEST_BEATS = 8
GOOD_F, NEAR_BEST = 0.75, 0.03


@dataclass(frozen=True)
class Candidate:
    """One reading of a piece: its pattern, its traits, and how its beats and downbeats score."""

    pattern: Pattern
    traits: Mapping[str, float]
    bpm: float
    beats_f: float
    downbeats_f: float

    def merit(self, choice: Mapping[str, float]) -> float:
        """Log odds up to a constant, rarities left out."""
        return sum(weight * self.traits[name] for name, weight in choice.items())


@dataclass(frozen=True, eq=False)
class Trial:
    """The readings of one piece by places fitted on others."""

    lesson: Lesson
    with_chords: bool
    candidates: tuple[Candidate, ...]

    @property
    def best_f(self) -> float:
        return max(candidate.beats_f for candidate in self.candidates)

    def is_right(self, candidate: Candidate) -> bool:
        """Whether its beats score best, in the true metre."""
        metre = candidate.pattern.metre
        right_metre = metre.unit == 4 and metre.felt_beats == self.lesson.grid.metre.felt_beats
        return right_metre and self.best_f > GOOD_F and candidate.beats_f >= self.best_f - NEAR_BEST


def cross_validated(studied: Sequence[Lesson]) -> list[tuple[Trial, Mapping[str, float]]]:
    """Every piece read by models that have not seen its song, and the choice weights fitted without it."""
    songs = sorted({lesson.song for lesson in studied})
    random.Random(0).shuffle(songs)
    folds = [set(songs[fold::FOLDS]) for fold in range(FOLDS)]
    trials = [trial for fold in folds for trial in _trials(studied, fold)]
    return [
        (trial, choice)
        for fold in folds
        for choice in [fit_choice([trial for trial in trials if trial.lesson.song not in fold])]
        for trial in trials
        if trial.lesson.song in fold
    ]


def _trials(studied: Sequence[Lesson], fold: set[str]) -> Iterator[Trial]:
    for with_chords in (False, True):
        places = fit_places([lesson for lesson in studied if lesson.song not in fold], with_chords=with_chords)
        for lesson in studied:
            table = lesson.table(with_chords=with_chords)
            if lesson.song in fold and table is not None:
                candidates = tuple(_candidates(lesson, places.odds(table)))
                if candidates:
                    yield Trial(lesson, with_chords, candidates)


def _candidates(lesson: Lesson, odds: np.ndarray) -> Iterator[Candidate]:  # type: ignore[type-arg]
    for pattern in PATTERNS:
        reading = read(lesson.hearing, lesson.points_s, odds, pattern)
        if len(reading.beats_s) < FEWEST_BEATS:
            continue
        beats_f = beat_scores(lesson.grid.times_s, reading.beats_s.tolist()).f
        downbeats_f = downbeat_f(lesson.grid.downbeats_s, reading.beats_s[reading.is_downbeat].tolist())
        yield Candidate(pattern, reading.traits, reading.bpm, beats_f, downbeats_f)


def fit(studied: Sequence[Lesson], trials: Sequence[Trial]) -> BarModel:
    """The model of all pieces; the choice is fitted on readings by places that had not seen the piece."""
    plain, with_chords = (fit_places(studied, with_chords=known) for known in (False, True))
    return BarModel(plain, with_chords, fit_choice(trials))


def fit_places(studied: Sequence[Lesson], *, with_chords: bool) -> PlaceModel:
    """The places of the pieces whose pulses are beats or halves, all places weighted alike."""
    from sklearn.linear_model import LogisticRegression

    tables, places = [], []
    for lesson in studied:
        table = lesson.table(with_chords=with_chords)
        if table is not None and lesson.pulses_fit:
            known = lesson.places != UNKNOWN
            tables.append(table[known])
            places.append(lesson.places[known])
    model = LogisticRegression(C=RIDGE_PLACES, max_iter=1000, class_weight="balanced")
    model.fit(np.concatenate(tables), np.concatenate(places))
    return PlaceModel(model.coef_, model.intercept_)


def fit_choice(trials: Sequence[Trial]) -> dict[str, float]:
    """Weights of the traits that make right readings likeliest among the common metres."""
    from scipy.optimize import minimize

    tables, rights = [], []
    for trial in trials:
        common = [candidate for candidate in trial.candidates if not candidate.pattern.rarity]
        right = np.array([trial.is_right(candidate) for candidate in common])
        if right.any():
            tables.append(np.array([[candidate.traits[name] for name in TRAITS] for candidate in common]))
            rights.append(right)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
        total, slope = 0.0, np.zeros(len(TRAITS))
        for table, right in zip(tables, rights, strict=True):
            scores = table @ weights
            chances = np.exp(scores - scores.max())
            wanted = chances * right
            total -= np.log(wanted.sum() / chances.sum())
            slope -= table.T @ (wanted / wanted.sum() - chances / chances.sum())
        n = len(tables)
        return total / n + RIDGE_CHOICE * (weights**2).mean(), slope / n + 2 * RIDGE_CHOICE * weights / len(weights)

    found = minimize(loss, np.zeros(len(TRAITS)), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return dict(zip(TRAITS, map(float, found.x), strict=True))
