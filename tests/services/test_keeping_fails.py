"""Keeping a track fails at every place where it can: nothing of it may stay."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from db import analyses, search_index, tracks
from musicflamingo_app.errors import StorageError
from musicflamingo_app.services.library import Library


def fails(code: int) -> Callable[..., None]:
    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return failing


def fail_at_nth(real: Callable[..., object], n: int) -> Callable[..., object]:
    calls = iter(range(1, 1000))

    def failing(*arguments: object, **options: object) -> object:
        if next(calls) == n:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments, **options)

    return failing


def refuse_commit(library: Library, patch: pytest.MonkeyPatch) -> None:
    def refusing(_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    event.listen(library.database._engine, "commit", refusing)
    patch.setattr(library, "_undo", lambda: event.remove(library.database._engine, "commit", refusing), raising=False)


def locked(library: Library, patch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(library.database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    patch.setattr(library, "_undo", other.close, raising=False)


def broken(target: object, name: str) -> Callable[[Library, pytest.MonkeyPatch], None]:
    def patching(_: Library, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(target, name, fails(errno.ENOSPC))

    return patching


def broken_at(target: object, name: str, n: int) -> Callable[[Library, pytest.MonkeyPatch], None]:
    def patching(_: Library, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(target, name, fail_at_nth(getattr(target, name), n))

    return patching


FAILURES: dict[str, Callable[[Library, pytest.MonkeyPatch], None]] = {
    "making the folder": broken(Path, "mkdir"),
    "copying the original": broken_at(shutil, "copyfile", 1),
    "copying the playback copy": broken_at(shutil, "copyfile", 2),
    "flushing the first file": broken_at(os, "fsync", 1),
    "flushing the second file": broken_at(os, "fsync", 2),
    "flushing the peaks": broken_at(os, "fsync", 3),
    "flushing the folder after the move": broken_at(os, "fsync", 4),
    "writing the peaks": broken(Path, "write_bytes"),
    "moving the files in": broken(os, "replace"),
    "adding the track": broken(tracks, "add"),
    "storing the analysis": broken(analyses, "put"),
    "the search index": broken(search_index, "put"),
    "a locked database": locked,
    "the commit": refuse_commit,
}


@pytest.mark.parametrize("point", FAILURES)
def test_keeping_is_all_or_nothing_wherever_it_fails(library, new, point, stored, n_rows):
    given = new()
    with pytest.MonkeyPatch.context() as patch:
        FAILURES[point](library, patch)
        with pytest.raises((StorageError, OSError)) as caught:
            library.keep(given)
        getattr(library, "_undo", lambda: None)()
    if isinstance(caught.value, StorageError):
        assert caught.value.what and caught.value.advice
    else:
        assert point in ("adding the track", "storing the analysis", "the search index")  # patched above the database
    assert n_rows() == {"track": 0, "analysis": 0, "track_search": 0}
    assert stored() == []
    assert given.original_path.exists() and given.playback_path.exists()
    assert library.keep(given).title == "song"  # and the next try succeeds
