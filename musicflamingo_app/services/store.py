"""The store: the files of every track, by the hash of its sound.

`ab/abcdef.../` holds `original.mp3`, `playback.m4a` and `peaks.bin`. A folder appears whole, by one rename, or not
at all. No name that a person or a file gave becomes a path.
"""

import errno
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import StorageError

SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".alac", ".caf", ".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp2", ".mp3", ".mp4"}
    | {".oga", ".ogg", ".opus", ".w64", ".wav", ".weba", ".webm", ".wma", ".wv"}
)
UNKNOWN_SUFFIX = ".bin"
PEAKS_NAME = "peaks.bin"
SPARE_BYTES = 64 * 2**20  # left free, so that the database can still grow and the system breathe
STALE_DRAFT_S = 24 * 3600.0  # a draft this old belongs to no process that still runs
_DRAFTS = ".drafts"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EROFS, errno.EACCES, errno.EPERM}


def safe_suffix(name: str) -> str:
    """The ending of a file's name when it is a known kind of sound, else `.bin`."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - the name may hold what Path refuses
    return suffix if suffix in SUFFIXES else UNKNOWN_SUFFIX


@dataclass(frozen=True, slots=True)
class Draft:
    """Files of a track that are written but not yet in their place."""

    audio_sha256: str
    folder: Path


class Store:
    """The folder of all tracks' files. Every refusal of the disk leaves as StorageError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folder_of(self, audio_sha256: str) -> Path:
        """Where the files of a recording lie. Raises ValueError for anything but a SHA-256 in hexadecimal."""
        if not _SHA256.fullmatch(audio_sha256):
            raise ValueError(f"{audio_sha256!r} is not a SHA-256 in lower-case hexadecimal.")
        return self.folder / audio_sha256[:2] / audio_sha256

    def original_path(self, audio_sha256: str, suffix: str) -> Path:
        return self.folder_of(audio_sha256) / f"original{_checked(suffix)}"

    def playback_path(self, audio_sha256: str, suffix: str) -> Path:
        return self.folder_of(audio_sha256) / f"playback{_checked(suffix)}"

    def peaks_path(self, audio_sha256: str) -> Path:
        return self.folder_of(audio_sha256) / PEAKS_NAME

    @contextmanager
    def draft(self, audio_sha256: str, copies: Mapping[str, Path], data: Mapping[str, bytes]) -> Iterator[Draft]:
        """Writes files (name -> source, name -> content) aside; what is not placed by the end is removed."""
        self.folder_of(audio_sha256)
        draft = Draft(audio_sha256, self.folder / _DRAFTS / uuid.uuid4().hex)
        try:
            with self._speaking():
                self._check_space(sum(path.stat().st_size for path in copies.values()) + sum(map(len, data.values())))
                draft.folder.mkdir(parents=True)
                for name, source in copies.items():
                    shutil.copyfile(source, draft.folder / name)
                    _flush(draft.folder / name)
                for name, content in data.items():
                    (draft.folder / name).write_bytes(content)
                    _flush(draft.folder / name)
            yield draft
        finally:
            shutil.rmtree(draft.folder, ignore_errors=True)

    def place(self, draft: Draft) -> None:
        """Moves a draft to where its track's files belong, over what a crash may have left there."""
        target = self.folder_of(draft.audio_sha256)
        with self._speaking():
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                shutil.rmtree(target)
            draft.folder.replace(target)
            _flush(target.parent)

    def remove(self, audio_sha256: str) -> None:
        """Removes the files of a recording; none are no error."""
        with self._speaking():
            folder = self.folder_of(audio_sha256)
            if folder.exists():
                shutil.rmtree(folder)

    def hashes(self) -> frozenset[str]:
        """The hash of every recording that has files here."""
        with self._speaking():
            return frozenset(
                path.name for path in self.folder.glob("[0-9a-f][0-9a-f]/*") if _SHA256.fullmatch(path.name)
            )

    def sweep_drafts(self, *, now_s: float) -> int:
        """Removes drafts that a killed process left; gives how many. `now_s` is the time in seconds since 1970."""
        with self._speaking():
            drafts = list((self.folder / _DRAFTS).glob("*"))
            stale = [path for path in drafts if now_s - path.stat().st_mtime > STALE_DRAFT_S]
            for path in stale:
                shutil.rmtree(path)
            return len(stale)

    def used_bytes(self) -> int:
        """What all files of the store hold."""
        with self._speaking():
            names = [os.path.join(folder, name) for folder, _, found in os.walk(self.folder) for name in found]  # noqa: PTH118
            return sum(os.stat(name).st_size for name in names if os.path.exists(name))  # noqa: PTH110, PTH116

    def _check_space(self, n_bytes: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(self.folder).free
        if free_bytes < n_bytes + SPARE_BYTES:
            what = f"The disk that holds the library has only {free_bytes // 2**20} MB left."
            raise StorageError(what, f"Free at least {(n_bytes + SPARE_BYTES - free_bytes) // 2**20 + 1} MB.")

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _refusal(error, self.folder) from error


def _refusal(error: OSError, folder: Path) -> StorageError:
    # First, because a copy that fills the disk names the file it reads, not the one it writes.
    if error.errno in _FULL:
        return StorageError("The disk that holds the library is full.", "Free some space, then try again.")
    if error.filename is not None and folder not in Path(os.fsdecode(error.filename)).parents:
        return StorageError(f"The file {error.filename} cannot be read: {error.strerror}.", "Add it again.")
    if error.errno in _DENIED:
        return StorageError(f"The library's folder {folder} cannot be written.", "Make it writable, then try again.")
    return StorageError(f"The library's folder {folder} cannot be used: {error.strerror or error}.", "Check the disk.")


def _checked(suffix: str) -> str:
    if suffix not in SUFFIXES and suffix != UNKNOWN_SUFFIX:
        raise ValueError(f"{suffix!r} is not an ending that the store writes.")
    return suffix


def _flush(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders, and keeps their names by itself
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
