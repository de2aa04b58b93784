"""How well what plays when was heard: instruments by name, compared ten times a second."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import SLACK_S

FRAME_HZ = 10.0


@dataclass(frozen=True)
class InstrumentScores:
    """Shares in [0, 1], counted over all frames of all instruments together (micro).

    NaN: there was nothing to be right about; no instrument in the truth for recall, none found for precision, neither
    for F.
    """

    f: float
    precision: float
    recall: float


def instrument_scores(
    truth: Sequence[Playing], found: Sequence[Playing], duration_s: float, *, names: Collection[str] | None = None
) -> InstrumentScores:
    """Compares what was found to play with the truth, at the middles of frames from 0 to `duration_s`.

    With `names` others are left out, as of instruments that the truth does not tell. Raises ValueError without a
    duration.
    """
    if not duration_s > 0:
        raise ValueError(f"There is nothing to compare in {duration_s} seconds.")
    middles_s = (np.arange(max(1, round(duration_s * FRAME_HZ)), dtype=np.float64) + 0.5) * min(
        1 / FRAME_HZ, duration_s
    )
    compared = {one.name for one in (*truth, *found)} if names is None else names
    n_both = n_true = n_found = 0
    for name in sorted(compared):
        true, heard = _frames(truth, name, middles_s), _frames(found, name, middles_s)
        n_both, n_true, n_found = (
            n_both + int((true & heard).sum()),
            n_true + int(true.sum()),
            n_found + int(heard.sum()),
        )
    return InstrumentScores(
        f=_share(2 * n_both, n_true + n_found), precision=_share(n_both, n_found), recall=_share(n_both, n_true)
    )


def _frames(playing: Sequence[Playing], name: str, middles_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(frames,) whether an instrument plays in the middle of each."""
    out = np.zeros(middles_s.size, np.bool_)
    for segment in (segment for one in playing if one.name == name for segment in one.timeline):
        out |= (middles_s >= segment.start_s - SLACK_S) & (middles_s < segment.end_s - SLACK_S)
    return out


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
