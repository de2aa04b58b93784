"""An adapter as one zip file: written to give away, and taken in with suspicion.

Only PEFT's two files, the card and plain texts are taken in; weights as pickles would run code when loaded.
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from musicflamingo_app.errors import StorageError, StudioError

CONFIG, WEIGHTS, CARD = "adapter_config.json", "adapter_model.safetensors", "card.json"
_TAKEN = {CONFIG, WEIGHTS, CARD, "README.md", "LICENSE", "LICENSE.txt"}
MAX_TEXT_BYTES = 2_000_000
MAX_WEIGHT_BYTES = 8_000_000_000
_PIECE_BYTES = 1 << 20


def pack(folder: Path, target: Path) -> None:
    """Writes an adapter's folder as a zip. Raises StorageError."""
    try:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # weights do not get smaller
            for path in sorted(folder.iterdir()):
                if path.name in _TAKEN:
                    archive.write(path, path.name)
    except OSError as error:
        what = f"The adapter cannot be packed: {error.strerror or error}."
        raise StorageError(what, "Free some space, then try again.") from error


@contextmanager
def unpacked(file: Path, parent: Path) -> Iterator[Path]:
    """The files of a zip in a new folder under `parent`, removed at the end unless it was moved away.

    Raises StudioError for a file that holds no adapter, StorageError when the disk refuses.
    """
    draft: Path | None = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".taking-in-", dir=parent))
        draft.chmod(0o755)
        with zipfile.ZipFile(file) as archive:
            for name, member in _members(archive).items():
                _extract(archive, member, draft / name)
        yield draft
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError) as error:
        raise StudioError("The file is not a zip that can be read.", "Export the adapter again, as a zip.") from error
    except OSError as error:
        what = f"The adapter cannot be taken in: {error.strerror or error}."
        raise StorageError(what, "Free some space, then try again.") from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files to take, by name, from the top of the zip or from one folder in it. Raises StudioError."""
    found: dict[str, list[zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        name = PurePosixPath(member.filename).name
        if not member.is_dir() and name in _TAKEN:
            found.setdefault(name, []).append(member)
    for name in (CONFIG, WEIGHTS):
        if len(found.get(name, [])) != 1:
            many = "several files" if found.get(name) else "no file"
            raise StudioError(f"The zip holds {many} named {name}.", "Zip one folder that PEFT wrote, as it is.")
    top = PurePosixPath(found[CONFIG][0].filename).parent
    return {name: member for name, members in found.items() for member in members if _parent(member) == top}


def _parent(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename).parent


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Copies one file, never more than it may hold whatever the zip says of its size."""
    most = MAX_WEIGHT_BYTES if target.name == WEIGHTS else MAX_TEXT_BYTES
    n_bytes = 0
    with archive.open(member) as source, target.open("xb") as copy:
        while piece := source.read(_PIECE_BYTES):
            n_bytes += len(piece)
            if n_bytes > most:
                raise StudioError(f"{target.name} is larger than {most / 1e6:.0f} MB.", "Bring a smaller adapter.")
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
