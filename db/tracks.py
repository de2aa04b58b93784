"""Tracks: the recordings of the library. Every write keeps the search index in step."""

import dataclasses
from datetime import datetime

from sqlmodel import Session, col, func, select

from db import search_index
from db.convert import folded, row_with_id, track_of
from db.tables import TrackRow
from db.values import NewTrackFacts, Track
from musicflamingo_app.errors import NotFound


def add(session: Session, facts: NewTrackFacts, *, now: datetime) -> Track:
    """Adds a recording that has no analysis yet."""
    row = TrackRow(
        **dataclasses.asdict(facts),
        added_at=now,
        title_order=folded(facts.title),
        artist_order=folded(facts.artist) if facts.artist else None,
    )
    session.add(row)
    session.flush()
    search_index.put(session, track_of(row), chords="")
    return track_of(row)


def get(session: Session, track_id: int, *, include_deleted: bool = False) -> Track:
    """The track with an id. Raises NotFound."""
    row = row_with_id(session, TrackRow, track_id)
    if row is None or (row.deleted_at is not None and not include_deleted):
        raise NotFound(f"There is no track {track_id} in the library.", "Choose one from the library.")
    return track_of(row)


def find_by_hash(session: Session, audio_sha256: str) -> Track | None:
    """The track of a recording, also one whose delete can still be undone."""
    row = session.exec(select(TrackRow).where(TrackRow.audio_sha256 == audio_sha256)).one_or_none()
    return track_of(row) if row else None


def refile(session: Session, track_id: int, facts: NewTrackFacts) -> Track:
    """Brings a track back whose file was added anew: what its names are stays. Raises NotFound."""
    row = _row(session, track_id)
    row.original_suffix, row.playback_suffix = facts.original_suffix, facts.playback_suffix
    row.deleted_at = None
    session.flush()
    return track_of(row)


def describe(
    session: Session,
    track_id: int,
    *,
    title: str,
    artist: str | None,
    album: str | None,
    year: int | None,
    genre: str | None,
) -> Track:
    """Writes what a person says of a track. Raises NotFound."""
    row = _row(session, track_id)
    row.title, row.title_order = title, folded(title)
    row.artist, row.artist_order = artist, folded(artist) if artist else None
    row.album, row.year, row.genre = album, year, genre
    session.flush()
    search_index.put(session, track_of(row))
    return track_of(row)


def delete(session: Session, track_id: int, *, now: datetime) -> Track:
    """Takes a track out of sight; `restore` undoes it. Raises NotFound."""
    row = _row(session, track_id)
    row.deleted_at = row.deleted_at or now
    session.flush()
    return track_of(row)


def restore(session: Session, track_id: int) -> Track:
    """Brings a deleted track back. Raises NotFound once it is purged."""
    row = _row(session, track_id)
    row.deleted_at = None
    session.flush()
    return track_of(row)


def purge(session: Session, *, deleted_before: datetime) -> tuple[Track, ...]:
    """Removes for good what was deleted before a time, with its analysis and corrections; gives what it removed."""
    rows = session.exec(select(TrackRow).where(col(TrackRow.deleted_at) < deleted_before)).all()
    gone = tuple(track_of(row) for row in rows)
    for row in rows:
        search_index.remove(session, row.id)
        session.delete(row)
    session.flush()
    return gone


def count(session: Session) -> int:
    """Tracks in the library, deleted ones left out."""
    return session.exec(select(func.count()).select_from(TrackRow).where(col(TrackRow.deleted_at).is_(None))).one()


def total_duration_s(session: Session) -> float:
    """How long all tracks play, deleted ones left out."""
    query = select(func.sum(TrackRow.duration_s)).where(col(TrackRow.deleted_at).is_(None))
    return session.exec(query).one() or 0.0


def hashes(session: Session) -> frozenset[str]:
    """The content hash of every track, deleted ones too: what the store must keep."""
    return frozenset(session.exec(select(TrackRow.audio_sha256)))


def signatures(session: Session) -> tuple[tuple[int, str], ...]:
    """`(id, engine_signature)` of every analysed track, newest first."""
    query = (
        select(TrackRow.id, TrackRow.engine_signature)
        .where(col(TrackRow.deleted_at).is_(None), col(TrackRow.engine_signature).is_not(None))
        .order_by(col(TrackRow.id).desc())
    )
    return tuple((track_id, signature) for track_id, signature in session.exec(query) if track_id and signature)


def _row(session: Session, track_id: int) -> TrackRow:
    row = row_with_id(session, TrackRow, track_id)
    if row is None:
        raise NotFound(f"There is no track {track_id} in the library.", "It may have been removed for good.")
    return row
