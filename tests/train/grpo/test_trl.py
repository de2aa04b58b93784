"""The loss is TRL's on a text-only case.

The numbers come from TRL 1.16.0 (transformers 5.23.0, torch 2.13.0, CPU): `GRPOTrainer(model=..., args=GRPOConfig(
loss_type="grpo", beta=0.0, epsilon=0.2, num_generations=4, temperature=0.9, ...))` around the language model below
(then `trainer.beta = 0.1`, with `use_bias_correction_kl` or without), and `trainer._compute_loss(trainer.model, ...)`
with the tensors below and `current_gradient_accumulation_steps = 1`; the log-probabilities are those of
`_get_per_token_logps_and_entropies`, the gradient is the norm over all weights after `loss.backward()`, and the KL is
`_metrics["train"]["kl"]`, a mean over tokens.
"""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.model.tiny import text_config, tokenizer
from tests.train.grpo.making import flamingo
from tests.train.rewards.making import example
from train.grpo.objective import advantages, grpo_loss, kl_per_token
from train.grpo.policy import Policy
from train.grpo.prompts import Prompt

TEMPERATURE, PROMPT = 0.9, (7, 21, 33, 12, 9)
COMPLETIONS = ((11, 4, 30, 2), (18, 2), (40, 41, 8, 15, 22), (5, 5, 2))
REWARDS, OLD_SHIFT, REFERENCE_SHIFT = (1.0, 0.0, 0.25, 1.0), (0.06, -0.2, 0.1, -0.09), (-0.1, 0.05, 0.02, 0.2)
TRL_LOGS = (
    (-3.561024, -4.677454, -5.157115, -2.977695),
    (-4.412562, -5.07975),
    (-4.726473, -4.197356, -4.402887, -3.573952, -6.000194),
    (-4.860343, -3.534255, -3.228419),
)
TRL = {  # beta, corrected: loss, gradient
    (0.0, False): (0.06512053310871124, 10.913190493751692),
    (0.1, False): (0.06889405846595764, 10.92063228625088),
    (0.1, True): (0.06950117647647858, 10.906797909837113),
}
TRL_KL = 0.034842949360609055
TRL_ENTROPY = 3.5792698860168457


def language_model() -> Any:
    """A Llama whose weights follow from a formula, so that no generator has to agree with TRL's run."""
    import transformers

    model = transformers.LlamaForCausalLM(text_config("llama", tokenizer(), vocab_size=60))
    with torch.no_grad():
        for k, (_, weights) in enumerate(sorted(model.named_parameters())):
            if weights.ndim > 1:
                i = torch.arange(weights.numel(), dtype=torch.float64)
                drawn = (torch.sin(i * 12.9898 + k) * 43758.5453 % 1.0 - 0.5).mul(0.4)
                weights.copy_(drawn.view_as(weights).float())
    return model


@pytest.fixture
def learner(base: Path) -> Policy:
    """A Music Flamingo that speaks with that language model."""
    model, processor = flamingo(base)
    words = language_model()
    model.model.language_model, model.lm_head = words.model, words.lm_head
    model.requires_grad_(False)
    for part in (model.model.language_model, model.lm_head):
        part.requires_grad_(True)
    return Policy(model, processor)


def shifted(logs: torch.Tensor, shifts: tuple[float, ...]) -> torch.Tensor:
    return logs + torch.tensor(shifts)[:, None] * torch.arange(1, logs.shape[1] + 1)


def test_log_probabilities_and_entropy_are_trl_s(learner: Policy) -> None:
    with torch.no_grad():
        logs, entropy = learner.log_probs(Prompt(example(), PROMPT, None), COMPLETIONS, TEMPERATURE)
    for row, expected in zip(logs, TRL_LOGS, strict=True):
        assert row[: len(expected)].tolist() == pytest.approx(expected, abs=1e-5)
    tokens = torch.cat([row[: len(ids)] for row, ids in zip(entropy, COMPLETIONS, strict=True)])
    assert tokens.mean().item() == pytest.approx(TRL_ENTROPY, abs=1e-5)


@pytest.mark.parametrize(("beta", "corrected"), list(TRL))
def test_loss_and_gradient_are_trl_s(learner: Policy, beta: float, corrected: bool) -> None:
    logs, _ = learner.log_probs(Prompt(example(), PROMPT, None), COMPLETIONS, TEMPERATURE)
    old, reference = shifted(logs.detach(), OLD_SHIFT), shifted(logs.detach(), REFERENCE_SHIFT)
    mask = torch.tensor([[float(t < len(ids)) for t in range(logs.shape[1])] for ids in COMPLETIONS])
    pull = advantages(torch.tensor(REWARDS))
    loss = grpo_loss(logs, old, reference if beta else None, pull, mask, 0.2, beta, is_corrected=corrected)
    loss.value.backward()
    length = torch.sqrt(sum((w.grad.double() ** 2).sum() for w in learner.parameters if w.grad is not None))
    assert loss.value.item() == pytest.approx(TRL[beta, corrected][0], rel=1e-5)
    assert length.item() == pytest.approx(TRL[beta, corrected][1], rel=1e-5)
    apart = (kl_per_token(logs, reference) * mask).sum() / mask.sum()
    assert apart.item() == pytest.approx(TRL_KL, rel=1e-4)
