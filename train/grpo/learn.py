"""The loop: draw, score, drop what teaches nothing, learn, look at the control, save; until done or asked to stop."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.examples import Example
from train.grpo import checkpoint
from train.grpo.control import control, earned
from train.grpo.groups import Scored, groups_of, scored
from train.grpo.policy import Policy
from train.grpo.prompts import Prompts
from train.grpo.schedule import chance, chosen, learning_rate
from train.grpo.settings import GrpoSettings
from train.grpo.update import Learned, update
from train.rewards.total import Reward
from train.runs.memory import memory_used

N_SAMPLES = 8  # completions written down at each look


class Journal(Protocol):
    """Where a run says how it goes; train.runs.write.RunWriter is one."""

    def begin(self, step: int, steps: int) -> None: ...
    def metrics(self, step: int, **values: float | None) -> None: ...
    def at(self, step: int, sentence: str = "") -> None: ...
    def samples(self, step: int, rows: Sequence[dict[str, Any]]) -> None: ...
    def is_stopped(self) -> bool: ...


@dataclass(frozen=True)
class Lesson:
    """Everything a run learns from: prompts and the examples they are made of, the reward, the settings."""

    prompts: Prompts
    learned: Sequence[Example]
    held_out: Sequence[Example]
    reward: Reward
    settings: GrpoSettings
    projector_learning_rate: float = 0.0  # the projector learns at this rate; all else at the settings'


def learn(folder: Path, policy: Policy, lesson: Lesson, journal: Journal) -> int:
    """Learns from the newest checkpoint on and gives the step it came to, `settings.steps` when it is done.

    Raises StudioError, StorageError.
    """
    settings = lesson.settings
    if not lesson.learned:
        raise StudioError("The dataset has no example to learn from.", "Choose another, or build one with more songs.")
    if settings.kl_weight > 0 and not policy.has_reference:
        raise StudioError("There is no reference to stay near to.", "Set grpo.kl_weight to 0.")
    optimizer = optimizer_of(policy, lesson)
    step = checkpoint.restore(folder, policy, optimizer)
    journal.begin(step, settings.steps)
    if step == 0:
        _look(policy, lesson, journal, step)
    while step < settings.steps:
        journal.metrics(step + 1, **_step(policy, lesson, optimizer, step))
        step += 1
        journal.at(step)
        if settings.control_every and (step % settings.control_every == 0 or step == settings.steps):
            _look(policy, lesson, journal, step)
        stops = journal.is_stopped()
        if stops or step % settings.save_every == 0 or step == settings.steps:
            checkpoint.save(folder, step, policy, optimizer, settings.keep_checkpoints)
        if stops and step < settings.steps:
            return step
    checkpoint.save_adapter(folder, policy)
    return step


def optimizer_of(policy: Policy, lesson: Lesson) -> Any:
    """AdamW without decay; `rate` of a group is its share of the learning rate."""
    named = [(name, weight) for name, weight in policy.model.named_parameters() if weight.requires_grad]
    projector = [weight for name, weight in named if "multi_modal_projector" in name]
    words = [weight for name, weight in named if "multi_modal_projector" not in name]
    share = lesson.projector_learning_rate / lesson.settings.learning_rate or 1.0
    groups = [{"params": words, "share": 1.0}, {"params": projector, "share": share}]
    rate = lesson.settings.learning_rate
    return package("torch").optim.AdamW([group for group in groups if group["params"]], lr=rate, weight_decay=0.0)


def _step(policy: Policy, lesson: Lesson, optimizer: Any, step: int) -> dict[str, float | None]:
    """Draws a batch and learns from it; what is to be logged."""
    settings, began = lesson.settings, time.monotonic()
    policy.forget()
    prompts = [lesson.prompts(example) for example in chosen(lesson.learned, step, settings)]
    found = scored(policy, prompts, lesson.reward, settings, chance(step, settings))
    drawn_s = time.monotonic() - began
    groups = groups_of(policy, found, settings)
    learned = None
    for number in range(settings.updates_per_batch if groups else 0):
        rate = learning_rate(step * settings.updates_per_batch + number, settings)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"]
        learned = update(policy, groups, optimizer, settings)
    policy.forget()
    spent = {"drawing_s": round(drawn_s, 4), "step_s": round(time.monotonic() - began, 4)}
    spent["memory_bytes"] = memory_used()
    return _drawn(found) | _learned(learned, optimizer) | spent


def _drawn(found: Sequence[Scored]) -> dict[str, float | None]:
    """What was drawn: rewards, lengths, and how much of it teaches nothing."""
    everything = [one for group in found for one in group.drawn]
    lengths = [len(one.ids) for one in everything]
    return {
        **earned(found),
        "groups": len(found),
        "dropped_groups": sum(not group.teaches for group in found),
        "unjudged": sum(score is None for group in found for score in group.scores),
        "length_tokens": sum(lengths) / len(lengths),
        "longest_tokens": max(lengths),
        "cut_share": sum(not one.ended for one in everything) / len(everything),
    }


def _learned(learned: Learned | None, optimizer: Any) -> dict[str, float | None]:
    """What the last update of a batch was; nothing where every group was dropped."""
    if learned is None:
        return {}
    return {
        "loss": learned.loss,
        "kl": learned.kl,
        "entropy": learned.entropy,
        "clip_share": learned.clipped,
        "ratio": learned.ratio,
        "grad_norm": learned.gradient,
        "learning_rate": optimizer.param_groups[0]["lr"],
    }


def _look(policy: Policy, lesson: Lesson, journal: Journal, step: int) -> None:
    """Held-out prompts, heard and as noise, and some of what was said to them."""
    if not lesson.settings.control_every or not lesson.held_out or not lesson.settings.control_prompts:
        return
    journal.at(step, "Listening to held-out recordings and to noise.")
    measured, heard = control(policy, lesson.prompts, lesson.held_out, lesson.reward, lesson.settings, step)
    policy.forget()
    journal.metrics(step, **measured)
    journal.samples(step, [_row(group) for group in heard[:N_SAMPLES]])
    journal.at(step)


def _row(group: Scored) -> dict[str, Any]:
    """One completion of a group with what it earned."""
    example, score = group.prompt.example, group.scores[0]
    said = {"question": example.question, "expected": example.answer, "answer": group.drawn[0].text}
    return {"example": example.id, **said, "reward": score.value if score else None}
