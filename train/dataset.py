"""A frozen dataset: a folder with `dataset.json`, `train.jsonl` and `held_out.jsonl`, told apart by its hash.

The hash is the SHA-256 of the two JSONL files, one after the other; a folder whose files do not match it is refused.
Paths in examples are read from the folder.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.examples import Example, read_examples, write_examples
from train.originals import audio_path

ABOUT, TRAIN, HELD_OUT = "dataset.json", "train.jsonl", "held_out.jsonl"
SIDES = ("train", "held_out")


@dataclass(frozen=True)
class Member:
    """A recording of a dataset and the side its examples stand on (`train` or `held_out`)."""

    sha256: str
    song: str
    artist: str
    album: str
    side: str
    duration_s: float = 0.0


@dataclass(frozen=True)
class About:
    """What `dataset.json` says. `hash` is empty until the dataset is frozen; `dropped` counts items by reason."""

    name: str
    seed: int
    licence: str
    made_at: str  # ISO 8601, UTC
    members: tuple[Member, ...] = ()
    n_train: int = 0
    n_held_out: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""


@dataclass(frozen=True)
class Dataset:
    """An opened dataset. Examples are read when first asked for."""

    folder: Path
    about: About

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def hash(self) -> str:
        return self.about.hash

    @cached_property
    def train(self) -> tuple[Example, ...]:
        return read_examples(self.folder / TRAIN)

    @cached_property
    def held_out(self) -> tuple[Example, ...]:
        return read_examples(self.folder / HELD_OUT)

    def audio_path(self, example: Example) -> Path:
        """The file that plays an example, wherever it is now (`train/originals.py`)."""
        return audio_path(self.folder, example)


def datasets_folder(home: Path) -> Path:
    """Where the datasets of a data folder lie."""
    return home / "datasets"


def open_dataset(folder: Path) -> Dataset:
    """Opens a frozen dataset. Raises NotFound where there is none, StudioError where its files were changed."""
    try:
        row = json.loads((folder / ABOUT).read_text("utf-8"))
        members = tuple(Member(**member) for member in row.pop("members"))
        about = About(**row, members=members)
    except FileNotFoundError as error:
        raise NotFound(f"There is no dataset in {folder}.", "Build one with `musicflamingo dataset build`.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StudioError(f"{folder / ABOUT} cannot be read: {error}.", "Build the dataset again.") from error
    found = hash_of(folder)
    if found != about.hash:
        raise StudioError(
            f"The dataset {about.name} was changed after it was frozen: hash {found[:12]}, not {about.hash[:12]}.",
            "Build it again under another name.",
        )
    return Dataset(folder, about)


def write_dataset(
    folder: Path, about: About, train: Sequence[Example], held_out: Sequence[Example], *, audio: Path | None = None
) -> Dataset:
    """Freezes a dataset into a new folder, whole or not at all.

    `audio` is a folder of rendered sounds that moves into it. Raises StudioError when the folder is there already,
    StorageError when the disk refuses.
    """
    if folder.exists():
        raise StudioError(f"There is a dataset {folder.name} already.", "Choose another name, or remove it first.")
    with _draft(folder) as draft:
        write_examples(draft / TRAIN, train)
        write_examples(draft / HELD_OUT, held_out)
        if audio is not None:
            shutil.move(audio, draft / "audio")
        frozen = replace(about, n_train=len(train), n_held_out=len(held_out), hash=hash_of(draft))
        text = json.dumps(asdict(frozen), ensure_ascii=False, indent=1, allow_nan=False)
        (draft / ABOUT).write_text(text + "\n", "utf-8")
        draft.rename(folder)
    return Dataset(folder, frozen)


def hash_of(folder: Path) -> str:
    """The SHA-256 of a dataset's examples. Raises StudioError when a file is missing."""
    digest = hashlib.sha256()
    for name in (TRAIN, HELD_OUT):
        try:
            digest.update((folder / name).read_bytes())
        except OSError as error:
            raise StudioError(
                f"{folder / name} cannot be read: {error.strerror}.", "Build the dataset again."
            ) from error
    return digest.hexdigest()


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A folder beside the one that will be, removed again when anything fails."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        os.chmod(draft, 0o755)  # noqa: PTH101 - mkdtemp makes it private, a dataset need not be
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        yield draft
    except OSError as error:
        raise _refused(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refused(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"The dataset {folder.name} cannot be written: {error.strerror or error}.", "Free some space.")
