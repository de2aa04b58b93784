"""Analyses: one current JSON document and its curves for each track."""

from datetime import datetime

from sqlmodel import Session

from db import search_index
from db.convert import document_of, record_of, row_with_id, search_columns, track_of
from db.tables import AnalysisRow, TrackRow
from db.values import AnalysisRecord, Track
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.theory import progression_tokens


def put(session: Session, track_id: int, analysis: Analysis, curves: bytes, *, now: datetime) -> Track:
    """Stores an analysis in place of the one before, with its searchable copies. Raises NotFound."""
    track = row_with_id(session, TrackRow, track_id)
    if track is None:
        raise NotFound(f"There is no track {track_id} to store an analysis for.", "Add its file again.")
    words = search_index.chord_words(progression_tokens(analysis.chords.value)) if analysis.chords else ""
    session.merge(
        AnalysisRow(track_id=track_id, document=document_of(analysis), curves=curves, chord_words=words, created_at=now)
    )
    track.sqlmodel_update({**search_columns(analysis), "analysed_at": now})
    session.flush()
    search_index.put(session, track_of(track), chords=words)
    return track_of(track)


def get(session: Session, track_id: int) -> AnalysisRecord:
    """The current analysis of a track. Raises NotFound."""
    row = row_with_id(session, AnalysisRow, track_id)
    if row is None:
        raise NotFound(f"Track {track_id} has no analysis.", "Analyse it first.")
    return record_of(row)
