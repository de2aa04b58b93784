"""Draws groups of completions, has them scored, and keeps those that teach something."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.transformers_hf.load import package
from train.examples import Score
from train.grpo.drawing import Drawn, draw
from train.grpo.objective import advantages
from train.grpo.policy import Policy, padded
from train.grpo.prompts import Prompt
from train.grpo.settings import GrpoSettings
from train.rewards.total import Reward


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Everything drawn for a prompt, with what each completion earned (None where it could not be judged)."""

    prompt: Prompt
    drawn: tuple[Drawn, ...]
    scores: tuple[Score | None, ...]

    @property
    def rewards(self) -> list[float]:
        return [score.value for score in self.scores if score is not None]

    @property
    def judged(self) -> tuple[tuple[int, ...], ...]:
        """Tokens of the completions that `rewards` belong to."""
        return tuple(one.ids for one, score in zip(self.drawn, self.scores, strict=True) if score is not None)

    @property
    def teaches(self) -> bool:
        """Whether at least two completions were judged, and not all alike."""
        return len(self.rewards) > 1 and max(self.rewards) - min(self.rewards) > 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What is learned from one prompt: tokens (n, longest) with their mask, advantages (n,), log-probabilities.

    `old` are those of the policy that drew, None where the only update computes them itself; `reference` those of the
    reference, None where nothing pulls towards it.
    """

    prompt: Prompt
    completions: tuple[tuple[int, ...], ...]
    mask: Any
    advantage: Any
    old: Any
    reference: Any


def scored(
    policy: Policy, prompts: Sequence[Prompt], reward: Reward, settings: GrpoSettings, seed: int
) -> list[Scored]:
    """Draws and scores a group for each prompt."""
    generator = package("torch").Generator(policy.device).manual_seed(seed)
    made = []
    for start in range(0, len(prompts), settings.prompts_at_once):
        some = prompts[start : start + settings.prompts_at_once]
        groups = draw(
            policy,
            some,
            settings.group_size,
            temperature=settings.temperature,
            max_new_tokens=settings.max_new_tokens,
            generator=generator,
        )
        for prompt, drawn in zip(some, groups, strict=True):
            scores = tuple(reward(prompt.example, one.text) for one in drawn)
            made.append(Scored(prompt, tuple(drawn), scores))
    return made


def groups_of(policy: Policy, found: Sequence[Scored], settings: GrpoSettings) -> list[Group]:
    """What can be learned from what was drawn, with the probabilities that stay as they are meanwhile."""
    teaching = [one for one in found if one.teaches]
    olds: list[Any] = [None] * len(teaching)
    references = list(olds)
    with package("torch").no_grad():
        if settings.updates_per_batch > 1:
            olds = [_log_probs(policy, one, settings, policy.model) for one in teaching]
        if settings.kl_weight > 0:
            with policy.as_reference() as model:
                references = [_log_probs(policy, one, settings, model) for one in teaching]
    return [_group(policy, *of) for of in zip(teaching, olds, references, strict=True)]


def _group(policy: Policy, found: Scored, old: Any, reference: Any) -> Group:
    torch = package("torch")
    earned = torch.tensor(found.rewards, dtype=torch.float32, device=policy.device)
    mask = padded([[1] * len(ids) for ids in found.judged], 0).to(policy.device, torch.float32)
    return Group(found.prompt, found.judged, mask, advantages(earned), old, reference)


def _log_probs(policy: Policy, found: Scored, settings: GrpoSettings, model: Any) -> Any:
    return policy.log_probs(found.prompt, found.judged, settings.temperature, model)[0]
