"""Bar lines of POP909 that the chords do not bear out: moved to where they do, or not believed.

Beats of the collection were tracked by a program. In about a third of its songs nearly all chords change on the second,
third or fourth beat of the labelled bars, or between beats; a network taught by them learns to be wrong.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from train.ears.items import Item
from train.scores.play import STYLE

NEAR_S = 0.12  # items know a change of chord to a tenth of a second
FRAME_S = 0.1
FEWEST = 12
ON_BEATS = 0.7  # least share of changes on beats
CLEAR, AHEAD = 0.45, 0.1  # share of the changes on one place, and its lead over the downbeat, to move bars there
BELIEVED = 0.4  # least share on the downbeat in the end


def mended(item: Item) -> Item | None:
    """The item with bar lines where its chords change; None where they change nowhere in particular.

    Items without beats, with few changes or not in four are left as they are, and scores, whose bars are written.
    """
    if not len(item.beats_s) or item.positions.max() != 4 or item.about.get("style") == STYLE:
        return item
    changes_s = (np.flatnonzero(np.diff(item.chords.astype(int))) + 1) * FRAME_S - FRAME_S / 2
    if len(changes_s) < FEWEST:
        return item
    shares, on_beats = _shares(changes_s, item)
    if on_beats < ON_BEATS:
        return None
    best = int(shares.argmax())
    steps = best if best and shares[best] > CLEAR and shares[best] > shares[0] + AHEAD else 0
    if not steps and best in (1, 3) and shares[1] + shares[3] > 2 * (shares[0] + shares[2]):
        steps = best
    if shares[steps] < BELIEVED:
        return None
    positions = (item.positions.astype(int) - 1 - steps) % 4 + 1
    return replace(item, positions=positions.astype(np.int8))


def _shares(changes_s: NDArray[np.float64], item: Item) -> tuple[NDArray[np.float64], float]:
    """How many of the changes on beats fall on each place of the bar, and how many fall on beats at all."""
    nearest = np.abs(item.beats_s[None] - changes_s[:, None]).argmin(axis=1)
    near = np.abs(item.beats_s[nearest] - changes_s) < NEAR_S
    counts = np.bincount(item.positions[nearest[near]].astype(int) - 1, minlength=4)[:4]
    return counts / max(1, counts.sum()), float(near.mean())
