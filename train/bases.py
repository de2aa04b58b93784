"""The model that a run starts from: found by its id or folder, and told apart by a fingerprint."""

import hashlib
import json
from pathlib import Path
from typing import Any

from model.errors import ModelError
from model.fetch import fetched
from model.registry import MODELS, model
from musicflamingo_app.errors import NotFound

_SILENT = ("_name_or_path", "transformers_version", "dtype", "torch_dtype")  # say nothing of the weights
_PIECE = 1 << 16
UNKNOWN_LICENCE = "that of the base model, which is not known here"


def base_of(named: str, models: Path) -> tuple[Path, str]:
    """Folder and id of a base that hears, by its id in the registry or its folder. Raises NotFound, ModelError."""
    folder = Path(named).expanduser()
    if (folder / "config.json").is_file():
        _check_hears(folder)
        return folder.absolute(), ""
    known = {one.id for one in MODELS if one.kind == "transformers"}
    if named not in known:
        what = f"There is no model {named!r} that could be trained."
        raise NotFound(what, f"Name one of {', '.join(sorted(known))}, or the folder of a Music Flamingo.")
    here = fetched(model(named), models)
    if here is None:
        what = f"The weights of {model(named).name} are not here."
        raise ModelError(what, f"Fetch them in Settings, or with “musicflamingo models fetch {named}”.")
    return here.folder, named


def licence_of(model_id: str) -> str:
    """The licence that an adapter of this base stands under."""
    for one in MODELS:
        if one.id == model_id and one.licence is not None:
            return one.licence.name
    return UNKNOWN_LICENCE


def repo_of(model_id: str) -> str:
    """Where a base can be fetched, for an adapter's card; its name where that is not known."""
    return next((one.repo for one in MODELS if one.id == model_id and one.repo), model_id or "unknown")


def fingerprint(folder: Path) -> str:
    """Which weights a folder holds: a hash of its configuration and of pieces of each file of weights.

    Not of all 17 GB, and not of names or versions, so that a copy elsewhere has the same. Raises NotFound.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        digest = hashlib.sha256(json.dumps(_plain(config), sort_keys=True).encode())
        for path in sorted(folder.glob("*.safetensors")):
            digest.update(_pieces(path))
    except (OSError, ValueError) as error:
        raise NotFound(f"The folder {folder.name} holds no model ({error}).", "Fetch the model again.") from error
    return digest.hexdigest()


def _plain(config: Any) -> Any:
    if isinstance(config, dict):
        return {name: _plain(value) for name, value in config.items() if name not in _SILENT}
    return config


def _pieces(path: Path) -> bytes:
    """The beginning of the weights, their middle and their end; the header before them may name a version."""
    digest, size = hashlib.sha256(), path.stat().st_size
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
        for at in (8 + header, (8 + header + size) // 2, max(8 + header, size - _PIECE)):
            file.seek(at)
            digest.update(file.read(_PIECE))
    digest.update(str(size - header).encode())
    return digest.digest()


def _check_hears(folder: Path) -> None:
    try:
        kind = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The folder {folder.name} has a damaged config.json.", "Choose another model.") from error
    if kind != "musicflamingo":
        what = f"The model {folder.name} is a {kind}, and training needs a Music Flamingo (musicflamingo)."
        raise ModelError(what, "Choose another model.")
