"""A migrated database in a temporary folder, and makers of facts and analyses with known contents."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db import analyses, migrate, tracks
from db.session import Database, database_url
from db.values import NewTrackFacts, Track
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline

NOW = datetime(2026, 5, 1, 12, 30, 15, 250_000, tzinfo=UTC)
MADE = Provenance("ears", "2.0", "f" * 64, NOW)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = database_url(tmp_path / "library.sqlite")
    migrate.upgrade(found)
    return found


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url, busy_timeout_s=5.0)
    yield opened
    opened.close()


def make_facts(title: str = "Autumn", **more: object) -> NewTrackFacts:
    known = {
        "audio_sha256": hashlib.sha256(f"{title} {more}".encode()).hexdigest(),
        "title": title,
        "artist": None,
        "album": None,
        "year": None,
        "genre": None,
        "duration_s": 16.0,
        "rate_hz": 44_100,
        "channels": 2,
        "codec": "mp3",
        "original_name": f"{title}.mp3",
        "original_suffix": ".mp3",
        "playback_suffix": ".m4a",
    }
    return NewTrackFacts(**{**known, **more})


def make_song(
    chords: str = "C:maj G:maj A:min F:maj",
    key: str = "C major",
    bpm: float = 120.0,
    metre: str = "4/4",
    made: Provenance = MADE,
) -> Analysis:
    """Each chord sounds for two seconds."""
    rows = [(2.0 * i, 2.0 * (i + 1), Chord.parse(name)) for i, name in enumerate(chords.split())]
    times = [60 / bpm * i for i in range(16)]
    grid = BeatGrid.of(times, times[::4], Metre.parse(metre))
    return Analysis(
        duration_s=2.0 * len(rows),
        beats=Measured(grid, 0.91, made),
        tempo=Measured(bpm, 0.92, made),
        chords=Measured(Timeline.of(rows), 0.83, made),
        key=Measured(Key.parse(key), 0.74, made),
    )


@pytest.fixture
def facts() -> Callable[..., NewTrackFacts]:
    return make_facts


@pytest.fixture
def song() -> Callable[..., Analysis]:
    return make_song


@pytest.fixture
def add(database: Database) -> Callable[..., Track]:
    """Adds a track with facts (`title`, `artist`...) and an analysis made of `chords`, `key`, `bpm`, `metre`."""

    def adding(title: str = "Autumn", *, at: datetime = NOW, analysed: bool = True, **more: object) -> Track:
        musical = {name: more.pop(name) for name in ("chords", "key", "bpm", "metre", "made") if name in more}
        with database.write() as session:
            track = tracks.add(session, make_facts(title, **more), now=at)
            if not analysed:
                return track
            return analyses.put(session, track.id, make_song(**musical), Curves.empty().to_bytes(), now=at)

    return adding
