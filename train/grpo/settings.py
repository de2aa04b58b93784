"""What a GRPO run is told. The recipe's table `[grpo]` is read into this."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from musicflamingo_app.errors import StudioError
from train.rewards.layout import LAYOUTS
from train.rewards.total import ACCURACIES, CAPTIONS


@dataclass(frozen=True, slots=True)
class GrpoSettings:
    """Defaults follow the paper where it says (group of 5, learning rate of full tuning) and TRL where it does not."""

    group_size: int = 5  # completions drawn for each prompt
    prompts_per_step: int = 8  # distinct prompts; with fewer the curve is mostly noise
    updates_per_batch: int = 1  # times that each batch is learned from (mu); the clip matters from the second on
    clip: float = 0.2  # how far a token's probability ratio counts (epsilon)
    kl_weight: float = 0.01  # pull towards the reference (beta); 0 needs no reference
    kl_correction: bool = False  # multiply the KL by the ratio, as TRL does; the paper does not
    temperature: float = 1.0  # of drawing, and of the probabilities that are learned
    max_new_tokens: int = 512  # where a completion is cut
    steps: int = 200  # batches drawn in all
    learning_rate: float = 1e-5  # 1e-6 when all weights are tuned
    warmup_share: float = 0.03  # of the updates; cosine decay after it
    max_grad_norm: float = 1.0  # longer gradients are shortened to this
    seed: int = 0  # of the order of prompts and of drawing
    prompts_at_once: int = 8  # drawn together; fewer need less memory
    think: bool = True  # whether prompts ask for thoughts
    layout: str = "think"  # what the format reward wants: think, strict, answer or plain
    format_weight: float = 0.2  # the paper adds 1 and 1
    task_weight: float = 0.8
    captions: str = "bounded"  # structured-thinking reward: bounded (ours), printed (the paper's); or their task's
    accuracy: str = "task"  # questions are scored by their task, or by exact match
    control_every: int = 20  # steps between looks at held-out prompts, heard and with noise instead; 0 for never
    control_prompts: int = 16  # how many of them
    save_every: int = 20  # steps between checkpoints
    keep_checkpoints: int = 2  # the newest that stay

    def __post_init__(self) -> None:
        _at_least(self, "group_size", 2)
        for name in ("prompts_per_step", "updates_per_batch", "max_new_tokens", "steps", "prompts_at_once"):
            _at_least(self, name, 1)
        for name in ("save_every", "keep_checkpoints"):
            _at_least(self, name, 1)
        for name in ("kl_weight", "format_weight", "task_weight", "control_every", "warmup_share"):
            _at_least(self, name, 0)
        for name in ("clip", "temperature", "learning_rate", "max_grad_norm"):
            if getattr(self, name) <= 0:
                _refuse(name, getattr(self, name), "It must be more than 0.")
        for name, known in (("layout", LAYOUTS), ("captions", (*CAPTIONS, "task")), ("accuracy", ACCURACIES)):
            if getattr(self, name) not in known:
                _refuse(name, getattr(self, name), f"Known are {', '.join(known)}.")


def settings_of(table: Mapping[str, Any]) -> GrpoSettings:
    """The settings of a recipe's table. Raises StudioError for a line that is unknown or of the wrong kind."""
    known = {field.name: field for field in fields(GrpoSettings)}
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            what = f"The recipe's line grpo.{name} is not known."
            raise StudioError(what, f"Known are {', '.join(sorted(known))}.")
        kind = type(known[name].default)
        is_number = kind is float and isinstance(value, int) and not isinstance(value, bool)
        if type(value) is not kind and not is_number:
            _refuse(name, value, f"It must be of the kind {kind.__name__}.")
        values[name] = kind(value)
    return GrpoSettings(**values)


def _at_least(settings: GrpoSettings, name: str, least: int) -> None:
    if getattr(settings, name) < least:
        _refuse(name, getattr(settings, name), f"It must be at least {least}.")


def _refuse(name: str, value: object, advice: str) -> None:
    raise StudioError(f"The recipe's line grpo.{name} is {value!r}.", advice)
