"""Prompts come evenly, rates rise and fall, and all of it follows from the step."""

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.grpo.schedule import chance, chosen, learning_rate
from train.grpo.settings import GrpoSettings


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 5))
def test_prompts_come_evenly_and_never_twice_in_a_step(n: int, wanted: int, seed: int) -> None:
    settings = GrpoSettings(prompts_per_step=wanted, seed=seed)
    steps = [chosen(range(n), step, settings) for step in range(3 * n)]
    assert all(len(set(step)) == len(step) == min(n, wanted) for step in steps)
    assert steps == [chosen(range(n), step, settings) for step in range(3 * n)]
    if n % min(n, wanted) == 0:
        counts = Counter(example for step in steps for example in step)
        assert set(counts.values()) == {3 * min(n, wanted)}


def test_another_seed_gives_another_order() -> None:
    orders = [chosen(range(50), 0, GrpoSettings(seed=seed)) for seed in (0, 1)]
    assert orders[0] != orders[1]


def test_chance_differs_by_step_use_and_seed() -> None:
    seeds = {chance(step, GrpoSettings(seed=s), use) for step in range(20) for s in range(3) for use in range(4)}
    assert len(seeds) == 240 and all(0 <= seed < 2**63 for seed in seeds)


def test_the_rate_rises_over_the_warm_up_and_falls_along_a_cosine() -> None:
    settings = GrpoSettings(steps=50, updates_per_batch=2, learning_rate=2.0, warmup_share=0.1)
    rates = [learning_rate(update, settings) for update in range(100)]
    assert rates[:10] == pytest.approx([0.2 * k for k in range(1, 11)]) and rates[10] == pytest.approx(2.0)
    assert rates[55] == pytest.approx(1.0) and all(a > b for a, b in pairwise(rates[10:]))
    assert rates[99] == pytest.approx(1 + math.cos(math.pi * 89 / 90)) and rates[99] > 0
