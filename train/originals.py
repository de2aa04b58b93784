"""Where the recording of an example lies: in the dataset's folder, where it was, or in a library that holds it.

Frozen examples name originals of the library from the dataset's folder (`../../store/ab/abc.../original.mp3`), so that
a data folder can be moved or copied whole. Where that leads nowhere the library's store is asked for the recording by
its SHA-256: first the one beside the datasets, then this machine's own.
"""

import os
from pathlib import Path, PurePath, PureWindowsPath

from musicflamingo_app.paths import Paths, default_home
from musicflamingo_app.services.store import Store
from train.examples import Example


def audio_path(folder: Path, example: Example) -> Path:
    """The file that plays an example of the dataset in `folder`; where none is found, the one that it names."""
    named = folder / example.audio
    if not lies_elsewhere(example.audio) or named.is_file():
        return named
    return original_of(folder, example.track) or named


def original_of(folder: Path, sha256: str) -> Path | None:
    """The original of a recording in the library beside a dataset's folder, or in this machine's."""
    for home in dict.fromkeys((folder.absolute().parent.parent, default_home())):
        try:
            place = Store(Paths(home).store).folder_of(sha256)
        except ValueError:  # an imported example may name its track otherwise
            return None
        for path in sorted(place.glob("original.*")):
            return path
    return None


def portable(folder: Path, audio: str) -> str:
    """How a dataset in `folder` names a sound: from there, when it lies in the same data folder; else by whole path."""
    path = Path(audio)
    if not path.is_absolute():
        return audio
    home = folder.absolute().parent.parent
    if not path.is_relative_to(home):
        return audio
    return PurePath(os.path.relpath(path, folder.absolute())).as_posix()


def lies_elsewhere(audio: str) -> bool:
    """Whether a sound lies outside the dataset's folder: an original, and no variant that was rendered for it."""
    return bool(audio) and (_is_whole(audio) or ".." in PurePath(audio).parts)


def _is_whole(audio: str) -> bool:
    return PurePath(audio).is_absolute() or PureWindowsPath(audio).is_absolute()
