"""The fitted model of bars: what a place in the bar looks like, and what speaks for a way to count.

The numbers are ours, fitted by `python -m train.bars` (assets/weights/bars).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class PlaceModel:
    """Multinomial logistic regression of (places, columns) weights and (places,) offsets on the evidence.

    Places: downbeat, middle of the bar, other beat, half, quarter.
    """

    weights: Numbers
    offsets: Numbers

    def odds(self, table: Numbers) -> Numbers:
        """(points, places) log probabilities, all places being equally frequent."""
        scores = table @ self.weights.T + self.offsets
        top = scores.max(axis=1, keepdims=True)
        return scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class BarModel:
    """Places with and without known chords, and the weight of each trait of a reading."""

    places: PlaceModel
    places_with_chords: PlaceModel
    choice: Mapping[str, float]

    @classmethod
    @cache
    def shipped(cls) -> "BarModel":
        """The fitted model in assets/weights/bars."""
        stored = json.loads((files("assets") / "weights" / "bars" / "bars.json").read_text("utf-8"))
        return cls(_places(stored["places"]), _places(stored["places_with_chords"]), stored["choice"])


def _places(stored: Mapping[str, Any]) -> PlaceModel:
    rows = [[float(word) for word in row.split()] for row in stored["weights"]]
    return PlaceModel(np.array(rows), np.array(stored["offsets"]))
