"""Makes a folder of the cache once: whole or not at all, also when two programs try at the same time."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COMPLETE = "model.safetensors"  # the last file that a model is saved with
_ABANDONED_S = 3600.0


def is_made(folder: Path) -> bool:
    """Whether the folder is there and whole."""
    return (folder / COMPLETE).is_file()


def made_once(folder: Path, write: Callable[[Path], object], room_bytes: int) -> Path:
    """The folder; `write` fills a draft beside it when it is not there. Raises OSError for a full or locked disk."""
    if is_made(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder.parent).free < room_bytes:
        raise OSError(None, "the disk is full")
    name = folder.name.rpartition("-")[0] or folder.name
    for left in folder.parent.glob(f".{name}-*"):  # by a program that was killed
        if time.time() - left.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
    try:
        write(draft)
        if not is_made(folder):
            shutil.rmtree(folder, ignore_errors=True)  # what somebody left of it
        draft.rename(folder)
    except OSError:
        if not is_made(folder):  # another program may have been first
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder
