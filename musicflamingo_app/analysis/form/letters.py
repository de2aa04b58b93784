"""Letters for sections: what repeats gets one letter, a repetition that sounds different a prime (A, B, A')."""

import itertools
from collections.abc import Sequence

import numpy as np

from musicflamingo_app.analysis.form.similarity import Matrix

ALIKE = 0.52  # likeness of aligned bars above which two sections are the same material; chosen on training songs
SAME_LEVEL = 0.25  # timbral likeness below which a repetition counts as a variant
LARGEST_SHIFT_BARS = 2
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(harmony: Matrix, timbre: Matrix, lines: Sequence[int]) -> list[str]:
    """The letter of each section between bar lines, in order of appearance.

    Sections join a letter by their mean likeness to all that already bear it, so chains of small changes do not merge.
    """
    sections = list(itertools.pairwise(lines))
    groups: list[list[int]] = []
    for index, section in enumerate(sections):
        scores = [float(np.mean([aligned(harmony, sections[other], section) for other in group])) for group in groups]
        if scores and max(scores) >= ALIKE:
            groups[int(np.argmax(scores))].append(index)
        else:
            groups.append([index])
    names = [""] * len(sections)
    for rank, group in enumerate(groups):
        letter = LETTERS[rank % len(LETTERS)]
        for index in group:
            varied = index != group[0] and aligned(timbre, sections[group[0]], sections[index]) < SAME_LEVEL
            names[index] = letter + ("'" if varied else "")
    return names


def aligned(similarity: Matrix, first: tuple[int, int], second: tuple[int, int]) -> float:
    """Mean likeness of two sections bar against bar at the best shift; much unequal lengths cost."""
    n_first, n_second = first[1] - first[0], second[1] - second[0]
    shorter, longer = sorted((n_first, n_second))
    best = -1.0
    for shift in range(-LARGEST_SHIFT_BARS, longer - shorter + LARGEST_SHIFT_BARS + 1):
        a, b = (max(0, shift), max(0, -shift)) if n_first >= n_second else (max(0, -shift), max(0, shift))
        n = min(n_first - a, n_second - b)
        if n >= max(1, shorter - LARGEST_SHIFT_BARS):
            steps = np.arange(n)
            best = max(best, float(similarity[first[0] + a + steps, second[0] + b + steps].mean()))
    return best * (shorter / longer) ** 0.25
