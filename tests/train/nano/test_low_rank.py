"""LoRA computed in one pass is LoRA."""

from typing import Any

import pytest
import torch

from tests.train.grpo.making import PEFT_ASKS
from train.nano import low_rank
from train.nano.sft import RECIPE
from train.tuning import adapted, precise

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)


def gradients(model: Any, ids: Any) -> tuple[Any, dict[str, Any]]:
    logits = model(input_ids=ids).logits
    model.zero_grad()
    logits.square().mean().backward()
    grads = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None and "lora" in n}
    return logits.detach(), grads


def test_outputs_and_gradients_are_those_of_peft(loaded: Any) -> None:
    torch.manual_seed(0)
    model = adapted(loaded, RECIPE)
    precise(model)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                weights.normal_(0, 0.1)
    ids = torch.arange(12)[None] % 7
    before, wanted = gradients(model, ids)
    assert low_rank.use(model) == 2 * 7
    after, found = gradients(model, ids)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)
    assert set(found) == set(wanted) and len(found) == 2 * 2 * 7
    for name, grad in wanted.items():
        torch.testing.assert_close(found[name], grad, rtol=1e-3, atol=1e-7)


def test_a_switched_off_adapter_is_off(loaded: Any) -> None:
    ids = torch.arange(12)[None] % 7
    with torch.no_grad():
        plain = loaded.model(input_ids=ids).logits
        model = adapted(loaded, RECIPE)
        for name, weights in model.named_parameters():
            if "lora_B" in name:
                weights.fill_(0.1)
        low_rank.use(model)
        changed = model(input_ids=ids).logits
        with model.disable_adapter():
            torch.testing.assert_close(model(input_ids=ids).logits, plain)
    assert not torch.allclose(changed, plain)
