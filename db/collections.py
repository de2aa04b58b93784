"""Collections: sets of tracks to learn from, and what people decided about single examples of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import text as sql_text
from sqlmodel import Session, col, func, select

from db.convert import folded, row_with_id, storable, track_of
from db.tables import CaptionRow, CollectionRow, CollectionTrackRow, CorrectionRow, ReviewRow, TrackRow
from db.values import Collection, Review, ReviewState, TagCount, TextCount, Track
from musicflamingo_app.errors import NotFound, StudioError

LABEL = "label"  # the kind of the genre that a file or a person names
_TAGS = """
SELECT json_extract(tag.value, '$[0]') AS kind, json_extract(tag.value, '$[1]') AS name, track.id AS id
FROM track JOIN analysis ON analysis.track_id = track.id, json_each(analysis.document, '$.tags') AS tag
WHERE track.deleted_at IS NULL AND json_extract(tag.value, '$[2]') >= :score
UNION SELECT 'label', genre, id FROM track WHERE deleted_at IS NULL AND genre IS NOT NULL
"""


def create(session: Session, name: str, *, licence_note: str = "", now: datetime) -> Collection:
    """An empty collection. Raises StudioError when the name is taken."""
    _free(session, name)
    row = CollectionRow(
        name=name, name_folded=folded(name), licence_note=storable(licence_note), created_at=now, updated_at=now
    )
    session.add(row)
    session.flush()
    return _value(row, 0, 0.0)


def get(session: Session, collection_id: int) -> Collection:
    """The collection with an id. Raises NotFound."""
    row = _row(session, collection_id)
    return _value(row, *_extent(session, collection_id))


def every(session: Session) -> tuple[Collection, ...]:
    """All collections, the one changed last first."""
    query = select(CollectionRow).order_by(col(CollectionRow.updated_at).desc(), col(CollectionRow.id).desc())
    return tuple(_value(row, *_extent(session, row.id or 0)) for row in session.exec(query))


def describe(session: Session, collection_id: int, *, name: str, licence_note: str, now: datetime) -> Collection:
    """Gives a collection another name and licence note. Raises NotFound, StudioError when the name is taken."""
    row = _row(session, collection_id)
    if folded(name) != row.name_folded:
        _free(session, name)
    row.name, row.name_folded, row.licence_note = name, folded(name), storable(licence_note)
    row.updated_at = now
    session.flush()
    return get(session, collection_id)


def delete(session: Session, collection_id: int) -> None:
    """Removes a collection and its reviews; the tracks stay in the library. Raises NotFound."""
    session.delete(_row(session, collection_id))
    session.flush()


def put(session: Session, collection_id: int, track_ids: Iterable[int], *, now: datetime) -> Collection:
    """Adds tracks; those that are in it already stay. Raises NotFound for a collection or track there is not."""
    row = _row(session, collection_id)
    for track_id in dict.fromkeys(track_ids):
        track = row_with_id(session, TrackRow, track_id)
        if track is None or track.deleted_at is not None:
            raise NotFound(f"There is no track {track_id} in the library.", "Choose one from the library.")
        if session.get(CollectionTrackRow, (collection_id, track_id)) is None:
            session.add(CollectionTrackRow(collection_id=collection_id, track_id=track_id, added_at=now))
    row.updated_at = now
    session.flush()
    return get(session, collection_id)


def take(session: Session, collection_id: int, track_ids: Iterable[int], *, now: datetime) -> Collection:
    """Takes tracks out, whatever of them is in it; their reviews stay for when they return. Raises NotFound."""
    row = _row(session, collection_id)
    for track_id in dict.fromkeys(track_ids):
        place = session.get(CollectionTrackRow, (collection_id, track_id)) if 0 < track_id < 2**63 else None
        if place is not None:
            session.delete(place)
    row.updated_at = now
    session.flush()
    return get(session, collection_id)


def tracks(session: Session, collection_id: int) -> tuple[Track, ...]:
    """The tracks of a collection by title, deleted ones left out. Raises NotFound."""
    _row(session, collection_id)
    query = (
        select(TrackRow)
        .join(CollectionTrackRow, col(CollectionTrackRow.track_id) == col(TrackRow.id))
        .where(CollectionTrackRow.collection_id == collection_id, col(TrackRow.deleted_at).is_(None))
        .order_by(TrackRow.title_order, col(TrackRow.id))
    )
    return tuple(track_of(row) for row in session.exec(query))


def tags(session: Session, *, least_score: float) -> tuple[TagCount, ...]:
    """The tags of the library heard at least so clearly, and the genres its tracks are labelled with; commonest first.

    Reads every analysis: 10,000 take a second or two.
    """
    query = f"SELECT kind, name, count(DISTINCT id) AS n FROM ({_TAGS}) GROUP BY kind, name ORDER BY n DESC, name, kind"
    rows = session.execute(sql_text(query), {"score": least_score})
    return tuple(TagCount(kind, name, n) for kind, name, n in rows)


def tagged(session: Session, kind: str, name: str, *, least_score: float) -> tuple[int, ...]:
    """The ids of the tracks that bear a tag of `tags`."""
    query = sql_text(f"SELECT DISTINCT id FROM ({_TAGS}) WHERE kind = :kind AND name = :name ORDER BY id")
    found = session.execute(query, {"score": least_score, "kind": kind, "name": name})
    return tuple(track_id for (track_id,) in found)


def texts(session: Session, collection_id: int) -> TextCount:
    """What people wrote about a collection's tracks: captions they prefer or wrote over, and corrections in force."""
    places = select(CollectionTrackRow.track_id).where(CollectionTrackRow.collection_id == collection_id)
    ours = col(CaptionRow.preferred).is_(True) | col(CaptionRow.edited_text).is_not(None)
    query = select(func.count(), func.count(func.distinct(CaptionRow.track_id))).select_from(CaptionRow)
    n_captions, n_captioned = session.exec(query.where(ours, col(CaptionRow.track_id).in_(places))).one()
    corrected = select(func.count()).select_from(CorrectionRow).where(col(CorrectionRow.superseded).is_(False))
    return TextCount(
        n_captions, n_captioned, session.exec(corrected.where(col(CorrectionRow.track_id).in_(places))).one()
    )


def decide(session: Session, collection_id: int, review: Review, *, now: datetime) -> Review:
    """Keeps what a person decided about an example, in place of what was decided before. Raises NotFound."""
    _row(session, collection_id)
    if row_with_id(session, TrackRow, review.track_id) is None:
        raise NotFound(f"There is no track {review.track_id} in the library.", "Choose one from the library.")
    kept = ReviewRow(
        collection_id=collection_id,
        example_id=review.example_id,
        track_id=review.track_id,
        state=review.state,
        question=None if review.question is None else storable(review.question),
        answer=None if review.answer is None else storable(review.answer),
        created_at=now,
    )
    session.merge(kept)
    session.flush()
    return review_of(kept)


def undecide(session: Session, collection_id: int, example_id: str) -> None:
    """Makes an example a proposal again."""
    row = session.get(ReviewRow, (collection_id, example_id))
    if row is not None:
        session.delete(row)
        session.flush()


def reviews(session: Session, collection_id: int) -> dict[str, Review]:
    """Example id -> what was decided about it. Raises NotFound."""
    _row(session, collection_id)
    rows = session.exec(select(ReviewRow).where(ReviewRow.collection_id == collection_id))
    return {row.example_id: review_of(row) for row in rows}


def review_of(row: ReviewRow) -> Review:
    return Review(row.example_id, row.track_id, cast(ReviewState, row.state), row.question, row.answer)


def _extent(session: Session, collection_id: int) -> tuple[int, float]:
    """How many tracks a collection has, and how long they play."""
    query = (
        select(func.count(), func.coalesce(func.sum(TrackRow.duration_s), 0.0))
        .select_from(CollectionTrackRow)
        .join(TrackRow, col(TrackRow.id) == col(CollectionTrackRow.track_id))
        .where(CollectionTrackRow.collection_id == collection_id, col(TrackRow.deleted_at).is_(None))
    )
    n_tracks, duration_s = session.exec(query).one()
    return n_tracks, duration_s


def _value(row: CollectionRow, n_tracks: int, duration_s: float) -> Collection:
    return Collection(
        row.id or 0, row.name, row.licence_note, row.created_at, row.updated_at, n_tracks, float(duration_s)
    )


def _free(session: Session, name: str) -> None:
    if session.exec(select(CollectionRow.id).where(CollectionRow.name_folded == folded(name))).first() is not None:
        raise StudioError(f"There is a collection named “{name}” already.", "Choose another name.")


def _row(session: Session, collection_id: int) -> CollectionRow:
    row = row_with_id(session, CollectionRow, collection_id)
    if row is None:
        raise NotFound(f"There is no collection {collection_id}.", "It may have been deleted.")
    return row
