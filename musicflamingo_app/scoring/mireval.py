"""The one door to mir_eval, the field's own scorer (Raffel et al., ISMIR 2014)."""

import importlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.time import Timeline


def mir_eval(part: str) -> Any:
    """A module of mir_eval by its name, such as `chord`. Raises MissingPackage."""
    try:
        return importlib.import_module(f"mir_eval.{part}")
    except ImportError as error:
        raise MissingPackage("mir_eval is not installed.", "Install it with: pip install mir_eval.") from error


def intervals(timeline: Timeline[Any]) -> NDArray[np.float64]:
    """(segments, 2) start and end in seconds, as mir_eval takes them."""
    return np.array([(segment.start_s, segment.end_s) for segment in timeline], np.float64).reshape(-1, 2)
