"""Policies and prompts of the toy model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from train.collate import Writer
from train.examples import Example
from train.grpo.policy import REFERENCE, Policy
from train.grpo.prompts import Prompt
from train.spectrograms import Heard, Spectrograms
from train.tones import samples
from train.toy import write_toy

PEFT_ASKS = "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
QUICK: dict[str, Any] = {
    "stage": "grpo",
    "precision": "fp32",
    "lora_rank": 8,
    "lora_alpha": 16,
    "projector_learning_rate": 3e-3,
    "grpo": {
        "group_size": 4,
        "prompts_per_step": 4,
        "prompts_at_once": 4,
        "steps": 4,
        "learning_rate": 3e-3,
        "max_new_tokens": 6,
        "think": False,
        "layout": "plain",
        "control_every": 0,
        "save_every": 100,
    },
}
TARGETS = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


def flamingo(folder: Path) -> tuple[Any, Any]:
    """The toy and its processor."""
    import transformers

    return (
        transformers.MusicFlamingoForConditionalGeneration.from_pretrained(folder),
        transformers.AutoProcessor.from_pretrained(folder),
    )


def adapted(model: Any, *, seed: int = 0, start: bool = False) -> Any:
    """A LoRA on the language model and the projector, far from nothing; with `start` a frozen copy of it too."""
    import peft
    import torch

    lora = peft.LoraConfig(
        r=4, lora_alpha=8, target_modules=TARGETS, modules_to_save=["multi_modal_projector"], task_type="CAUSAL_LM"
    )
    worn = peft.get_peft_model(model, lora)
    if start:
        worn.add_adapter(REFERENCE, lora)
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, weights in worn.named_parameters():
            if "lora_" in name or ".modules_to_save." in name:
                weights.add_(torch.randn_like(weights) * 0.1)
    return worn


def policy(folder: Path, *, kind: str = "adapter", seed: int = 0) -> Policy:
    """`adapter` learns a LoRA, `start` one that has a frozen copy, `full` all weights beside a frozen copy."""
    model, processor = flamingo(folder)
    if kind == "full":
        frozen = flamingo(folder)[0].requires_grad_(False)
        for name, weights in model.named_parameters():
            if "embed_positions" not in name:
                weights.requires_grad_(True)
        return Policy(model, processor, frozen)
    return Policy(adapted(model, seed=seed, start=kind == "start"), processor)


def prompt(learner: Policy, example: Example, *, seconds: float | None = None, deaf: bool = False) -> Prompt:
    """The prompt of a tone, cut or repeated to a length."""
    if deaf:
        return Prompt(example, Writer(learner.processor).prompt(example.question, 0), None)
    heard = hear(learner, example, seconds)
    return Prompt(example, Writer(learner.processor).prompt(example.question, heard.n_vectors), heard)


def hear(learner: Policy, example: Example, seconds: float | None = None) -> Heard:
    wave = samples(example)
    if seconds is not None:
        wave = np.resize(wave, round(seconds * 16_000))
    return Spectrograms(learner.processor.feature_extractor).hear(wave)


def direct(learner: Policy, asked: Prompt, completions: Sequence[Sequence[int]], temperature: float = 1.0) -> list[Any]:
    """Log-probabilities of each completion's tokens by one plain forward of the whole model for each."""
    import torch

    rows = []
    for ids in completions:
        whole = torch.tensor([[*asked.ids, *ids]])
        sound = {}
        if asked.heard is not None:
            sound["input_features"] = torch.from_numpy(asked.heard.frames)
            sound["input_features_mask"] = torch.from_numpy(asked.heard.mask)
        logits = learner.model(input_ids=whole, attention_mask=torch.ones_like(whole), **sound).logits[0]
        logs = torch.log_softmax(logits[len(asked.ids) - 1 : -1].float() / temperature, -1)
        rows.append(logs.gather(-1, torch.tensor(ids)[:, None])[:, 0])
    return rows


def toy_folder(folder: Path) -> Path:
    return write_toy(folder / "toy")
