"""One update: the gradient of the objective over a batch of groups, one group after the other, and a step along it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.grpo.groups import Group
from train.grpo.objective import grpo_loss, mean_of_means
from train.grpo.policy import Policy
from train.grpo.settings import GrpoSettings


@dataclass(frozen=True, slots=True)
class Learned:
    """What an update was: means over its groups. `kl` is None without a reference."""

    loss: float
    kl: float | None
    entropy: float
    clipped: float
    ratio: float
    gradient: float


def accumulate(policy: Policy, groups: Sequence[Group], settings: GrpoSettings) -> list[tuple[Any, float]]:
    """Adds the gradient of the mean loss over the groups to the weights; gives each group's loss and entropy."""
    parts = []
    for group in groups:
        new, entropy = policy.log_probs(group.prompt, group.completions, settings.temperature)
        loss = grpo_loss(
            new,
            new.detach() if group.old is None else group.old,
            group.reference,
            group.advantage,
            group.mask,
            settings.clip,
            settings.kl_weight,
            is_corrected=settings.kl_correction,
        )
        (loss.value / len(groups)).backward()
        parts.append((loss, float(mean_of_means(entropy, group.mask))))
    return parts


def update(policy: Policy, groups: Sequence[Group], optimizer: Any, settings: GrpoSettings) -> Learned:
    """Learns from a batch once. `groups` must not be empty; a gradient that is not finite raises StudioError."""
    torch = package("torch")
    optimizer.zero_grad(set_to_none=True)
    parts = accumulate(policy, groups, settings)
    gradient = float(torch.nn.utils.clip_grad_norm_(policy.parameters, settings.max_grad_norm))
    if not torch.isfinite(torch.tensor(gradient)):
        what = f"The gradient is no number any more ({gradient})."
        raise StudioError(what, "Lower grpo.learning_rate, and resume from the last checkpoint or start anew.")
    optimizer.step()
    losses, n = [loss for loss, _ in parts], len(parts)
    kls = [loss.kl for loss in losses if loss.kl is not None]
    return Learned(
        sum(float(loss.value.detach()) for loss in losses) / n,
        sum(kls) / n if kls else None,
        sum(entropy for _, entropy in parts) / n,
        sum(loss.clipped for loss in losses) / n,
        sum(loss.ratio for loss in losses) / n,
        gradient,
    )
