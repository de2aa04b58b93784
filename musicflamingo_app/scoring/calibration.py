"""Whether confidences mean what they say: of what is 80 % sure, 80 % should be right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.chords import compared
from musicflamingo_app.scoring.mireval import mir_eval

N_BINS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """Something said with a confidence in [0, 1], whether it was right, and how much it weighs (chords: seconds)."""

    confidence: float
    right: bool
    weight: float = 1.0


def calibration_error(claims: Iterable[Claim], *, n_bins: int = N_BINS) -> float:
    """Expected calibration error in [0, 1]: |share right - mean confidence| by equal-width bin, weighted.

    NaN without claims of any weight. Source: Guo et al., ICML 2017. Raises ValueError for a confidence outside [0, 1].
    """
    rows = np.array([(claim.confidence, claim.right, claim.weight) for claim in claims], np.float64).reshape(-1, 3)
    if rows.size and not ((rows[:, 0] >= 0) & (rows[:, 0] <= 1)).all():
        raise ValueError("A confidence must lie between 0 and 1.")
    total = rows[:, 2].sum()
    if not total > 0:
        return float("nan")
    bins = np.minimum((rows[:, 0] * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, rows[:, 2] * (rows[:, 1] - rows[:, 0]), minlength=n_bins)
    return float(np.abs(gaps).sum() / total)


def chance_error(claims: Iterable[Claim], *, n_bins: int = N_BINS, draws: int = 1000) -> float:
    """The mean calibration error of claims that are right exactly as often as they say: what no calibration goes below.

    Few claims scatter; sixteen that mean what they say still show about .1. NaN without claims.
    """
    rows = list(claims)
    random = np.random.default_rng(0)
    found = []
    for _ in range(draws):
        drawn = (replace(claim, right=bool(random.random() < claim.confidence)) for claim in rows)
        found.append(calibration_error(drawn, n_bins=n_bins))
    return float(np.mean(found))


def chord_claims(truth: Timeline[Chord], found: Timeline[Chord], *, measure: str = "sevenths") -> tuple[Claim, ...]:
    """What the found chords claim, each stretch between changes weighing its seconds; those without confidence are
    left out, and what the measure (one of mir_eval's, such as `majmin`) does not compare. Raises as `chord_scores`.
    """
    compare: Callable[[list[str], list[str]], Any] = getattr(mir_eval("chord"), measure)
    pairs = compared(truth, found)
    claims = []
    for right, start_s, length_s in zip(
        compare(pairs.true, pairs.heard), pairs.starts_s, pairs.durations_s, strict=True
    ):
        segment = found.at(float(start_s) + float(length_s) / 2)
        if right >= 0 and segment is not None and segment.confidence is not None:
            claims.append(Claim(segment.confidence, bool(right), float(length_s)))
    return tuple(claims)
