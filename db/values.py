"""What leaves the database: frozen values. Rows (db/tables.py) stay inside.

Conventions: datetimes are aware UTC; None means not known; confidences are in [0, 1]; ids are never given out twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval

CaptionKind = Literal["summary", "key_facts", "full", "critic", "lyrics", "custom"]
FinishReason = Literal["stop", "length", "cancelled", "failed"]
ReviewState = Literal["approved", "edited", "rejected"]
JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
SortColumn = Literal["title", "artist", "duration", "bpm", "key", "camelot", "metre", "added_at"]
# measured: written from the analysis, no model spoke; tiny: a small model that hears nothing; nano: one that hears
Voice = Literal["person", "measured", "tiny", "nano", "model"]

CAPTION_KINDS: tuple[CaptionKind, ...] = get_args(CaptionKind)
FINISH_REASONS: tuple[FinishReason, ...] = get_args(FinishReason)
JOB_STATES: tuple[JobState, ...] = get_args(JobState)
ACTIVE_STATES: tuple[JobState, ...] = ("queued", "running")
SORT_COLUMNS: tuple[SortColumn, ...] = get_args(SortColumn)
MAX_PAGE_ROWS = 500
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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
class NewCaption:
    """A text about a track, or about one region of it, before it has an id.

    `prompt_text` is what was asked, kept because prompts change; `note` says what is wrong with the text, if anything.
    """

    track_id: int
    kind: CaptionKind
    text: str
    prompt_name: str
    prompt_version: str
    prompt_text: str
    used_facts: bool
    backend: str  # its name, as people know it
    voice: Voice
    finish_reason: FinishReason
    start_s: float | None = None  # both None: the whole track
    end_s: float | None = None
    thought: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Caption(NewCaption):
    """A kept text about a track; at most one of its kind and region is the preferred one."""

    id: int = 0
    edited_text: str | None = None
    preferred: bool = False
    created_at: datetime = _LONG_AGO

    @property
    def words(self) -> str:
        """The text as a person left it."""
        return self.text if self.edited_text is None else self.edited_text

    @property
    def region(self) -> Interval | None:
        return region_of(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions and answers about one track."""

    id: int
    track_id: int
    title: str
    created_at: datetime
    updated_at: datetime  # when something was last said


@dataclass(frozen=True, slots=True)
class Evidence:
    """A measured statement that an answer rests on, and where in the track it holds."""

    sentence: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class NewUtterance:
    """What somebody said in a conversation. A question has neither prompt, back end nor finish reason of its own."""

    role: Literal["user", "assistant"]
    text: str
    voice: Voice
    thought: str = ""
    start_s: float | None = None  # both None: the whole track
    end_s: float | None = None
    prompt_version: str = ""
    backend: str = ""
    used_facts: bool = False
    finish_reason: FinishReason = "stop"
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Utterance(NewUtterance):
    """One turn of a conversation."""

    id: int = 0
    conversation_id: int = 0
    created_at: datetime = _LONG_AGO

    @property
    def region(self) -> Interval | None:
        return region_of(self.start_s, self.end_s)


@dataclass(frozen=True, slots=True)
class FoundConversation:
    """A conversation that a search found, the title of its track, and a line around what was looked for."""

    conversation: Conversation
    track_title: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of tracks that a model may learn from; `licence_note` says what allows that."""

    id: int
    name: str
    licence_note: str
    created_at: datetime
    updated_at: datetime
    n_tracks: int  # deleted ones left out
    duration_s: float


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided about one example; a text of None is the example's own."""

    example_id: str
    track_id: int
    state: ReviewState
    question: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag of the library and how many tracks bear it; the kind `label` is the genre that a file or person names."""

    kind: str
    name: str
    n_tracks: int


@dataclass(frozen=True, slots=True)
class TextCount:
    """What people wrote about the tracks of a collection."""

    n_captions: int
    n_captioned: int  # tracks with a caption
    n_corrections: int


@dataclass(frozen=True, slots=True)
class NewAdapter:
    """Adapter weights before they have an id. `base_model` is what they were trained on, `about` is their card."""

    name: str
    base_model: str
    folder: str  # its name in the data folder's `adapters/`
    run: str = ""  # "" when nobody knows, as for imported ones
    dataset: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Adapter(NewAdapter):
    """Adapter weights on this machine; at most one of a base model is in use, and then speaks for it."""

    id: int = 0
    in_use: bool = False
    created_at: datetime = _LONG_AGO


def region_of(start_s: float | None, end_s: float | None) -> Interval | None:
    """The interval between two times; None, the whole track, when one is missing."""
    return None if start_s is None or end_s is None else Interval(start_s, end_s)


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
