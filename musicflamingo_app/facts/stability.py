"""How the tempo behaves: steady or not, its range, and whether the end slows or hurries."""

from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.music.beat import BeatGrid

STEADY_SPREAD = (
    0.06  # (high - low) / middle up to which a listener hears one tempo; trackers jitter by about half of it
)
ENDING_CHANGE = 0.08  # relative change of the last bar's tempo that is heard as slowing or hurrying
SHORTEST_BEATS = 12  # fewer say nothing of an ending


@dataclass(frozen=True, slots=True)
class TempoStability:
    """Low and high are the 5th and 95th percentile of the tempo curve; `ending` is `slows`, `hurries` or None."""

    is_steady: bool
    low_bpm: float
    high_bpm: float
    ending: str | None = None
    ending_from_s: float | None = None  # the beat from which the end leaves the tempo


def tempo_stability(grid: BeatGrid) -> TempoStability | None:
    """The behaviour of a grid's tempo; None with fewer than two beats."""
    curve = grid.tempo_curve()
    if not curve:
        return None
    ending, from_s, n_ending = _ending(grid)
    body = sorted(tempo.bpm for tempo in curve[: len(curve) - n_ending])
    low, high = body[round(0.05 * (len(body) - 1))], body[round(0.95 * (len(body) - 1))]
    return TempoStability((high - low) / body[len(body) // 2] <= STEADY_SPREAD, low, high, ending, from_s)


def _ending(grid: BeatGrid) -> tuple[str | None, float | None, int]:
    """How the end leaves the tempo, from which beat, and how many beat distances of the curve that spoils."""
    times, middle = grid.times_s, grid.tempo_bpm
    n_last = max(2, grid.metre.felt_beats)
    if middle is None or len(times) < SHORTEST_BEATS + n_last:
        return None, None, 0
    local = [60.0 / (b - a) for a, b in pairwise(times)]
    last = sum(sorted(local[-n_last:])) / n_last
    change = last / middle - 1
    if abs(change) < ENDING_CHANGE:
        return None, None, 0
    sign = 1 if change > 0 else -1
    start = len(local)
    while start > 0 and sign * (local[start - 1] / middle - 1) >= ENDING_CHANGE / 2:
        start -= 1
    if start == len(local) or start < len(local) // 2:
        return None, None, 0
    # the curve averages over two distances to each side
    return ("hurries" if sign > 0 else "slows"), times[start], min(len(local) - 1, len(local) - start + 2)
