"""A learning rate by the clock: a run of so many minutes ends with a small rate however fast the machine was."""

import math
import time
from collections.abc import Callable

WARM_UP = 0.03
LAST = 0.02  # of the largest rate


class Pace:
    """Counts the time that was learned in, over interruptions. `time_s` is a clock, for tests."""

    def __init__(self, minutes: float, spent_s: float = 0.0, time_s: Callable[[], float] = time.monotonic) -> None:
        self._total_s, self._before_s, self._clock = max(1e-9, minutes * 60), spent_s, time_s
        self._began_s = self._clock()

    @property
    def spent_s(self) -> float:
        """How long was learned, earlier goes included."""
        return self._before_s + self._clock() - self._began_s

    @property
    def share(self) -> float:
        """How much of the time is over, in [0, 1]."""
        return min(1.0, self.spent_s / self._total_s)

    @property
    def is_over(self) -> bool:
        return self.spent_s >= self._total_s

    def factor(self) -> float:
        """Linear warm-up, then half a cosine."""
        if self.share < WARM_UP:
            return 0.02 + 0.98 * self.share / WARM_UP
        done = (self.share - WARM_UP) / (1 - WARM_UP)
        return LAST + (1 - LAST) * 0.5 * (1 + math.cos(math.pi * done))
