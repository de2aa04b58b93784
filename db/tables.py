"""The tables. Rows never leave `db/`: functions give the values of db/values.py.

Table classes do not validate; services check values before they come here. Columns that may not be null carry a
server default wherever rows could exist when a column is added.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TextClause,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy import DateTime as SqlDateTime
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime kept as naive UTC, because SQLite forgets time zones; aware again when read."""

    impl = SqlDateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; times in the database are aware UTC.")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Row(SQLModel):
    """What every table shares: named constraints, so that migrations can address them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _literal(default: str) -> TextClause:
    """A text default as SQL; Alembic takes an empty one given as a string for a change."""
    return text(f"'{default}'")


def _reference(target: str, *, ondelete: str, **options: Any) -> Any:
    return Field(sa_column=Column(ForeignKey(target, ondelete=ondelete), **{"nullable": False, **options}))


def _long_text(default: str | None = None) -> Any:
    if default is None:
        return Field(default=None, sa_column=Column(Text, nullable=True))
    return Field(default=default, sa_column=Column(Text, nullable=False, server_default=_literal(default)))


class TrackRow(Row, table=True):
    """A recording; from `tempo_bpm` on copies of its analysis to search, sort and show by.

    No index but the unique hash: a scan of 10,000 narrow rows takes 10 ms, and with indexes searching was slower.
    """

    __tablename__ = "track"
    # Ids are never reused: an old link must not open another track.
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    audio_sha256: str = Field(unique=True)
    title: str
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None
    duration_s: float
    rate_hz: int
    channels: int
    codec: str
    original_name: str
    original_suffix: str
    playback_suffix: str
    added_at: datetime = Field(sa_type=UtcDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    title_order: str  # folded for sorting: no case, no accents
    artist_order: str | None = None
    tempo_bpm: float | None = None
    tempo_confidence: float | None = None
    key: str | None = None
    key_class: int | None = None  # pitch class of the tonic: F# and Gb are one key
    key_mode: str | None = None
    key_confidence: float | None = None
    camelot: str | None = None
    camelot_order: int | None = None
    metre: str | None = None
    beats_confidence: float | None = None
    chord_text: str | None = None
    chords_confidence: float | None = None
    analysed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    engine_signature: str | None = _long_text()


class AnalysisRow(Row, table=True):
    """The current analysis of a track. The document and the curves stand last, where reading the rest skips them."""

    __tablename__ = "analysis"

    track_id: int = _reference("track.id", ondelete="CASCADE", primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    chord_words: str = _long_text("")  # to rebuild the search index from
    document: str = Field(sa_column=Column(Text, nullable=False))
    curves: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class JobRow(Row, table=True):
    """A piece of work; its heartbeat tells a slow worker from a dead one."""

    __tablename__ = "job"
    __table_args__: ClassVar[Any] = (Index(None, "state", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    name: str
    state: str = Field(default="queued", sa_column_kwargs={"server_default": "queued"})
    track_id: int | None = _reference("track.id", ondelete="SET NULL", nullable=True, index=True)
    source_path: str | None = None
    options: str = _long_text("{}")
    stage: str = _long_text("")
    fraction: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    what: str = _long_text("")
    advice: str = _long_text("")
    cancel_requested: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    worker_pid: int | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    heartbeat_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CorrectionRow(Row, table=True):
    """What a person says an aspect is."""

    __tablename__ = "correction"
    __table_args__: ClassVar[Any] = (Index(None, "track_id", "aspect"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    track_id: int = _reference("track.id", ondelete="CASCADE")
    aspect: str
    payload: str = _long_text("{}")
    author: str = Field(default="", sa_column_kwargs={"server_default": _literal("")})
    created_at: datetime = Field(sa_type=UtcDateTime)
    superseded: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class CaptionRow(Row, table=True):
    """A text about a track or a region of it; without start and end it is about the whole."""

    __tablename__ = "caption"
    __table_args__: ClassVar[Any] = (Index(None, "track_id", "kind"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    track_id: int = _reference("track.id", ondelete="CASCADE")
    kind: str
    start_s: float | None = None
    end_s: float | None = None
    text: str = _long_text("")
    edited_text: str | None = _long_text()
    thought: str = _long_text("")
    prompt_name: str
    prompt_version: str
    prompt_text: str = _long_text("")
    used_facts: bool
    backend: str
    voice: str
    finish_reason: str
    note: str = _long_text("")
    preferred: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(sa_type=UtcDateTime)


class ConversationRow(Row, table=True):
    """Questions and answers about a track."""

    __tablename__ = "conversation"
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    track_id: int = _reference("track.id", ondelete="CASCADE", index=True)
    title: str
    title_folded: str = _long_text("")  # to search in: no case, no accents
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class UtteranceRow(Row, table=True):
    """One turn of a conversation."""

    __tablename__ = "utterance"
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = _reference("conversation.id", ondelete="CASCADE", index=True)
    role: str
    text: str = _long_text("")
    text_folded: str = _long_text("")  # to search in: no case, no accents
    thought: str = _long_text("")
    voice: str
    start_s: float | None = None
    end_s: float | None = None
    prompt_version: str
    backend: str
    used_facts: bool
    finish_reason: str
    evidence: str = _long_text("[]")  # JSON: rows of sentence, start and end
    created_at: datetime = Field(sa_type=UtcDateTime)


class CollectionRow(Row, table=True):
    """A set of tracks that somebody wants a model to learn from."""

    __tablename__ = "collection"
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str
    name_folded: str = Field(unique=True)  # two names that differ in case or accents only would be mixed up
    licence_note: str = _long_text("")
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class CollectionTrackRow(Row, table=True):
    """A track's place in a collection."""

    __tablename__ = "collection_track"

    collection_id: int = _reference("collection.id", ondelete="CASCADE", primary_key=True)
    track_id: int = _reference("track.id", ondelete="CASCADE", primary_key=True, index=True)
    added_at: datetime = Field(sa_type=UtcDateTime)


class ReviewRow(Row, table=True):
    """What a person decided about one example of a collection; texts are null where theirs is the example's."""

    __tablename__ = "review"

    collection_id: int = _reference("collection.id", ondelete="CASCADE", primary_key=True)
    example_id: str = Field(primary_key=True)
    track_id: int = _reference("track.id", ondelete="CASCADE", index=True)
    state: str
    question: str | None = _long_text()
    answer: str | None = _long_text()
    created_at: datetime = Field(sa_type=UtcDateTime)


class AdapterRow(Row, table=True):
    """Weights that training wrote or somebody brought; the folder lies in `adapters/` and holds their card."""

    __tablename__ = "adapter"
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    base_model: str
    folder: str
    run: str = Field(default="", sa_column_kwargs={"server_default": _literal("")})
    dataset: str = Field(default="", sa_column_kwargs={"server_default": _literal("")})
    about: str = _long_text("{}")
    imported: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    in_use: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    created_at: datetime = Field(sa_type=UtcDateTime)
