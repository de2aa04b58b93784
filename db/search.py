"""Searching the library: a TrackQuery becomes one SQL statement."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, true
from sqlalchemy import func as sql
from sqlalchemy import select as plain_select
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from db.convert import track_of
from db.search_index import progression_query, words_of, words_query
from db.tables import TrackRow
from db.values import MAX_PAGE_ROWS, SortColumn, TrackPage, TrackQuery, camelot_neighbours
from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import progression_patterns

MAX_PROGRESSION_CHORDS = 32
MAX_TEXT = 300
MAX_OFFSET_ROWS = 2**31
Condition = ColumnElement[bool]
_ORDER: dict[SortColumn, Mapped[Any]] = {
    "title": col(TrackRow.title_order),
    "artist": col(TrackRow.artist_order),
    "duration": col(TrackRow.duration_s),
    "bpm": col(TrackRow.tempo_bpm),
    "key": col(TrackRow.key),
    "camelot": col(TrackRow.camelot_order),
    "metre": col(TrackRow.metre),
    "added_at": col(TrackRow.added_at),
}


def search(session: Session, query: TrackQuery) -> TrackPage:
    """One page of the tracks a query finds. Raises MusicSyntaxError for a progression that cannot be read."""
    found = session.execute(page_statement(query)).all()
    if found:
        total = found[0][1]
    else:  # nothing, or past the last page: no row carries the total
        total = session.execute(plain_select(sql.count()).select_from(TrackRow).where(*conditions(query))).scalar_one()
    return TrackPage(tuple(track_of(row) for row, _ in found), total)


def page_statement(query: TrackQuery) -> Select[TrackRow, int]:
    """The statement of a page, each row with the total: unknown values last, ties in the order they were added.

    Conditions are tried once, on narrow rows; only those of the page are read whole.
    """
    column, number = _ORDER[query.sort], col(TrackRow.id)
    found = plain_select(number, column.label("place")).where(*conditions(query)).cte("found")
    page = plain_select(found.c.id).order_by(*_by(query, found.c.place, found.c.id))
    page = page.limit(min(max(query.limit, 0), MAX_PAGE_ROWS)).offset(min(max(query.offset, 0), MAX_OFFSET_ROWS))
    total = plain_select(sql.count()).select_from(found).scalar_subquery()
    return plain_select(TrackRow, total).where(number.in_(page)).order_by(*_by(query, column, number))


def _by(query: TrackQuery, column: Any, number: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    if query.descending:
        return column.desc().nulls_last(), number.desc()
    return column.asc().nulls_last(), number.asc()


def conditions(query: TrackQuery) -> tuple[Condition, ...]:
    """What a track must fulfil, one condition for each field that asks for something."""
    found = [
        None if query.include_deleted else col(TrackRow.deleted_at).is_(None),
        _in_index(query),
        _odd_words(query.text),
        _in_key(query.key, compatible=query.key_compatible) if query.key else None,
        _in_tempo(query),
        col(TrackRow.metre) == query.metre if query.metre else None,
    ]
    return tuple(condition for condition in found if condition is not None) or (true(),)


def _in_index(query: TrackQuery) -> Condition | None:
    known, _ = words_of(query.text[:MAX_TEXT])
    parts = [words_query(known)] if known else []
    if query.progression.strip():
        parts.append(progression_query(_patterns(query.progression)))
    if not parts:
        return None
    match = " AND ".join(f"({part})" for part in parts)
    ids = sql_text("SELECT rowid FROM track_search WHERE track_search MATCH :match").bindparams(match=match)
    return col(TrackRow.id).in_(ids)


def _patterns(progression: str) -> tuple[tuple[str, ...], ...]:
    patterns = progression_patterns(progression)
    if len(patterns[0]) > MAX_PROGRESSION_CHORDS:
        what = f"The progression has {len(patterns[0])} chords; at most {MAX_PROGRESSION_CHORDS} can be searched for."
        raise MusicSyntaxError(what, "Shorten it.")
    return patterns


def _odd_words(text: str) -> Condition | None:
    """Words without a letter or digit are not in the index; they are looked for as they stand in title and artist."""
    _, odd = words_of(text[:MAX_TEXT])
    columns = (col(TrackRow.title), col(TrackRow.artist), col(TrackRow.original_name))
    tests = [or_(*(sql.instr(sql.coalesce(column, ""), word) > 0 for column in columns)) for word in odd]
    return and_(*tests) if tests else None


def _in_key(key: Key, *, compatible: bool) -> Condition:
    if compatible:
        return col(TrackRow.camelot).in_(camelot_neighbours(key.camelot))
    return and_(col(TrackRow.key_class) == key.tonic.pitch_class, col(TrackRow.key_mode) == key.mode)


def _in_tempo(query: TrackQuery) -> Condition | None:
    low, high = query.bpm_min, query.bpm_max
    if low is None and high is None:
        return None
    factors = (1.0, 2.0, 0.5) if query.bpm_half_double else (1.0,)
    ranges = []
    for factor in factors:
        bounds: list[Condition] = [col(TrackRow.tempo_bpm).is_not(None)]
        bounds += [] if low is None else [col(TrackRow.tempo_bpm) >= low * factor]
        bounds += [] if high is None else [col(TrackRow.tempo_bpm) <= high * factor]
        ranges.append(and_(*bounds))
    return or_(*ranges)
