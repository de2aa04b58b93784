"""Libraries with made songs whose analysis is known, for the tests of datasets."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from db import migrate
from db.session import Database, database_url
from db.values import Track
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.services.library import Library, NewTrack
from musicflamingo_app.services.store import Store
from tests.facts.making import charted
from train.examples import Recording
from train.gather import Gathered, Source
from train.tasks.caption_score import analysis_of, card_document

LOOPS = ("C | G | A:min | F", "A:min | F | C | G", "D:min | G | C | A:min", "E:min | C | G | D", "F | G | A:min | C")
RATE_HZ = 16_000


def card(n: int, *, title: str = "", artist: str = "", album: str = "") -> SongCard:
    """A pop song with its own chords, tempo and length; the key of each fits its chords."""
    loop, other = LOOPS[n % len(LOOPS)], LOOPS[(n + 1) % len(LOOPS)]
    key = "G major" if n % len(LOOPS) == 3 else "C major"
    parts = [("intro", loop), ("verse", f"{loop} | {loop}"), ("chorus", other), ("verse", f"{loop} | {loop}"),
             ("chorus", other), ("outro", "C" if key == "C major" else "G")]  # fmt: skip
    made = charted(parts, keys=((1, key),), bpm=84.0 + 7 * n, metre="3/4" if n % 4 == 1 else "4/4", title=title)
    return replace(made, title=title or f"Song {n}", artist=artist or None, album=album or None)


def source(n: int, folder: Path, *, artist: str = "", album: str = "") -> Source:
    """The same as a source with a sound of its own."""
    made = card(n, title=f"Song {n}", artist=artist or f"Artist {n}", album=album)
    path = wav(folder / f"song-{n}.wav", made.duration_s, n)
    sha256 = hashlib.sha256(f"song {n}".encode()).hexdigest()
    return Source(Recording(sha256, str(path), f"Song {n}", artist or f"Artist {n}", album), made, n)


def gathered(n: int, folder: Path) -> Gathered:
    return Gathered(tuple(source(number, folder) for number in range(n)))


def wav(path: Path, duration_s: float, n: int = 0) -> Path:
    """A quiet tone with clicks."""
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    times_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    soundfile.write(path, (0.2 * np.sin(2 * np.pi * (220 + 10 * n) * times_s)).astype(np.float32), RATE_HZ)
    return path


def library(folder: Path) -> Library:
    url = database_url(folder / "library.sqlite")
    migrate.upgrade(url)
    return Library(Database(url, busy_timeout_s=0.5), Store(folder / "store"))


def keep(shelf: Library, n: int, folder: Path, *, artist: str | None = None, album: str | None = None) -> Track:
    """Keeps song number `n` in a library."""
    made = card(n, title=f"Song {n}", artist=artist or "")
    original = wav(folder / f"work-{n}" / "song.wav", made.duration_s, n)
    playback = original.with_name("playback.wav")
    playback.write_bytes(original.read_bytes())
    new = NewTrack(
        hashlib.sha256(f"song {n}".encode()).hexdigest(), original, "song.wav", playback, b"peaks", made.duration_s,
        RATE_HZ, 1, "pcm_s16le", analysis_of(card_document(made)), Curves.empty(), f"Song {n}", artist, album,
    )  # fmt: skip
    return shelf.keep(new)


def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)
