"""Section boundaries: a logistic vote of cues at every bar line, then the likeliest segmentation of the whole.

The weights and the length prior are ours, fitted by `python -m train.boundaries` (assets/weights/boundaries).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.bars import BarFeatures
from musicflamingo_app.analysis.form.similarity import (
    Matrix,
    checkerboard,
    harmonic_similarity,
    level_cues,
    repetition_edges,
    stripe_novelty,
    timbral_similarity,
)  # fmt: skip
from musicflamingo_app.music.arrays import Floats

CUES = (
    "repeat_begins_4", "repeat_ends_4", "repeat_begins_8", "repeat_ends_8", "stripes_6", "stripes_15",
    "harmony_4", "timbre_2", "timbre_8", "level_step", "level_fall",
)  # fmt: skip
LONGEST_BARS = 32
CLIP = (-3.0, 5.0)


@dataclass(frozen=True)
class BoundaryModel:
    """Weight of each cue, offset, and the log prior of a section's length in bars (0..LONGEST_BARS)."""

    weights: tuple[float, ...]
    offset: float
    length_log_prior: tuple[float, ...]

    @classmethod
    @cache
    def shipped(cls) -> "BoundaryModel":
        """The fitted model in assets/weights/boundaries."""
        text = (files("assets") / "weights" / "boundaries" / "boundaries.json").read_text("utf-8")
        stored = json.loads(text)
        weights = tuple(stored["weights"][cue] for cue in CUES)
        return cls(weights, stored["offset"], tuple(stored["length_log_prior"]))


@dataclass(frozen=True)
class Cut:
    """A boundary at a bar line, with the probability of the cues there."""

    bar: int
    confidence: float


def cue_matrix(bars: BarFeatures) -> NDArray[np.float64]:
    """(bars + 1, cues): each cue about its median, in standard deviations."""
    return cues_of(harmonic_similarity(bars), timbral_similarity(bars), bars.level)


def cues_of(harmony: Matrix, timbre: Matrix, level: Floats) -> NDArray[np.float64]:
    """The same from likenesses of bars and the level of each bar's quarters."""
    mixed = (harmony * 3 + timbre) / 4
    begins_4, ends_4 = repetition_edges(harmony, 4)
    begins_8, ends_8 = repetition_edges(harmony, 8)
    columns = [
        begins_4, ends_4, begins_8, ends_8, stripe_novelty(harmony, 0.06), stripe_novelty(mixed, 0.15),
        checkerboard(harmony, 4), checkerboard(timbre, 2), checkerboard(timbre, 8), *level_cues(level),
    ]  # fmt: skip
    return np.stack([np.clip((c - np.median(c)) / (c.std() + 1e-9), *CLIP) for c in columns], axis=1)


def cuts(bars: BarFeatures, model: BoundaryModel) -> list[Cut]:
    """The boundaries of the likeliest segmentation, with bar 0 and the last bar line."""
    odds = cue_matrix(bars) @ np.array(model.weights) + model.offset
    lines = best_segmentation(odds, model.length_log_prior)
    confidence = 1 / (1 + np.exp(-odds))
    return [Cut(line, 1.0 if line in (0, bars.n_bars) else float(confidence[line])) for line in lines]


def best_segmentation(odds: Sequence[float] | NDArray[np.float64], length_log_prior: Sequence[float]) -> list[int]:
    """Bar lines, first to last, with the highest sum of boundary log odds and length priors (dynamic programme)."""
    n = len(odds) - 1
    best = np.full(n + 1, -np.inf)
    best[0], previous = 0.0, np.zeros(n + 1, int)
    for end in range(1, n + 1):
        gain = odds[end] if end < n else 0.0
        for start in range(max(0, end - LONGEST_BARS), end):
            score = best[start] + length_log_prior[end - start] + gain
            if score > best[end]:
                best[end], previous[end] = score, start
    lines = [n]
    while lines[-1] > 0:
        lines.append(int(previous[lines[-1]]))
    return lines[::-1]


def similarity_picture(bars: BarFeatures, *, side: int = 160) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Edges in seconds and a matrix 0-255 of at most `side` rows for the chart: harmony and timbre together."""
    return picture_of((harmonic_similarity(bars) * 2 + timbral_similarity(bars)) / 3, bars.edges_s, side=side)


def picture_of(
    similarity: Matrix, edges_s: NDArray[np.float64], *, side: int = 160
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """The same from a likeness of bars."""
    n_bars = len(edges_s) - 1
    step = -(-n_bars // side)
    marks = np.append(np.arange(0, n_bars, step), n_bars)
    pooled = np.add.reduceat(np.add.reduceat(similarity, marks[:-1], 0), marks[:-1], 1)
    sizes = np.diff(marks)
    pooled /= sizes[:, None] * sizes[None]
    low, high = np.quantile(pooled, 0.05), np.quantile(pooled, 0.995)
    scaled = np.clip((pooled - low) / max(high - low, 1e-9), 0, 1) * 255
    return edges_s[marks].astype(np.float32), scaled.astype(np.uint8)
