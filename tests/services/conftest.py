"""An empty library in a temporary folder, and recordings to keep in it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from db import migrate
from db.session import Database, database_url
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.services.library import Library, NewTrack
from musicflamingo_app.services.store import Store


def made_by(engine: str) -> Provenance:
    return Provenance(engine, "1.0", "a" * 64, datetime(2026, 1, 1, tzinfo=UTC))


def make_song(chords: str = "C:maj G:maj A:min F:maj", key: str = "C major", engine: str = "ears") -> Analysis:
    rows = [(2.0 * i, 2.0 * i + 2.0, Chord.parse(name)) for i, name in enumerate(chords.split())]
    return Analysis(
        2.0 * len(rows),
        chords=Measured(Timeline.of(rows), 0.8, made_by(engine)),
        key=Measured(Key.parse(key), 0.7, made_by("keys")),
    )


def make_curves() -> Curves:
    return replace(Curves.empty(), chroma=np.linspace(0, 1, 24, dtype=np.float32).reshape(12, 2), chroma_hz=2.0)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    url = database_url(tmp_path / "library.sqlite")
    migrate.upgrade(url)
    database = Database(url, busy_timeout_s=0.2)
    yield Library(database, Store(tmp_path / "store"))
    database.close()


@pytest.fixture
def new(tmp_path: Path) -> Callable[..., NewTrack]:
    """A recording with its files, newly written."""

    def making(name: str = "song.mp3", **more: object) -> NewTrack:
        folder = tmp_path / "work" / hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        original, playback = folder / "upload", folder / "made.m4a"
        original.write_bytes(f"original {name}".encode())
        playback.write_bytes(f"playback {name}".encode())
        known = {
            "audio_sha256": hashlib.sha256(name.encode()).hexdigest(),
            "original_path": original,
            "original_name": name,
            "playback_path": playback,
            "peaks": b"peaks",
            "duration_s": 8.0,
            "rate_hz": 48_000,
            "channels": 2,
            "codec": "mp3",
            "analysis": make_song(),
            "curves": make_curves(),
        }
        return NewTrack(**{**known, **more})

    return making


@pytest.fixture
def song() -> Callable[..., Analysis]:
    """Makes an analysis with `chords`, `key` and the name of the `engine` that heard the chords."""
    return make_song


@pytest.fixture
def signature() -> Callable[[str], str]:
    """The signature of an engine's measurements, by its name."""
    return lambda engine: made_by(engine).signature


@pytest.fixture
def stored(library: Library) -> Callable[[], list[str]]:
    """Gives every file in the store."""
    folder = library.store.folder
    return lambda: sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def n_rows(library: Library) -> Callable[[], dict[str, int]]:
    """Counts the rows of a track's tables."""

    def counting() -> dict[str, int]:
        with library.database.read() as session:
            return {
                table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in ("track", "analysis", "track_search")
            }

    return counting
