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


def group_of(policy: Policy, found: Scored, settings: GrpoSettings) -> Group:
    """Advantages and the probabilities that do not change while the batch is learned from. `found` must teach."""
    torch = package("torch")
    pairs = [(one.ids, score.value) for one, score in zip(found.drawn, found.scores, strict=True) if score is not None]
    completions = tuple(ids for ids, _ in pairs)
    earned = torch.tensor([value for _, value in pairs], dtype=torch.float32, device=policy.device)
    mask = padded([[1] * len(ids) for ids in completions], 0).to(policy.device, torch.float32)
    with torch.no_grad():
        old = reference = None
        if settings.updates_per_batch > 1:
            old = policy.log_probs(found.prompt, completions, settings.temperature)[0]
        if settings.kl_weight > 0:
            with policy.as_reference() as model:
                reference = policy.log_probs(found.prompt, completions, settings.temperature, model)[0]
    return Group(found.prompt, completions, mask, advantages(earned), old, reference)
