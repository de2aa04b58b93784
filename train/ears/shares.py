"""Of what kinds items are, and how often each is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.ears.folds import Fold

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Shares:
    """What is drawn: recordings, if there are any; else scores; else pieces; else songs, plain or by bands.

    What `without` holds is left out.
    """

    scores: float = 0.05
    pieces: float = 0.3
    plain: float = 0.3  # of the songs, on a piano alone
    real: float = 0.15
    without: Fold | None = None


def is_plain(name: str) -> bool:
    """Whether an item is a song on a piano alone."""
    return name.startswith("solo-") or (name.startswith("pop-") and name.endswith("-0"))


def kinds_of(names: Sequence[str]) -> dict[str, Indices]:
    """Which items are recordings, scores, pieces, songs on a piano alone, and songs by bands."""
    starts = {"real": "real-", "scores": "score-", "pieces": "piece-"}
    found: dict[str, list[int]] = {kind: [] for kind in (*starts, "plain", "bands")}
    for index, name in enumerate(names):
        kind = next((kind for kind, start in starts.items() if name.startswith(start)), None)
        found[kind or ("plain" if is_plain(name) else "bands")].append(index)
    return {kind: np.array(places, np.intp) for kind, places in found.items()}


def drawn(kinds: Mapping[str, Indices], shares: Shares, n: int, random: np.random.Generator) -> Indices:
    """Items by the shares of their kinds; a kind of which there are none gives way to the next."""
    return np.array([_one(kinds, shares, random) for _ in range(n)], np.intp)


def _one(kinds: Mapping[str, Indices], shares: Shares, random: np.random.Generator) -> int:
    real, score, piece, plain = random.random(4) < (shares.real, shares.scores, shares.pieces, shares.plain)
    order = ["plain", "bands"] if plain else ["bands", "plain"]
    order = ["pieces", *order] if piece else [*order, "pieces"]
    order = ["scores", *order] if score else [*order, "scores"]
    order = ["real", *order] if real else [*order, "real"]
    places = next(kinds[kind] for kind in order if len(kinds[kind]))
    return int(places[random.integers(len(places))])
