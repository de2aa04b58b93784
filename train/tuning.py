"""The model that learns: a base held in the recipe's precision, with an adapter (LoRA) on its language model alone.

Names of layers are the same in ears and language model, so the adapter's places are told by whole paths.
"""

import os
from pathlib import Path
from typing import Any

from model.errors import ModelError
from model.transformers_hf.adapters import _check as check_shapes
from model.transformers_hf.load import Checkpoint, Loaded, first_line, load, package
from musicflamingo_app.errors import StudioError
from train.recipes.recipe import Recipe
from train.runs.folder import read_json

PLACES = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
PROJECTOR = "multi_modal_projector"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def device_here() -> str:
    """Where this process computes: its own card among several, else the first, else Apple's, else the processor."""
    torch = package("torch")
    if torch.cuda.is_available():
        return f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision_of(recipe: Recipe, device: str) -> str:
    """The recipe's precision, or what fits the device for `auto`. Raises StudioError for one that cannot work here."""
    if recipe.precision == "auto":
        return "bf16" if device.startswith("cuda") else "fp32"
    if recipe.precision == "nf4" and not device.startswith("cuda"):
        what = "The recipe's precision nf4 (QLoRA) needs an NVIDIA card, and this machine has none that torch can use."
        raise StudioError(what, "Set precision to auto, or train on another machine.")
    if recipe.precision == "nf4":
        package("bitsandbytes")
    return recipe.precision


def open_base(base: Path, recipe: Recipe, *, device: str = "", shards: bool = False) -> Loaded:
    """The base that learns. With `shards` it is left on the processor for accelerate to distribute.

    Raises ModelError for one that does not hear, StudioError, OutOfMemory, MissingPackage.
    """
    place = device or device_here()
    precision = precision_of(recipe, place)
    loaded = load(Checkpoint(str(base), precision=precision, device="cpu" if shards else place))
    if loaded.processor is None:
        what = f"The model {base.name} reads words and hears no audio, so it cannot learn from recordings."
        raise ModelError(what, "Choose a Music Flamingo.")
    return loaded


def adapted(loaded: Loaded, recipe: Recipe, adapter: Path | None = None) -> Any:
    """The model with an adapter that learns: a new one, or one to go on from. Only its weights have gradients.

    Raises ModelError for an adapter of another base.
    """
    peft = package("peft")
    for weights in loaded.model.parameters():
        weights.requires_grad_(False)
    if adapter is None:
        return peft.get_peft_model(loaded.model, _config(peft, recipe))
    check_fits(loaded.model, adapter)
    _check_lines(adapter, recipe)
    model = peft.PeftModel.from_pretrained(loaded.model, str(adapter), is_trainable=True)
    if recipe.projector_learning_rate <= 0:
        for name, weights in model.named_parameters():
            if PROJECTOR in name:
                weights.requires_grad_(False)
    return model


def precise(model: Any) -> None:
    """What learns is held in fp32 whatever the base is in: bf16 would round small steps away."""
    for weights in model.parameters():
        if weights.requires_grad:
            weights.data = weights.data.float()


def _check_lines(adapter: Path, recipe: Recipe) -> None:
    """Whether a recipe agrees with the adapter it goes on from, whose shape stays. Raises StudioError."""
    known = read_json(adapter / CONFIG) or {}
    if known.get("r") != recipe.lora_rank:
        what = (
            f"The adapter {adapter.name} has rank {known.get('r')}, and the recipe's lora_rank is {recipe.lora_rank}."
        )
        raise StudioError(what, f"Set lora_rank to {known.get('r')}.")
    if recipe.projector_learning_rate > 0 and PROJECTOR not in (known.get("modules_to_save") or ()):
        what = f"The adapter {adapter.name} leaves the projector as it is, and the recipe would change it."
        raise StudioError(what, "Set projector_learning_rate to 0.")


def check_fits(model: Any, adapter: Path) -> None:
    """Whether an adapter's sizes are those of a model. Raises ModelError."""
    if not (adapter / WEIGHTS).is_file():
        raise ModelError(f"The folder {adapter.name} holds no adapter ({WEIGHTS}).", "Choose one that training wrote.")
    try:
        check_shapes(adapter / WEIGHTS, model)
    except (ValueError, AttributeError, KeyError) as error:
        what = f"The adapter {adapter.name} was trained on another base ({first_line(error)})."
        raise ModelError(what, "Choose an adapter of this base, or the base of this adapter.") from error


def _config(peft: Any, recipe: Recipe) -> Any:
    return peft.LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=PLACES,
        modules_to_save=[PROJECTOR] if recipe.projector_learning_rate > 0 else None,
        task_type="CAUSAL_LM",
    )
