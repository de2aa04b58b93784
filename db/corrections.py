"""Corrections: what people say about an aspect of a track, newest in force, older ones kept."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from db.convert import correction_of, row_with_id
from db.tables import CorrectionRow, TrackRow
from db.values import Correction
from musicflamingo_app.errors import NotFound


def add(
    session: Session, track_id: int, aspect: str, payload: Mapping[str, Any], *, author: str, now: datetime
) -> Correction:
    """Adds a correction; the one in force for that aspect is superseded. Raises NotFound."""
    if row_with_id(session, TrackRow, track_id) is None:
        raise NotFound(f"There is no track {track_id} to correct.", "Choose one from the library.")
    for row in session.exec(_in_force(track_id).where(CorrectionRow.aspect == aspect)):
        row.superseded = True
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
    row = CorrectionRow(track_id=track_id, aspect=aspect, payload=text, author=author, created_at=now)
    session.add(row)
    session.flush()
    return correction_of(row)


def of_track(session: Session, track_id: int) -> tuple[Correction, ...]:
    """Every correction of a track, oldest first."""
    query = select(CorrectionRow).where(CorrectionRow.track_id == track_id).order_by(col(CorrectionRow.id))
    return tuple(correction_of(row) for row in session.exec(query))


def latest(session: Session, track_id: int) -> dict[str, Correction]:
    """Aspect -> the correction in force."""
    return {row.aspect: correction_of(row) for row in session.exec(_in_force(track_id))}


def _in_force(track_id: int) -> Any:
    return select(CorrectionRow).where(CorrectionRow.track_id == track_id, col(CorrectionRow.superseded).is_(False))
