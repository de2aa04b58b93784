"""Groups that teach nothing are dropped; the gradient is that of the objective written out plainly."""

from pathlib import Path

import pytest
import torch

from musicflamingo_app.errors import StudioError
from tests.train.grpo.making import PEFT_ASKS, direct, policy, prompt
from tests.train.rewards.making import example
from train.examples import Example, Score
from train.grpo.drawing import Drawn
from train.grpo.groups import Scored, groups_of, scored
from train.grpo.policy import Policy
from train.grpo.prompts import Prompt
from train.grpo.settings import GrpoSettings
from train.grpo.update import accumulate, update
from train.tones import tones

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)
EXAMPLES = tones(4, 7)
SETTINGS = GrpoSettings(group_size=4, max_new_tokens=5, kl_weight=0.3, temperature=0.8, updates_per_batch=2)


def by_letters(example: Example, completion: str) -> Score:
    return Score(sum(map(ord, completion)) % 7 / 7, {"task": 0.0})


def group(rewards: list[float | None]) -> Scored:
    drawn = tuple(Drawn((40 + k, 41, 2), "x", True) for k in range(len(rewards)))
    scores = tuple(None if value is None else Score(value) for value in rewards)
    return Scored(Prompt(example(), (7, 8, 9), None), drawn, scores)


@pytest.mark.parametrize(
    ("rewards", "teaches"),
    [
        ([0.0, 1.0], True),
        ([1.0, 1.0, 1.0], False),
        ([0.0, 0.0], False),
        ([0.5, None, 0.5], False),
        ([None, 0.3], False),
        ([None, None], False),
        ([0.2, None, 0.3], True),
        ([0.3, 0.3 + 1e-9], False),
    ],
)
def test_what_teaches(rewards: list[float | None], teaches: bool) -> None:
    assert group(rewards).teaches == teaches


def test_what_nobody_could_judge_is_left_out_of_its_group(base: Path) -> None:
    [made] = groups_of(policy(base), [group([1.0, None, 0.0]), group([1.0, 1.0])], SETTINGS)
    assert made.completions == ((40, 41, 2), (42, 41, 2))
    assert made.advantage.tolist() == pytest.approx([0.5**0.5, -(0.5**0.5)])


def learned(learner: Policy) -> tuple[list[Prompt], list[Scored]]:
    prompts = [prompt(learner, one, seconds=s) for one, s in zip(EXAMPLES[:2], (2.6, 1.1), strict=True)]
    found = scored(learner, prompts, by_letters, SETTINGS, 3)
    assert all(one.teaches for one in found)
    return prompts, found


def plain(learner: Policy, found: list[Scored], old: list[list[torch.Tensor]]) -> torch.Tensor:
    """Equation 1, one whole forward and one Python sum for each completion."""
    losses = []
    for one, before in zip(found, old, strict=True):
        completions = [drawn.ids for drawn in one.drawn]
        rewards = torch.tensor(one.rewards)
        advantage = (rewards - rewards.mean()) / rewards.std()
        with torch.no_grad(), learner.as_reference():
            reference = direct(learner, one.prompt, completions, SETTINGS.temperature)
        now = direct(learner, one.prompt, completions, SETTINGS.temperature)
        for new, was, far, pull in zip(now, before, reference, advantage, strict=True):
            ratio, apart = torch.exp(new - was), far - new
            gain = torch.minimum(ratio * pull, ratio.clamp(1 - SETTINGS.clip, 1 + SETTINGS.clip) * pull)
            losses.append(-(gain - SETTINGS.kl_weight * (torch.exp(apart) - apart - 1)).mean())
    return torch.stack(losses).mean()


def test_the_gradient_is_autograd_s_of_the_plain_objective_also_after_a_step(base: Path) -> None:
    learner = policy(base)
    _, found = learned(learner)
    groups = groups_of(learner, found, SETTINGS)
    with torch.no_grad():
        old = [direct(learner, one.prompt, [d.ids for d in one.drawn], SETTINGS.temperature) for one in found]
    for number in range(2):
        learner.model.zero_grad()
        parts = accumulate(learner, groups, SETTINGS)
        mine = {name: p.grad.clone() for name, p in learner.model.named_parameters() if p.grad is not None}
        learner.model.zero_grad()
        loss = plain(learner, found, old)
        loss.backward()
        value = sum(float(part.value.detach()) for part, _ in parts) / len(parts)
        assert value == pytest.approx(loss.item(), rel=1e-4, abs=1e-5) and len(mine) > 20
        for name, weights in learner.model.named_parameters():
            if weights.requires_grad:
                torch.testing.assert_close(mine[name], weights.grad, rtol=1e-3, atol=1e-5)
        assert (max(part.clipped for part, _ in parts) > 0) == (number == 1)
        with torch.no_grad():  # far enough for the clip to matter
            for weights in learner.parameters:
                weights.add_(weights.grad.sign(), alpha=-0.003)


def test_an_update_makes_what_earned_more_likelier(base: Path) -> None:
    learner = policy(base)
    _, found = learned(learner)
    settings = GrpoSettings(group_size=4, kl_weight=0.0, updates_per_batch=1, max_grad_norm=0.5)
    groups = groups_of(learner, found, settings)
    assert all(one.old is None and one.reference is None for one in groups)

    def gain() -> float:
        with torch.no_grad():
            logs = [learner.log_probs(one.prompt, one.completions)[0] for one in groups]
        means = [(row * one.mask).sum(-1) / one.mask.sum(-1) for row, one in zip(logs, groups, strict=True)]
        return sum(float((mean * one.advantage).sum()) for mean, one in zip(means, groups, strict=True))

    before = gain()
    made = update(learner, groups, torch.optim.SGD(learner.parameters, lr=0.01), settings)
    assert gain() > before and made.kl is None and made.ratio == pytest.approx(1) and made.clipped == 0
    length = torch.sqrt(sum((p.grad**2).sum() for p in learner.parameters if p.grad is not None)).item()
    assert length == pytest.approx(min(0.5, made.gradient), rel=1e-3)


def test_a_gradient_that_is_no_number_changes_nothing(base: Path) -> None:
    learner = policy(base)
    _, found = learned(learner)
    groups = groups_of(learner, found, SETTINGS)
    groups[0].advantage[0] = torch.inf
    before = [p.detach().clone() for p in learner.parameters]
    with pytest.raises(StudioError, match="no number"):
        update(learner, groups, torch.optim.SGD(learner.parameters, lr=0.01), SETTINGS)
    assert all(torch.equal(a, b) for a, b in zip(before, learner.parameters, strict=True))
