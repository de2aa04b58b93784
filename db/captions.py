"""Captions: texts about a track or a region of it, several of each kind, one of them preferred."""

import dataclasses
from datetime import datetime

from sqlmodel import Session, col, select

from db.convert import caption_of, row_with_id, storable
from db.tables import CaptionRow, TrackRow
from db.values import Caption, CaptionKind, NewCaption
from musicflamingo_app.errors import NotFound

_TEXTS = ("text", "thought", "prompt_name", "prompt_version", "prompt_text", "backend", "note")


def add(session: Session, new: NewCaption, *, now: datetime) -> Caption:
    """Keeps a caption beside those there are. Raises NotFound without the track."""
    if row_with_id(session, TrackRow, new.track_id) is None:
        raise NotFound(f"There is no track {new.track_id} to describe.", "Choose one from the library.")
    given = dataclasses.asdict(new)
    row = CaptionRow(**given | {name: storable(given[name]) for name in _TEXTS}, created_at=now)
    session.add(row)
    session.flush()
    return caption_of(row)


def get(session: Session, caption_id: int) -> Caption:
    """The caption with an id. Raises NotFound."""
    return caption_of(_row(session, caption_id))


def of_track(session: Session, track_id: int, *, kind: CaptionKind | None = None) -> tuple[Caption, ...]:
    """The captions of a track, of one kind or all, newest first."""
    if not 0 < track_id < 2**63:
        return ()
    query = select(CaptionRow).where(CaptionRow.track_id == track_id).order_by(col(CaptionRow.id).desc())
    return tuple(caption_of(row) for row in session.exec(query if kind is None else query.where(_is(kind))))


def edit(session: Session, caption_id: int, text: str | None) -> Caption:
    """Writes a person's text over a caption's, which is kept; None brings that one back. Raises NotFound."""
    row = _row(session, caption_id)
    row.edited_text = None if text is None else storable(text)
    session.flush()
    return caption_of(row)


def prefer(session: Session, caption_id: int, *, preferred: bool = True) -> Caption:
    """Makes a caption the preferred one of its track, kind and region, or takes that back. Raises NotFound."""
    chosen = _row(session, caption_id)
    rivals = select(CaptionRow).where(
        CaptionRow.track_id == chosen.track_id,
        _is(chosen.kind),
        col(CaptionRow.start_s).is_not_distinct_from(chosen.start_s),
        col(CaptionRow.end_s).is_not_distinct_from(chosen.end_s),
        col(CaptionRow.preferred).is_(True),
    )
    for row in session.exec(rivals).all() if preferred else ():
        row.preferred = False
    chosen.preferred = preferred
    session.flush()
    return caption_of(chosen)


def delete(session: Session, caption_id: int) -> None:
    """Removes a caption for good. Raises NotFound."""
    session.delete(_row(session, caption_id))
    session.flush()


def _is(kind: str) -> bool:
    return CaptionRow.kind == kind


def _row(session: Session, caption_id: int) -> CaptionRow:
    row = row_with_id(session, CaptionRow, caption_id)
    if row is None:
        raise NotFound(f"There is no caption {caption_id}.", "It may have been deleted.")
    return row
