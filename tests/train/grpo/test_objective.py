"""The objective by hand, and against what its formula says in other words."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from train.grpo.objective import advantages, grpo_loss, kl_per_token, mean_of_means

numbers = st.floats(-3, 3, width=32)


def row(*values: float) -> torch.Tensor:
    return torch.tensor([values])


def test_advantages_by_hand() -> None:
    found = advantages(torch.tensor([1.0, 0.0, 0.0, 1.0, 0.0]))  # mean .4, variance 1.2 / 4
    assert found.tolist() == pytest.approx([0.6 / 0.3**0.5, *[-0.4 / 0.3**0.5] * 2, 0.6 / 0.3**0.5, -0.4 / 0.3**0.5])


def test_a_group_without_difference_is_refused() -> None:
    with pytest.raises(ValueError, match="do not differ"):
        advantages(torch.full((5,), 0.3))


@given(st.lists(numbers, min_size=2, max_size=8), st.floats(0.5, 4), st.floats(-5, 5))
def test_advantages_know_no_scale_and_no_origin(values: list[float], scale: float, shift: float) -> None:
    rewards = torch.tensor(values, dtype=torch.float64)
    if rewards.std() < 0.01:
        return
    found = advantages(rewards)
    assert found.sum().item() == pytest.approx(0, abs=1e-9) and found.std().item() == pytest.approx(1)
    torch.testing.assert_close(advantages(rewards * scale + shift), found)


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "clipped"),
    [
        (1.0, 2.0, -2.0, 0),
        (1.1, 2.0, -2.2, 0),
        (1.5, 2.0, -2.4, 1),  # good and already likelier: no more reward than at 1.2
        (0.5, 2.0, -1.0, 0),  # good and less likely: full pull
        (0.5, -2.0, 1.6, 1),  # bad and already rarer: no more reward than at 0.8
        (1.5, -2.0, 3.0, 0),  # bad and likelier: full push
    ],
)
def test_the_clip_by_hand(ratio: float, advantage: float, loss: float, clipped: int) -> None:
    new = row(math.log(ratio)).requires_grad_()
    found = grpo_loss(new, row(0.0), None, torch.tensor([advantage]), row(1.0), 0.2, 0.0)
    assert (found.value.item(), found.clipped, found.kl) == (pytest.approx(loss), clipped, None)
    found.value.backward()
    assert new.grad.item() == pytest.approx(0 if clipped else -ratio * advantage)


def test_the_pull_to_the_reference_by_hand() -> None:
    apart = kl_per_token(row(0.0, -1.0, 1.0), row(0.0, 0.0, 0.0))
    assert apart[0].tolist() == pytest.approx([0, math.e - 2, math.exp(-1)])
    found = grpo_loss(row(-1.0), row(-1.0), row(0.0), torch.tensor([1.0]), row(1.0), 0.2, 0.5)
    assert found.kl == pytest.approx(math.e - 2) and found.value.item() == pytest.approx(-1 + 0.5 * (math.e - 2))


@given(numbers, numbers)
def test_the_distance_is_never_negative(new: float, reference: float) -> None:
    assert kl_per_token(torch.tensor(new), torch.tensor(reference)).item() >= -1e-6


def test_the_distance_is_kl_on_average() -> None:
    torch.manual_seed(0)
    p, q = torch.softmax(torch.randn(2, 6, dtype=torch.float64), -1)
    estimate = (p * kl_per_token(p.log(), q.log())).sum()
    torch.testing.assert_close(estimate, (p * (p.log() - q.log())).sum())


def test_completions_count_the_same_whatever_their_length() -> None:
    values = torch.tensor([[1.0, 1.0, 1.0, 1.0], [3.0, 9.0, 9.0, 9.0]])
    mask = torch.tensor([[1.0, 1, 1, 1], [1.0, 0, 0, 0]])
    assert mean_of_means(values, mask).item() == 2.0


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.floats(0.05, 0.5), st.floats(0, 1))
def test_the_loss_is_that_of_the_formula(seed: int, clip: float, beta: float) -> None:
    """Token by token in plain Python, from equation 1 as written."""
    draw = torch.Generator().manual_seed(seed)
    new, old, reference = (-torch.rand((3, 4), generator=draw, dtype=torch.float64) * 2 for _ in range(3))
    advantage = torch.randn(3, generator=draw, dtype=torch.float64)
    lengths = [4, 1, 3]
    mask = torch.tensor([[1.0 if t < n else 0.0 for t in range(4)] for n in lengths], dtype=torch.float64)
    total = 0.0
    for i, n in enumerate(lengths):
        for t in range(n):
            w, a = math.exp(new[i, t] - old[i, t]), float(advantage[i])
            d = float(reference[i, t] - new[i, t])
            gain = min(w * a, max(1 - clip, min(1 + clip, w)) * a) - beta * (math.exp(d) - d - 1)
            total -= gain / n / 3
    assert grpo_loss(new, old, reference, advantage, mask, clip, beta).value.item() == pytest.approx(total)
