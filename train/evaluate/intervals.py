"""Ratios with intervals: songs are drawn with replacement, since questions about one song are not independent."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 2000
LEVEL = 0.95
_AT_ONCE = 4_000_000  # numbers held at a time

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; no interval (None) where fewer than two songs bear it."""

    value: float
    low: float | None
    high: float | None
    n_items: int
    n_songs: int


def ratio(
    songs: Sequence[Hashable],
    values: Sequence[float],
    weights: Sequence[float],
    *,
    seed: int = 0,
    is_share: bool = False,
) -> Estimate:
    """sum(value * weight) / sum(weight) over items, each of a song.

    Songs that all earn nothing, or all earn everything, would be drawn alike; of a share the interval is then the exact
    binomial one (Clopper and Pearson 1934) of so many songs.
    """
    tops, bottoms = _by_song(songs, [values, weights])
    found = _estimate(tops, np.zeros_like(tops), bottoms, len(values), seed)
    if not is_share or found.low is None or {float(value) for value in values} not in ({0.0}, {1.0}):
        return found
    far = ((1 - LEVEL) / 2) ** (1 / found.n_songs)
    low, high = (0.0, 1 - far) if found.value == 0.0 else (far, 1.0)
    return replace(found, low=low, high=high)


def difference(
    songs: Sequence[Hashable],
    before: Sequence[float],
    after: Sequence[float],
    weights: Sequence[float],
    *,
    seed: int = 0,
) -> Estimate:
    """The ratio after minus the ratio before of the same items; both are drawn together."""
    tops, bottoms = _by_song(songs, [after, weights])
    others, _ = _by_song(songs, [before, weights])
    return _estimate(tops, others, bottoms, len(after), seed)


def _by_song(songs: Sequence[Hashable], columns: list[Sequence[float]]) -> tuple[Array, Array]:
    """Per song, in order of first appearance: the sum of value * weight and the sum of weight."""
    order = {song: n for n, song in enumerate(dict.fromkeys(songs))}
    index = [order[song] for song in songs]
    values, weights = (np.asarray(column, np.float64) for column in columns)
    tops, bottoms = np.zeros(len(order)), np.zeros(len(order))
    np.add.at(tops, index, values * weights)
    np.add.at(bottoms, index, weights)
    return tops, bottoms


def _estimate(tops: Array, others: Array, bottoms: Array, n_items: int, seed: int) -> Estimate:
    n_songs, gained = len(tops), tops - others
    total = float(bottoms.sum())
    value = float(gained.sum()) / total if total else 0.0
    if n_songs < 2 or not total:
        return Estimate(value, None, None, n_items, n_songs)
    drawn = _drawn(gained, bottoms, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high), n_items, n_songs)


def _drawn(gained: Array, bottoms: Array, rng: np.random.Generator) -> Array:
    """The ratio of each resample of songs."""
    n_songs, found = len(gained), list[Array]()
    step = max(1, _AT_ONCE // n_songs)
    for start in range(0, N_RESAMPLES, step):
        counts = rng.multinomial(n_songs, np.full(n_songs, 1 / n_songs), size=min(step, N_RESAMPLES - start))
        weights = counts @ bottoms
        found.append(np.divide(counts @ gained, weights, out=np.zeros(len(counts)), where=weights > 0))
    return np.concatenate(found)
