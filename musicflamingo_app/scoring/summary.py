"""Means over many tracks, with how sure they are."""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

N_RESAMPLES = 1000


@dataclass(frozen=True)
class Mean:
    """The mean of one measure over `n` tracks, and the 95 % bootstrap interval of it by track."""

    value: float
    low: float
    high: float
    n: int


def summary(scores: Iterable[Mapping[str, float] | Any]) -> dict[str, Mean]:
    """The mean of each measure; a track's scores are a mapping or one of this package's dataclasses.

    A NaN (nothing to compare in that track) is left out; a measure that is NaN in every track is left out too.
    """
    columns: dict[str, list[float]] = {}
    for row in scores:
        for name, value in as_mapping(row).items():
            columns.setdefault(name, []).append(value)
    kept = {name: [v for v in values if not math.isnan(v)] for name, values in columns.items()}
    return {name: mean(values) for name, values in kept.items() if values}


def as_mapping(scores: Mapping[str, float] | Any) -> dict[str, float]:
    """Measure -> value of a mapping or a dataclass of scores. Raises TypeError for anything else."""
    if isinstance(scores, Mapping):
        return dict(scores)
    if is_dataclass(scores):
        return {field.name: float(getattr(scores, field.name)) for field in fields(scores)}
    raise TypeError(f"{type(scores).__name__} holds no scores.")


def mean(values: Sequence[float], *, seed: int = 0) -> Mean:
    """Mean and bootstrap interval of some values; the resampling is fixed by its seed. Raises ValueError for none."""
    if not values:
        raise ValueError("There is nothing to average.")
    chance = random.Random(seed)
    n = len(values)
    means = sorted(sum(chance.choices(values, k=n)) / n for _ in range(N_RESAMPLES))
    low, high = means[round(0.025 * (N_RESAMPLES - 1))], means[round(0.975 * (N_RESAMPLES - 1))]
    return Mean(sum(values) / n, low, high, n)
