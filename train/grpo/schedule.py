"""What follows from the step alone: which prompts, which chance, which learning rate. So a resumed run goes on exactly.

Nothing here has a state to save. Each step draws with a generator of its own seed, so a run that was stopped and
resumed is the run that was not.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from train.grpo.settings import GrpoSettings

T = TypeVar("T")


def chosen(examples: Sequence[T], step: int, settings: GrpoSettings) -> list[T]:
    """The examples of a step (from 0): every one comes once before any comes again, in an order drawn for each pass.

    A step has no example twice; a dataset smaller than a step gives smaller steps.
    """
    n = min(settings.prompts_per_step, len(examples))
    places = range(step * n, step * n + n)
    orders = {turn: _order(len(examples), turn, settings.seed) for turn in {place // len(examples) for place in places}}
    picked = [int(orders[place // len(examples)][place % len(examples)]) for place in places]
    fresh = iter(k for k in orders[max(orders)] if int(k) not in picked)
    seen: set[int] = set()
    for slot, index in enumerate(picked):  # where two passes meet, one example may come in both
        picked[slot] = index if index not in seen else int(next(fresh))
        seen.add(picked[slot])
    return [examples[index] for index in picked]


def chance(step: int, settings: GrpoSettings, use: int = 0) -> int:
    """The seed of what a step draws; `use` tells apart several uses of chance in a step."""
    return int(np.random.SeedSequence((settings.seed, step, use)).generate_state(1, np.uint64)[0] >> 1)


def learning_rate(update: int, settings: GrpoSettings) -> float:
    """The rate of an update (from 0): it grows over the warm-up, then falls to 0 along a cosine."""
    n_updates = settings.steps * settings.updates_per_batch
    n_warm = math.ceil(settings.warmup_share * n_updates)
    if update < n_warm:
        return settings.learning_rate * (update + 1) / n_warm
    done = (update - n_warm) / max(1, n_updates - n_warm)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _order(n: int, turn: int, seed: int) -> "np.typing.NDArray[np.int64]":
    return np.random.default_rng((seed, turn)).permutation(n)
