"""Adapters (LoRA) on a loaded model: put on, switched and taken off without loading the base again."""

import json
from pathlib import Path
from typing import Any

from model.errors import ModelError
from model.fingerprint import fingerprint
from model.transformers_hf.load import Loaded, first_line, package

_CONFIG, _WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_CARD = "card.json"


class Adapters:
    """Which adapters are loaded, and which one speaks; "" is the base alone. The caller holds the model's lock."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._wrapped: Any = None
        self.active = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._wrapped.peft_config)) if self._wrapped is not None else ()

    def load(self, name: str, folder: Path) -> None:
        """Loads an adapter from its folder under a name and lets it speak. Raises ModelError."""
        if not name or name in self.names:
            raise ModelError(f"An adapter named {name!r} is loaded already.", "Unload it first, or use it.")
        if not (folder / _CONFIG).is_file() or not (folder / _WEIGHTS).is_file():
            what = f"The folder {folder.name} holds no adapter ({_CONFIG} and {_WEIGHTS})."
            raise ModelError(what, "Choose the folder that training wrote.")
        _check_base(folder, Path(self._loaded.checkpoint.source))
        peft = package("peft")
        try:
            _check(folder / _WEIGHTS, self._loaded.model if self._wrapped is None else self._wrapped.base_model.model)
            self._attach(peft, name, folder)
        except (ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
            self._forget(name)
            what = f"The adapter {name} does not fit this model ({first_line(error)})."
            raise ModelError(what, "Choose an adapter that was trained on this model.") from error
        self.use(name)

    def use(self, name: str) -> None:
        """Lets one loaded adapter speak, or the base for "". Raises ModelError."""
        if name and name not in self.names:
            raise ModelError(f"No adapter named {name!r} is loaded.", "Load it first.")
        if self._wrapped is not None:
            tuner = self._wrapped.base_model
            if name:
                tuner.enable_adapter_layers()
                self._wrapped.set_adapter(name)
            else:
                tuner.disable_adapter_layers()
        self.active = name

    def unload(self, name: str) -> None:
        """Takes an adapter off; when it was speaking, the base speaks. Raises ModelError."""
        if name not in self.names:
            raise ModelError(f"No adapter named {name!r} is loaded.", "Nothing needs to be unloaded.")
        if self.active == name:
            self.use("")
        speaking = self.active
        self._forget(name)
        self.use(speaking)

    def _attach(self, peft: Any, name: str, folder: Path) -> None:
        if self._wrapped is None:
            self._wrapped = peft.PeftModel.from_pretrained(self._loaded.model, str(folder), adapter_name=name)
        else:
            self._wrapped.load_adapter(str(folder), adapter_name=name)
        self._wrapped.eval()

    def _forget(self, name: str) -> None:
        """Removes an adapter's layers; with the last one the model is as it was before."""
        if self._wrapped is None or name not in self._wrapped.peft_config:
            return
        if len(self._wrapped.peft_config) == 1:
            untrained = {
                place.removeprefix("base_model.model."): module.original_module
                for place, module in self._wrapped.named_modules()
                if hasattr(module, "original_module")
            }
            self._loaded.model = self._wrapped.unload()
            for place, module in untrained.items():  # unloading would leave the adapter's own copy there
                self._loaded.model.set_submodule(place, module)
            self._wrapped = None
        else:
            self._wrapped.set_adapter(next(other for other in self._wrapped.peft_config if other != name))
            self._wrapped.delete_adapter(name)


def _check_base(folder: Path, base: Path) -> None:
    """Refuses an adapter whose card names other weights; without a card its sizes decide. Raises ModelError."""
    try:
        card = json.loads((folder / _CARD).read_text("utf-8"))
        wanted = card.get("fingerprint")
    except (OSError, ValueError, AttributeError):
        return
    if wanted and base.is_dir() and wanted != fingerprint(base):
        what = f"The adapter {folder.name} was trained on other weights than those of the model that is loaded."
        raise ModelError(what, "Choose the model that it was trained on, or train it anew.")


def _check(weights: Path, model: Any) -> None:
    """Raises before anything is changed: ValueError for other sizes, AttributeError for parts the model lacks."""
    with package("safetensors").safe_open(str(weights), framework="pt") as file:
        for key in file.keys():  # noqa: SIM118 - no mapping
            place, _, side = key.removeprefix("base_model.model.").partition(".lora_")
            wanted = {"A.weight": "in_features", "B.weight": "out_features"}.get(side)
            if wanted is None:
                continue
            width = file.get_slice(key).get_shape()[1 if side == "A.weight" else 0]
            if getattr(model.get_submodule(place), wanted) != width:
                raise ValueError(f"{place} has another size")
