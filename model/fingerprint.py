"""Which weights a folder holds, told by a hash, so that an adapter is put on its own base alone."""

import hashlib
import json
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound

ORIGIN = "origin.txt"  # in a folder that was put together here: what it was made of
_SILENT = ("_name_or_path", "transformers_version", "dtype", "torch_dtype")  # say nothing of the weights
_PIECE = 1 << 16


def fingerprint(folder: Path) -> str:
    """Which weights a folder holds: a hash of its configuration and of pieces of each file of weights.

    Not of all 17 GB, and not of names or versions, so that a copy elsewhere has the same. What was put together here
    may differ elsewhere in a last bit, so its origin stands for its weights. Raises NotFound.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        digest = hashlib.sha256(json.dumps(_plain(config), sort_keys=True).encode())
        if (folder / ORIGIN).is_file():
            digest.update((folder / ORIGIN).read_bytes())
        else:
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
