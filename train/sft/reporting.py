"""Where curves go beside metrics.jsonl: to TensorBoard and trackio, where they are installed."""

import importlib
import importlib.util
import logging
from pathlib import Path
from typing import Any

import transformers

log = logging.getLogger(__name__)
EVENTS = "tensorboard"  # a folder of a run
PROJECT = "music-flamingo-app"  # what trackio keeps all runs under, on this machine
_NEEDED = {"tensorboard": ("tensorboard", "torch.utils.tensorboard"), "trackio": ("trackio",)}


def reporters(folder: Path) -> list[Any]:
    """Callbacks for the Trainer; none where nothing is installed. What is used, or why not, is logged."""
    found = [name for name in _NEEDED if _is_usable(name)]
    if not found:
        log.info("Curves are in metrics.jsonl alone: neither tensorboard nor trackio is installed.")
    return [_tensorboard(folder) if name == "tensorboard" else _trackio() for name in found]


def _is_usable(name: str) -> bool:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:  # a folder of that name is no package
        return False
    try:
        for module in _NEEDED[name]:
            importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - a damaged installation may raise anything, and learning needs none
        log.warning("Curves do not go to %s: it is installed but cannot be used (%s).", name, error)
        return False
    return True


def _tensorboard(folder: Path) -> Any:
    made = transformers.integrations.TensorBoardCallback()
    made.logging_dir = str(folder / EVENTS)
    log.info("Curves also go to TensorBoard: tensorboard --logdir %s", folder.parent)
    return made


def _trackio() -> Any:
    log.info("Curves also go to trackio: trackio show --project %s", PROJECT)
    return transformers.integrations.TrackioCallback()
