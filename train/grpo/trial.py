"""Two steps of GRPO on the longest prompts, for the trial of a recipe."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from train.clips import Clip, clips
from train.examples import Example, Score
from train.grpo.learn import Journal, learn
from train.grpo.session import opened
from train.grpo.settings import GrpoSettings
from train.rewards.total import Reward
from train.runs.folder import Plan


@dataclass(frozen=True)
class Tried:
    """What two steps told beside what the journal has: `looks` is how many prompts the controls of the run draw for."""

    load_s: float
    steps: int
    keep: int
    looks: int
    prompts_per_step: int
    longest_tokens: int
    most_tokens: int


def tried(
    folder: Path, plan: Plan, journal: Journal, n_steps: int, longest: Callable[[Sequence[Clip], int], Sequence[Clip]]
) -> Tried:
    """Learns `n_steps` of a plan. `longest` picks the clips that need most.

    Every group is made to teach, as the reward of few answers might not let it, so that no step is cheaper than later
    ones.
    """
    began = time.monotonic()
    lesson, policy = opened(plan, folder, _uneven())
    load_s, settings = time.monotonic() - began, lesson.settings
    picked = longest(clips(lesson.learned, plan.dataset), settings.prompts_per_step)
    examples: list[Example] = [clip.examples[0] for clip in picked]
    short = replace(settings, steps=n_steps, control_every=0, save_every=n_steps, format_weight=0.0, warmup_share=0.0)
    lesson = replace(lesson, learned=examples, reward=_uneven(), settings=short)
    learn(folder, policy, lesson, journal)
    n_tokens = max(len(lesson.prompts(example).ids) for example in examples)
    return Tried(
        load_s,
        settings.steps,
        settings.keep_checkpoints,
        _looks(settings, len(lesson.held_out)),
        len(examples),
        n_tokens,
        settings.max_new_tokens,
    )


def _looks(settings: GrpoSettings, n_held_out: int) -> int:
    """For how many prompts the controls draw in a whole run: each look hears them once and noise once."""
    if not settings.control_every:
        return 0
    n_looks = 2 + (settings.steps - 1) // settings.control_every
    return 2 * n_looks * min(n_held_out, settings.control_prompts)


def _uneven() -> Reward:
    """A reward that says right and wrong in turn."""
    n = 0

    def score(_example: Example, _text: str) -> Score:
        nonlocal n
        n += 1
        return Score(float(n % 2))

    return score
