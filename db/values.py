"""What leaves the database: frozen values. Rows (db/tables.py) stay inside.

Conventions: datetimes are aware UTC; None means not known; confidences are in [0, 1]; ids are never given out twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from musicflamingo_app.music.key import Key

JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
SortColumn = Literal["title", "artist", "duration", "bpm", "key", "camelot", "metre", "added_at"]

JOB_STATES: tuple[JobState, ...] = get_args(JobState)
ACTIVE_STATES: tuple[JobState, ...] = ("queued", "running")
SORT_COLUMNS: tuple[SortColumn, ...] = get_args(SortColumn)
MAX_PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class NewTrackFacts:
    """What is known of a recording before it has an id: its tags and the facts of its file."""

    audio_sha256: str
    title: str
    artist: str | None
    album: str | None
    year: int | None
    genre: str | None
    duration_s: float
    rate_hz: int
    channels: int
    codec: str
    original_name: str  # as the person's file was called: text to show, never a path
    original_suffix: str  # ".mp3"
    playback_suffix: str  # ".m4a"


@dataclass(frozen=True, slots=True)
class Track:
    """One recording in the library. The fields from `tempo_bpm` on are searchable copies of its analysis."""

    id: int
    audio_sha256: str
    title: str
    artist: str | None
    album: str | None
    year: int | None
    genre: str | None
    duration_s: float
    rate_hz: int
    channels: int
    codec: str
    original_name: str
    original_suffix: str
    playback_suffix: str
    added_at: datetime
    deleted_at: datetime | None  # set while a delete can still be undone
    tempo_bpm: float | None
    tempo_confidence: float | None
    key: str | None  # "C major"
    key_confidence: float | None
    camelot: str | None  # "8B"
    metre: str | None  # "4/4"
    beats_confidence: float | None
    chord_text: str | None  # the chords that sound longest, as musicians write them, in order of appearance
    chords_confidence: float | None
    analysed_at: datetime | None
    engine_signature: str | None  # one line `aspect=Provenance.signature` for each aspect measured


@dataclass(frozen=True, slots=True)
class AnalysisRecord:
    """The stored analysis of a track: its JSON document (music.analysis_json) and curves (Curves.to_bytes)."""

    track_id: int
    document: str
    curves: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One running, waiting or finished piece of work. `what` and `advice` are the two sentences of a failure."""

    id: int
    kind: str  # "analyse"
    name: str  # what the person calls it: the file's name or the track's title
    state: JobState
    track_id: int | None
    source_path: str | None
    options: Mapping[str, Any]
    stage: str  # the stage that runs, in words; "" before the first
    fraction: float  # 0-1 of the whole job
    what: str
    advice: str
    cancel_requested: bool
    worker_pid: int | None
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE_STATES


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's annotation that supersedes an engine's for one aspect; an older one of that aspect is superseded."""

    id: int
    track_id: int
    aspect: str
    payload: Mapping[str, Any]
    author: str
    created_at: datetime
    superseded: bool


@dataclass(frozen=True, slots=True)
class TrackQuery:
    """What to look for in the library; a field left alone asks for nothing.

    `text`: every word must begin a word of title, artist, album, genre or file name. `key`: that key under any
    spelling; with `key_compatible` also its neighbours on the Camelot wheel. `bpm_half_double`: 70 also finds 140.
    `progression`: `I-V-vi-IV` in any key, or `C-G-Am-F` as written. Unknown values sort last in both directions.
    """

    text: str = ""
    key: Key | None = None
    key_compatible: bool = False
    bpm_min: float | None = None
    bpm_max: float | None = None
    bpm_half_double: bool = False
    progression: str = ""
    metre: str | None = None
    sort: SortColumn = "added_at"
    descending: bool = True
    limit: int = 100
    offset: int = 0
    include_deleted: bool = False


@dataclass(frozen=True, slots=True)
class TrackPage:
    """One page of a search, and how many tracks it finds in all."""

    rows: tuple[Track, ...]
    total: int


def camelot_neighbours(camelot: str) -> tuple[str, ...]:
    """The places on the Camelot wheel that mix with one: itself, its relative, and one hour to either side."""
    hour, letter = int(camelot[:-1]), camelot[-1]
    other = "A" if letter == "B" else "B"
    return camelot, f"{hour}{other}", f"{(hour - 2) % 12 + 1}{letter}", f"{hour % 12 + 1}{letter}"
