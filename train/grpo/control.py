"""The control: held-out prompts with what is to be heard, and with noise in its place, scored but not learned from.

What is earned on noise is what words alone are worth. Where it rises with the rest, the policy learns the questions.
"""

from collections.abc import Sequence
from dataclasses import replace

from train.examples import Example
from train.grpo.groups import Scored, scored
from train.grpo.policy import Policy
from train.grpo.prompts import Prompts
from train.grpo.schedule import chance
from train.grpo.settings import GrpoSettings
from train.rewards.total import Reward


def control(
    policy: Policy, prompts: Prompts, examples: Sequence[Example], reward: Reward, settings: GrpoSettings, step: int
) -> tuple[dict[str, float], list[Scored]]:
    """Mean reward and task score, heard and on noise, and what was said to what was heard."""
    few = spread(examples, settings.control_prompts)
    heard = scored(policy, [prompts(example) for example in few], reward, settings, chance(step, settings, 1))
    measured = {f"held_out_{name}": value for name, value in earned(heard).items()}
    with_sound = [example for example in few if example.audio]
    if with_sound:
        noisy = [prompts.noisy(example, chance(step, settings, 2) + k) for k, example in enumerate(with_sound)]
        noise = scored(policy, noisy, reward, settings, chance(step, settings, 3))
        measured |= {f"noise_{name}": value for name, value in earned(noise).items()}
    return measured, heard


def earned(groups: Sequence[Scored]) -> dict[str, float]:
    """Means over completions: the reward, and each of its parts under `reward_`; none when nothing was judged."""
    scores = [score for group in groups for score in group.scores if score is not None]
    if not scores:
        return {}
    names = {name: None for score in scores for name in score.parts if "/" not in name}
    means = {f"reward_{name}": _mean([s.parts[name] for s in scores if name in s.parts]) for name in names}
    return {"reward": _mean([score.value for score in scores]), **means}


def spread(examples: Sequence[Example], n: int) -> list[Example]:
    """At most `n` of the examples, evenly from the whole."""
    n = min(n, len(examples))
    return [examples[k * len(examples) // n] for k in range(n)]


def evaluated(
    policy: Policy, prompts: Prompts, examples: Sequence[Example], reward: Reward, settings: GrpoSettings, seed: int
) -> dict[str, float]:
    """The control over all of the examples, for a report."""
    return control(policy, prompts, examples, reward, replace(settings, control_prompts=len(examples), seed=seed), 0)[0]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
