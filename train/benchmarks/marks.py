"""How right a program was about one recording, measure by measure, and over many."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from musicflamingo_app.scoring.beats import beat_scores, downbeat_f, metre_right, tempo_acc1, tempo_acc2
from musicflamingo_app.scoring.calibration import Claim, calibration_error, chord_claims
from musicflamingo_app.scoring.chords import chord_scores
from musicflamingo_app.scoring.instruments import instrument_scores
from musicflamingo_app.scoring.key import key_score
from musicflamingo_app.scoring.sections import section_scores
from musicflamingo_app.scoring.summary import Mean, summary
from train.benchmarks.listening import Findings
from train.benchmarks.truth import Truth

MEASURES = (
    "chords majmin", "chords sevenths", "chords majmin with bass", "chords sevenths with bass",
    "beats F", "beats CMLt", "beats AMLt", "downbeats F", "tempo acc1", "tempo acc2", "metre",
    "key weighted", "sections F 0.5 s", "sections F 3 s", "sections pairwise F", "instruments F",
)  # fmt: skip
CHORD_ERROR, KEY_ERROR = "calibration error, chords", "calibration error, key"
ASPECTS = ("tuning", "chords", "beats", "key", "sections", "instruments", "whole")


@dataclass(frozen=True)
class Marks:
    """One recording judged: measure -> score in [0, 1], what was claimed with a confidence, and what it cost."""

    scores: Mapping[str, float]
    chord_claims: tuple[Claim, ...]
    key_claims: tuple[Claim, ...]
    cpu_s: Mapping[str, float]
    duration_s: float


def marks(truth: Truth, found: Findings) -> Marks:
    """Judges what was found; what was not measured, or is not known, has no score."""
    scores = _chords(truth, found) | _beats(truth, found) | _form(truth, found)
    chords, keys = (), ()
    if found.chords is not None and len(truth.chords):
        chords = chord_claims(truth.chords, found.chords)
    if found.key is not None and truth.key is not None:
        scores["key weighted"] = key_score(truth.key, found.key)
        if found.key_confidence is not None:
            keys = (Claim(found.key_confidence, scores["key weighted"] == 1.0),)
    known = {name: value for name, value in scores.items() if not math.isnan(value)}
    return Marks(known, chords, keys, found.cpu_s, truth.duration_s)


def _chords(truth: Truth, found: Findings) -> dict[str, float]:
    if found.chords is None or not len(truth.chords):
        return {}
    scores = chord_scores(truth.chords, found.chords)
    return {
        "chords majmin": scores.majmin,
        "chords sevenths": scores.sevenths,
        "chords majmin with bass": scores.majmin_inv,
        "chords sevenths with bass": scores.sevenths_inv,
    }


def _beats(truth: Truth, found: Findings) -> dict[str, float]:
    if truth.beats is None:
        return {}
    end_s, out = truth.beats_end_s, {}
    if found.beats_s is not None:
        scores = beat_scores(truth.beats.times_s, [t for t in found.beats_s if t < end_s])
        out |= {"beats F": scores.f, "beats CMLt": scores.cmlt, "beats AMLt": scores.amlt}
    if found.downbeats_s is not None:
        out["downbeats F"] = downbeat_f(truth.beats.downbeats_s, [t for t in found.downbeats_s if t < end_s])
    if found.metre is not None:
        out["metre"] = metre_right(truth.metre, found.metre)
    if found.beats_s is not None and truth.beats.tempo_bpm:  # who finds beats but no tempo is wrong about it
        out["tempo acc1"] = tempo_acc1(truth.beats.tempo_bpm, found.tempo_bpm)
        out["tempo acc2"] = tempo_acc2(truth.beats.tempo_bpm, found.tempo_bpm)
    return out


def _form(truth: Truth, found: Findings) -> dict[str, float]:
    out = {}
    if found.sections is not None and truth.sections is not None:
        scores = section_scores(truth.sections, found.sections)
        out = {
            "sections F 0.5 s": scores.f_half_s,
            "sections F 3 s": scores.f_3s,
            "sections pairwise F": scores.pairwise_f,
        }
    if found.instruments is not None:
        out["instruments F"] = instrument_scores(truth.instruments, found.instruments, truth.duration_s).f
    return out


def means(judged: Iterable[Marks]) -> dict[str, Mean]:
    """Measure -> mean over recordings with its interval; calibration errors are over all of them together."""
    rows = list(judged)
    found = summary([row.scores for row in rows])
    errors = {
        CHORD_ERROR: [claim for row in rows for claim in row.chord_claims],
        KEY_ERROR: [claim for row in rows for claim in row.key_claims],
    }
    for name, claims in errors.items():
        error = calibration_error(claims)
        if not math.isnan(error):
            found[name] = Mean(error, error, error, len(claims))
    return found


def cost(judged: Iterable[Marks]) -> dict[str, float]:
    """Aspect -> CPU seconds a second of sound, the mean over recordings."""
    rows = list(judged)
    shares = {aspect: [row.cpu_s[aspect] / row.duration_s for row in rows if aspect in row.cpu_s] for aspect in ASPECTS}
    return {aspect: fmean(values) for aspect, values in shares.items() if values}
