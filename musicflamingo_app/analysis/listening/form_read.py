"""From bars to sections: what the network of form says, made into lines, letters and names."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.form.boundaries import best_segmentation, cues_of
from musicflamingo_app.analysis.form.letters import LETTERS, SAME_LEVEL, aligned
from musicflamingo_app.analysis.listening.form_facts import name_facts, pair_facts
from musicflamingo_app.analysis.listening.form_rows import BarRows
from musicflamingo_app.music.section import Section

HARMONY, TIMBRE = 0, 3  # places in form_rows.RESPECTS


@dataclass(frozen=True, eq=False)
class Form:
    """Lines (indices of bars, first to last), how sure each is (0-1), and the sections between them."""

    lines: list[int]
    sure: list[float]
    sections: list[Section]


def form_of(net: Any, rows: BarRows, alike: NDArray[np.float32]) -> Form:
    """The likeliest form of a recording of at least two bars. `net` is a form_net.FormNet."""
    odds = line_odds(net, rows, alike)
    lines = best_segmentation(odds + float(net.offset), net.prior.tolist())
    slope, offset = net.sure.tolist()
    sure = [float(1 / (1 + np.exp(-(slope * odds[line] + offset)))) for line in lines]
    letters = primed(grouped(pair_odds(net, pair_facts(rows, alike, lines))), alike[TIMBRE], lines)
    names = names_of(net, name_facts(rows, lines, letters))
    sections = [Section(letter, name) for letter, name in zip(letters, names, strict=True)]
    return Form(lines, [1.0, *sure[1:-1], 1.0], sections)


def line_odds(net: Any, rows: BarRows, alike: NDArray[np.float32]) -> NDArray[np.float64]:
    """(bars + 1,) log odds of a boundary at each bar line."""
    import torch

    with torch.inference_mode():
        odds = net.lines(torch.from_numpy(alike), torch.from_numpy(line_cues(rows, alike)))
    return np.asarray(odds.numpy(), np.float64)


def line_cues(rows: BarRows, alike: NDArray[np.float32]) -> NDArray[np.float32]:
    """(bars + 1, cues): the cues that were read before there was a network help it still."""
    harmony, timbre = alike[HARMONY].astype(np.float64), alike[TIMBRE].astype(np.float64)
    return cues_of(harmony, timbre, rows.level).astype(np.float32)


def pair_odds(net: Any, facts: NDArray[np.float32]) -> NDArray[np.float64]:
    """(sections, sections) log odds that two bear one letter; symmetric, 0 on the diagonal."""
    import torch

    with torch.inference_mode():
        odds = np.triu(net.pairs(torch.from_numpy(facts))[..., 0].numpy().astype(np.float64), 1)
    return np.asarray(odds + odds.T, np.float64)


def grouped(odds: NDArray[np.float64]) -> list[int]:
    """The group of each section, numbered as they appear.

    The two groups likeliest to be one, by the mean log odds of their pairs, are joined as long as that is above 0.
    """
    members = [[index] for index in range(len(odds))]
    sums = odds.copy()
    counts = np.ones(len(odds))
    np.fill_diagonal(sums, -np.inf)
    while len(odds) > 1:
        mean = sums / np.outer(counts, counts)
        a, b = sorted(map(int, np.unravel_index(np.argmax(mean), mean.shape)))
        if not mean[a, b] > 0:
            break
        sums[a], counts[a] = sums[a] + sums[b], counts[a] + counts[b]
        sums[:, a] = sums[a]
        sums[b], sums[:, b], sums[a, a] = -np.inf, -np.inf, -np.inf
        members[a], members[b] = members[a] + members[b], []
    groups = sorted((group for group in members if group), key=min)
    where = {index: rank for rank, group in enumerate(groups) for index in group}
    return [where[index] for index in range(len(odds))]


def primed(groups: Sequence[int], timbre: NDArray[np.float32], lines: Sequence[int]) -> list[str]:
    """A letter for each group; a section that sounds otherwise than its group's first has a prime."""
    spans = list(itertools.pairwise(lines))
    similarity = timbre.astype(np.float64)
    letters = []
    for index, group in enumerate(groups):
        first = groups.index(group)
        varied = first != index and aligned(similarity, spans[first], spans[index]) < SAME_LEVEL
        letters.append(LETTERS[group % len(LETTERS)] + ("'" if varied else ""))
    return letters


def names_of(net: Any, facts: NDArray[np.float32]) -> list[str | None]:
    """The function of each section, None where the network is not sure."""
    import torch

    from musicflamingo_app.analysis.listening.form_net import NAMES

    with torch.inference_mode():
        chances = net.names(torch.from_numpy(facts)).softmax(-1).numpy()
    best = chances.argmax(axis=1)
    sure = chances.max(axis=1) >= float(net.least)
    return [NAMES[index] or None if given else None for index, given in zip(best, sure, strict=True)]
