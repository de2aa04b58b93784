"""How fast the library searches: `python -m train.benchmarks.library [--tracks 10000] [--repeats 30]`.

Fills a database in a temporary folder with invented tracks, asks each kind of query for its first page of 100, and
prints the median and the 95th percentile of each in milliseconds beside what it finds. The bar is 100 ms.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db import migrate, search
from db.session import Database, database_url
from db.values import TrackQuery
from musicflamingo_app.music.key import Key
from train.benchmarks.filled_library import fill

BAR_MS = 100.0
QUERIES: Mapping[str, TrackQuery] = {
    "everything, newest first": TrackQuery(),
    "everything by title": TrackQuery(sort="title", descending=False),
    "everything by artist": TrackQuery(sort="artist", descending=False),
    "everything by BPM": TrackQuery(sort="bpm"),
    "everything by Camelot": TrackQuery(sort="camelot", descending=False),
    "the last page by title": TrackQuery(sort="title", descending=False, offset=9_900),
    "one word": TrackQuery(text="love"),
    "one letter": TrackQuery(text="s"),
    "two words": TrackQuery(text="golden riv"),
    "no such word": TrackQuery(text="xylophone"),
    "only signs": TrackQuery(text="!!!"),
    "a key": TrackQuery(key=Key.parse("F# minor")),
    "a key and its neighbours": TrackQuery(key=Key.parse("C major"), key_compatible=True, sort="camelot"),
    "a tempo": TrackQuery(bpm_min=118, bpm_max=126),
    "a tempo, half and double too": TrackQuery(bpm_min=68, bpm_max=72, bpm_half_double=True),
    "a metre": TrackQuery(metre="6/8"),
    "I-V-vi-IV in any key": TrackQuery(progression="I-V-vi-IV"),
    "I-V in any key": TrackQuery(progression="I-V"),
    "C-G-Am-F as written": TrackQuery(progression="C-G-Am-F"),
    "all of it": TrackQuery(
        text="n", key=Key.parse("C major"), key_compatible=True, bpm_min=80, bpm_max=150, progression="I-V-vi-IV"
    ),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one kind of query took, over all its repeats."""

    name: str
    n_found: int
    median_ms: float
    p95_ms: float


def measure(database: Database, *, n_repeats: int) -> tuple[Timing, ...]:
    """Times every kind of query, each after one that is not counted."""
    return tuple(_timing(database, name, query, n_repeats) for name, query in QUERIES.items())


def _timing(database: Database, name: str, query: TrackQuery, n_repeats: int) -> Timing:
    times_ms, n_found = [], 0
    for _ in range(n_repeats + 1):
        start_s = time.perf_counter()
        with database.read() as session:
            n_found = search.search(session, query).total
        times_ms.append((time.perf_counter() - start_s) * 1000)
    counted = sorted(times_ms[1:])
    return Timing(name, n_found, statistics.median(counted), counted[int(0.95 * (len(counted) - 1))])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="How fast the library searches.")
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=30)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = database_url(Path(folder) / "library.sqlite")
        migrate.upgrade(url)
        database = Database(url)
        fill(database, asked.tracks)
        timings = measure(database, n_repeats=asked.repeats)
        database.close()
    print(f"{'query':32} {'found':>6} {'median':>9} {'95 %':>9}   of {asked.tracks} tracks")
    for timing in timings:
        print(f"{timing.name:32} {timing.n_found:6d} {timing.median_ms:6.1f} ms {timing.p95_ms:6.1f} ms")
    slowest = max(timings, key=lambda timing: timing.p95_ms)
    verdict = "within" if slowest.p95_ms <= BAR_MS else "ABOVE"
    print(f"Slowest: {slowest.name}, {slowest.p95_ms:.1f} ms; {verdict} the bar of {BAR_MS:.0f} ms.")


if __name__ == "__main__":
    main()
