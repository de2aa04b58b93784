"""Log-probabilities and gradients are those of plain forwards; the reference is what it says."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.train.grpo.conftest import Begin
from tests.train.grpo.making import PEFT_ASKS, adapted, direct, flamingo, hear, policy, prompt
from train.grpo.drawing import draw
from train.grpo.policy import REFERENCE, Policy, encode
from train.grpo.prompts import Prompt
from train.grpo.session import policy_of
from train.grpo.settings import settings_of
from train.runs.folder import read_plan
from train.tones import tones
from train.tuning import open_base

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)
EXAMPLE = tones(4, 7)[0]
COMPLETIONS = ((70, 71, 72, 2), (90, 2), (40, 41, 42, 43, 44, 45, 46))


def asked(learner: Policy, seconds: float | None = 3.3, *, deaf: bool = False) -> Prompt:
    return prompt(learner, EXAMPLE, seconds=seconds, deaf=deaf)


@pytest.mark.parametrize("kind", ["adapter", "full"])
@pytest.mark.parametrize("seconds", [0.9, 2.0, 5.1])
def test_log_probabilities_are_those_of_a_plain_forward(base: Path, kind: str, seconds: float) -> None:
    learner = policy(base, kind=kind)
    put = asked(learner, seconds)
    with torch.no_grad():
        mine, _ = learner.log_probs(put, COMPLETIONS, 0.7)
        for found, expected, ids in zip(mine, direct(learner, put, COMPLETIONS, 0.7), COMPLETIONS, strict=True):
            torch.testing.assert_close(found[: len(ids)], expected, atol=1e-5, rtol=1e-6)  # some are near -30


def test_what_learns_is_precise_over_a_base_in_bf16(begin: Begin) -> None:
    """A step of a ten-thousandth of a weight is below what bf16 can tell, and must not be lost."""
    plan = read_plan(begin())
    recipes = [replace(plan.recipe, precision=precision) for precision in ("fp32", "bf16")]
    fine, learner = [
        policy_of(plan, settings_of(recipe.grpo), open_base(plan.base, recipe)) for recipe in recipes
    ]  # fmt: skip
    assert learner.base.lm_head.weight.dtype == torch.bfloat16
    assert {p.dtype for p in learner.parameters} == {torch.float32}
    put, chance = asked(learner), torch.Generator().manual_seed(0)
    assert len(draw(learner, [put], 2, temperature=1.0, max_new_tokens=4, generator=chance)[0]) == 2
    logs, _ = learner.log_probs(put, COMPLETIONS)
    expected, _ = fine.log_probs(put, COMPLETIONS)
    for found, wanted, ids in zip(logs.detach(), expected.detach(), COMPLETIONS, strict=True):
        assert float((found - wanted)[: len(ids)].abs().max()) < 0.3  # of values near -6, by bf16 alone
    logs.sum().backward()
    weights = max(learner.parameters, key=lambda p: float(p.detach().abs().max()))
    assert weights.grad is not None
    before, weights.grad = weights.detach().clone(), weights.detach().abs() * 1e-4
    torch.optim.SGD([weights], lr=1.0).step()
    assert bool((weights.detach() != before)[before.abs() > 1e-3].all())


def test_a_prompt_without_sound_is_read_as_well(base: Path) -> None:
    learner = policy(base)
    put = asked(learner, deaf=True)
    with torch.no_grad():
        mine, _ = learner.log_probs(put, COMPLETIONS)
        for found, expected, ids in zip(mine, direct(learner, put, COMPLETIONS), COMPLETIONS, strict=True):
            torch.testing.assert_close(found[: len(ids)], expected, atol=1e-5, rtol=1e-6)  # some are near -30


@pytest.mark.parametrize("kind", ["adapter", "full"])
def test_gradients_through_the_shared_reading_are_those_of_plain_forwards(base: Path, kind: str) -> None:
    learner = policy(base, kind=kind)
    put = asked(learner)
    weights = torch.linspace(-1, 2, 7)
    mine, _ = learner.log_probs(put, COMPLETIONS)
    sum((row[: len(ids)] * weights[: len(ids)]).sum() for row, ids in zip(mine, COMPLETIONS, strict=True)).backward()
    shared = {name: p.grad.clone() for name, p in learner.model.named_parameters() if p.grad is not None}
    learner.model.zero_grad()
    sum((row * weights[: len(row)]).sum() for row in direct(learner, put, COMPLETIONS)).backward()
    plain = {name: p.grad for name, p in learner.model.named_parameters() if p.grad is not None}
    assert set(shared) == set(plain) and any("projector" in name for name in shared)
    assert any("audio_tower" in name for name in shared) == (kind == "full")
    for name, gradient in plain.items():
        assert (shared[name] - gradient).abs().max() <= 1e-4 * max(1.0, float(gradient.abs().max())), name


def test_entropy_by_its_definition(base: Path) -> None:
    learner = policy(base)
    put = asked(learner)
    with torch.no_grad():
        _, entropy = learner.log_probs(put, ((5, 2),))
        ids = torch.tensor([[*put.ids, 5]])
        sound = torch.from_numpy(put.heard.frames), torch.from_numpy(put.heard.mask)
        logits = learner.model(input_ids=ids, input_features=sound[0], input_features_mask=sound[1]).logits[0, -2:]
    torch.testing.assert_close(entropy[0], torch.distributions.Categorical(logits=logits).entropy())


@pytest.mark.parametrize("seconds", [0.5, 2.0, 4.7])
def test_what_is_heard_is_what_the_model_itself_hears(base: Path, seconds: float) -> None:
    model, processor = flamingo(base)
    heard = hear(Policy(model, processor), EXAMPLE, seconds)
    ids = torch.full((1, heard.n_vectors), processor.audio_token_id)
    with torch.no_grad():
        mine = model.model.multi_modal_projector(encode(model.model, heard))
        frames, mask = torch.from_numpy(heard.frames), torch.from_numpy(heard.mask)
        own = model.get_audio_features(frames, mask, ids).pooler_output
    torch.testing.assert_close(mine, own, rtol=1e-5, atol=1e-5)


def test_the_encoder_is_asked_once_for_a_batch(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learner, calls = policy(base), []
    tower = learner.base.model.audio_tower
    forward = tower.forward
    monkeypatch.setattr(tower, "forward", lambda *a, **k: calls.append(1) or forward(*a, **k))
    put = asked(learner)
    for _ in range(3):
        learner.log_probs(put, COMPLETIONS)
    with learner.as_reference() as model, torch.no_grad():
        learner.log_probs(put, COMPLETIONS, 1.0, model)
    assert len(calls) == 1
    learner.forget()
    learner.log_probs(put, COMPLETIONS)
    assert len(calls) == 2


def test_the_reference_of_an_adapter_is_the_base(base: Path) -> None:
    learner, plain = policy(base), Policy(*flamingo(base))
    put = asked(learner)
    before = [p.requires_grad for p in learner.model.parameters()]
    with torch.no_grad():
        mine = learner.log_probs(put, COMPLETIONS)[0]
        with learner.as_reference() as model:
            reference = learner.log_probs(put, COMPLETIONS, 1.0, model)[0]
        torch.testing.assert_close(reference, plain.log_probs(asked(plain), COMPLETIONS)[0])
        assert (reference - mine).abs().max() > 1e-2
        torch.testing.assert_close(learner.log_probs(put, COMPLETIONS)[0], mine)
    assert [p.requires_grad for p in learner.model.parameters()] == before


def test_the_reference_of_a_run_that_goes_on_is_the_adapter_it_started_from(base: Path) -> None:
    learner = policy(base, kind="start")
    put = asked(learner)
    learning = {name for name, p in learner.model.named_parameters() if p.requires_grad}
    assert not any(REFERENCE in name for name in learning)
    with torch.no_grad(), learner.as_reference() as model:
        reference = learner.log_probs(put, COMPLETIONS, 1.0, model)[0]
    learner.model.set_adapter(REFERENCE)
    with torch.no_grad():
        torch.testing.assert_close(learner.log_probs(put, COMPLETIONS)[0], reference)
    learner.model.set_adapter("default")
    for name, weights in learner.model.named_parameters():
        weights.requires_grad_(name in learning)
    with learner.as_reference():
        pass
    assert {name for name, p in learner.model.named_parameters() if p.requires_grad} == learning
    with torch.no_grad():
        assert (learner.log_probs(put, COMPLETIONS)[0] - reference).abs().max() > 1e-3


def test_a_fully_tuned_model_has_only_a_frozen_copy_for_reference(base: Path) -> None:
    model, processor = flamingo(base)
    assert policy(base, kind="full").has_reference and not Policy(model, processor).has_reference
    with pytest.raises(ValueError, match="no reference"), Policy(model, processor).as_reference():
        pass
    assert Policy(adapted(model), processor).has_reference
