"""The objective of GRPO (DeepSeekMath, eq. 3; Music Flamingo, eq. 1), on tensors alone.

For a prompt, G completions are drawn and earn r_i. With the advantage A_i = (r_i - mean) / std of the group and the
ratio w = exp(log p - log p_old) of each token, what is minimised is the mean over completions of the mean over tokens
of -min(w A_i, clip(w, 1 - eps, 1 + eps) A_i) + beta KL, where KL = exp(d) - d - 1 with d = log p_ref - log p. With the
correction of DeepSeek-V3.2 (TRL's default) KL is multiplied by w, which makes its gradient that of the true KL.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Loss:
    """The loss (a scalar tensor with its gradient) and what it is made of, as means over tokens in the same way.

    `kl` is None without a reference; `clipped` is the share of tokens whose ratio no longer counts.
    """

    value: Any
    kl: float | None
    clipped: float
    ratio: float


def advantages(rewards: Any) -> Any:
    """(G,) rewards of one group to their advantages. The standard deviation is that of a sample, as in TRL.

    Raises ValueError for a group whose rewards do not differ: it teaches nothing and is to be dropped before.
    """
    std = rewards.std()
    if not std > 0:
        raise ValueError(f"the rewards of a group do not differ: {rewards.tolist()}")
    return (rewards - rewards.mean()) / std


def grpo_loss(
    new: Any,
    old: Any,
    reference: Any | None,
    advantage: Any,
    mask: Any,
    clip: float,
    beta: float,
    *,
    is_corrected: bool = False,
) -> Loss:
    """The loss of one or more groups.

    `new`, `old`, `reference` (completions, tokens) are log-probabilities of the drawn tokens, `advantage` is
    (completions,), and `mask` (completions, tokens) is 1 where a completion has a token.
    """
    import torch

    ratio = torch.exp(new - old)
    pull = advantage.unsqueeze(1)
    bounded = ratio.clamp(1 - clip, 1 + clip)
    per_token = -torch.minimum(ratio * pull, bounded * pull)
    kl = None
    if reference is not None:
        distance = kl_per_token(new, reference) * (ratio if is_corrected else 1)
        per_token = per_token + beta * distance
        kl = float(mean_of_means(distance.detach(), mask))
    out = ((ratio < 1 - clip) & (pull < 0)) | ((ratio > 1 + clip) & (pull > 0))
    clipped = float(mean_of_means(out.to(new.dtype), mask))
    return Loss(mean_of_means(per_token, mask), kl, clipped, float(mean_of_means(ratio.detach(), mask)))


def kl_per_token(new: Any, reference: Any) -> Any:
    """How far the policy is from the reference, estimated on the drawn tokens without bias; never below 0."""
    import torch

    apart = reference - new
    return torch.exp(apart) - apart - 1


def mean_of_means(values: Any, mask: Any) -> Any:
    """The mean over completions of the mean over their tokens: long and short completions count the same."""
    return ((values * mask).sum(-1) / mask.sum(-1).clamp(min=1)).mean()
