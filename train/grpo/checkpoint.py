"""Checkpoints of a GRPO run: the weights that learn and the optimizer. All else follows from recipe and step."""

import shutil
from pathlib import Path
from typing import Any

from model.transformers_hf.load import package
from musicflamingo_app.errors import StudioError
from train.grpo.policy import Policy
from train.runs import folder as files

WEIGHTS, OPTIMIZER = "policy.safetensors", "optimizer.pt"


def save(folder: Path, step: int, policy: Policy, optimizer: Any, keep: int) -> None:
    """Writes `checkpoints/step-N`, whole or not at all, and removes all but the newest `keep`.

    Raises StorageError when the disk refuses.
    """
    place = folder / files.CHECKPOINTS
    shutil.rmtree(place / f"step-{step}", ignore_errors=True)
    with files.drafted(place, f"step-{step}") as draft:
        weights = {name: weight.detach().cpu().contiguous() for name, weight in _learning(policy)}
        package("safetensors.torch").save_file(weights, draft / WEIGHTS)
        package("torch").save(optimizer.state_dict(), draft / OPTIMIZER)
    for _, old in files.checkpoints(folder)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)


def restore(folder: Path, policy: Policy, optimizer: Any) -> int:
    """Takes up the newest checkpoint and gives its step; 0 where there is none.

    Raises StudioError for one that does not fit the model or cannot be read.
    """
    kept = files.checkpoints(folder)
    if not kept:
        return 0
    step, place = kept[-1]
    torch = package("torch")
    try:
        weights = package("safetensors.torch").load_file(place / WEIGHTS)
        state = torch.load(place / OPTIMIZER, weights_only=True, map_location=policy.device)
        learning = dict(_learning(policy))
        if set(weights) != set(learning):
            raise ValueError(f"{len(weights)} weights, {len(learning)} learn")
        with torch.no_grad():
            for name, weight in learning.items():
                weight.copy_(weights[name])
        optimizer.load_state_dict(state)
    except Exception as error:  # a damaged file raises whatever it likes
        what = f"The checkpoint {place.name} cannot be used: {str(error).splitlines()[0] if str(error) else error!r}."
        raise StudioError(what, f"Remove the folder {place} and resume from the one before.") from error
    return step


def save_adapter(folder: Path, policy: Policy) -> None:
    """Writes what was learned to `adapter/`, whole or not at all: a PEFT folder, or the model where all was tuned."""
    shutil.rmtree(folder / files.ADAPTER, ignore_errors=True)
    with files.drafted(folder, files.ADAPTER) as draft:
        if policy.is_adapted:
            policy.model.save_pretrained(draft, selected_adapters=[policy.model.active_adapter])
        else:
            policy.model.save_pretrained(draft)
            policy.processor.save_pretrained(draft)


def _learning(policy: Policy) -> list[tuple[str, Any]]:
    return [(name, weight) for name, weight in policy.model.named_parameters() if weight.requires_grad]
