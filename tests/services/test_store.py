import errno
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.errors import StorageError
from musicflamingo_app.services.store import STALE_DRAFT_S, SUFFIXES, Store, safe_suffix

SHA = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "upload" / "song.mp3"
    path.parent.mkdir()
    path.write_bytes(b"sound" * 1000)
    return path


def keep(store: Store, source: Path, sha: str = SHA) -> None:
    with store.draft(sha, {"original.mp3": source}, {"peaks.bin": b"peaks"}) as draft:
        store.place(draft)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_lie_under_their_hash(store, source):
    keep(store, source)
    assert files(store.folder) == {
        f"ab/{SHA}/original.mp3": source.read_bytes(),
        f"ab/{SHA}/peaks.bin": b"peaks",
    }
    assert store.original_path(SHA, ".mp3").read_bytes() == source.read_bytes()
    assert store.peaks_path(SHA).read_bytes() == b"peaks"
    assert store.hashes() == {SHA}
    assert store.used_bytes() == 5005


def test_what_is_not_placed_is_removed(store, source):
    with store.draft(SHA, {"original.mp3": source}, {}) as draft:
        assert (draft.folder / "original.mp3").exists()
        assert store.hashes() == frozenset()
    assert files(store.folder) == {}


def test_placing_replaces_what_a_crash_left(store, source):
    left = store.folder_of(SHA)
    left.mkdir(parents=True)
    (left / "half.m4a").write_bytes(b"x")
    keep(store, source)
    assert {path.name for path in left.iterdir()} == {"original.mp3", "peaks.bin"}


def test_removing_removes_only_that_recording(store, source):
    keep(store, source)
    keep(store, source, OTHER)
    store.remove(SHA)
    store.remove(SHA)
    assert store.hashes() == {OTHER}


def test_old_drafts_are_swept_and_fresh_ones_stay(store):
    for name, age_s in (("old", STALE_DRAFT_S + 60), ("fresh", 60)):
        folder = store.folder / ".drafts" / name
        folder.mkdir(parents=True)
        (folder / "original.mp3").write_bytes(b"x")
        os.utime(folder, (1e9 - age_s, 1e9 - age_s))
    assert store.sweep_drafts(now_s=1e9) == 1
    assert [path.name for path in (store.folder / ".drafts").iterdir()] == ["fresh"]


@pytest.mark.parametrize("sha", ["", "..", "../" * 22, "AB" * 32, "ab" * 31, "ab" * 32 + "\n", "ab/" + "c" * 61])
def test_only_a_hash_becomes_a_path(store, sha):
    with pytest.raises(ValueError, match="SHA-256"):
        store.folder_of(sha)


@pytest.mark.parametrize("suffix", ["", "mp3", "/../x", ".exe", ".mp3/../../x"])
def test_only_known_endings_become_names(store, suffix):
    with pytest.raises(ValueError, match="ending"):
        store.original_path(SHA, suffix)


@settings(deadline=None)
@given(st.text() | st.text(alphabet="./\\\0 mp3", max_size=12))
def test_any_name_gives_an_ending_that_the_store_writes(name):
    suffix = safe_suffix(name)
    assert suffix in SUFFIXES or suffix == ".bin"
    assert "/" not in suffix and "\0" not in suffix


def test_endings_are_read_in_any_case():
    assert [safe_suffix(name) for name in ("A.MP3", "b.tar.Flac", "c", ".mp3", "d.exe")] == [
        ".mp3", ".flac", ".bin", ".bin", ".bin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EDQUOT, "is full"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
        (errno.EIO, "cannot be used"),
    ],
)
def test_a_disk_that_refuses_says_so_and_keeps_nothing(store, source, monkeypatch, code, sentence):
    def refuse(path: str, *_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError, match=sentence) as caught:
        keep(store, source)
    assert caught.value.advice
    assert files(store.folder) == {}


def test_a_full_disk_while_copying_is_not_blamed_on_the_source(store, source, monkeypatch):
    def fill_up(read: Path, written: Path, **_: object) -> None:
        Path(written).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device", str(read), None, str(written))

    monkeypatch.setattr(shutil, "copyfile", fill_up)
    with pytest.raises(StorageError, match="is full"):
        keep(store, source)
    assert files(store.folder) == {}


def test_a_source_that_is_gone_says_so(store, source):
    source.unlink()
    with pytest.raises(StorageError, match=r"song\.mp3 cannot be read"):
        keep(store, source)
    assert files(store.folder) == {}


def test_too_little_space_is_refused_before_anything_is_written(store, source, monkeypatch):
    usage = shutil.disk_usage(source.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3 * 2**20))
    with pytest.raises(StorageError, match="only 3 MB left") as caught:
        keep(store, source)
    assert caught.value.advice == "Free at least 62 MB."
    assert files(store.folder) == {}
