"""Conversations about tracks: what was asked, what was answered, and finding it again."""

import dataclasses
import json
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy import func as sql
from sqlmodel import Session, col, select

from db.convert import conversation_of, folded, row_with_id, storable, utterance_of
from db.tables import ConversationRow, TrackRow, UtteranceRow
from db.values import Conversation, FoundConversation, NewUtterance, Utterance
from musicflamingo_app.errors import NotFound

MAX_WORDS = 16  # of a search; more are not looked for
MAX_LETTERS = 300
EXCERPT_BEFORE, EXCERPT_AFTER = 40, 100  # characters
_TEXTS = ("text", "thought", "prompt_version", "backend")


def start(session: Session, track_id: int, title: str, *, now: datetime) -> Conversation:
    """Begins a conversation about a track. Raises NotFound."""
    if row_with_id(session, TrackRow, track_id) is None:
        raise NotFound(f"There is no track {track_id} to talk about.", "Choose one from the library.")
    named = storable(title)
    row = ConversationRow(track_id=track_id, title=named, title_folded=folded(named), created_at=now, updated_at=now)
    session.add(row)
    session.flush()
    return conversation_of(row)


def append(session: Session, conversation_id: int, new: NewUtterance, *, now: datetime) -> Utterance:
    """Adds a turn at the end. Raises NotFound."""
    conversation = _row(session, conversation_id)
    given = {name: getattr(new, name) for name in _NEW_FIELDS}
    texts = {name: storable(given[name]) for name in _TEXTS}
    rows = [[storable(found.sentence), found.start_s, found.end_s] for found in new.evidence]
    row = UtteranceRow(
        **given | texts | {"evidence": json.dumps(rows, ensure_ascii=False, allow_nan=False)},
        text_folded=folded(texts["text"]),
        conversation_id=conversation_id,
        created_at=now,
    )
    session.add(row)
    conversation.updated_at = now
    session.flush()
    return utterance_of(row)


_NEW_FIELDS = tuple(field.name for field in dataclasses.fields(NewUtterance))


def get(session: Session, conversation_id: int) -> Conversation:
    """The conversation with an id. Raises NotFound."""
    return conversation_of(_row(session, conversation_id))


def utterances(session: Session, conversation_id: int) -> tuple[Utterance, ...]:
    """All that was said in a conversation, in order. Raises NotFound."""
    _row(session, conversation_id)
    query = select(UtteranceRow).where(UtteranceRow.conversation_id == conversation_id)
    return tuple(utterance_of(row) for row in session.exec(query.order_by(col(UtteranceRow.id))))


def of_track(session: Session, track_id: int) -> tuple[Conversation, ...]:
    """The conversations about a track, the one last spoken in first."""
    if not 0 < track_id < 2**63:
        return ()
    query = select(ConversationRow).where(ConversationRow.track_id == track_id)
    return tuple(conversation_of(row) for row in session.exec(query.order_by(*_newest_first())))


def search(session: Session, text: str, *, limit: int = 50) -> tuple[FoundConversation, ...]:
    """Conversations about any track with all these words, each in the title or in something said; newest first.

    Case and accents do not matter; words may begin inside others. No words find every conversation.
    """
    words = folded(storable(text[:MAX_LETTERS])).split()[:MAX_WORDS]
    query = (
        select(ConversationRow, TrackRow.title)
        .join(TrackRow, col(TrackRow.id) == col(ConversationRow.track_id))
        .where(col(TrackRow.deleted_at).is_(None), *(_holds(word) for word in words))
        .order_by(*_newest_first())
        .limit(max(0, limit))
    )
    return tuple(
        FoundConversation(conversation_of(row), title, _excerpt(session, row, words))
        for row, title in session.exec(query).all()
    )


def rename(session: Session, conversation_id: int, title: str) -> Conversation:
    """Gives a conversation another title. Raises NotFound."""
    row = _row(session, conversation_id)
    row.title = storable(title)
    row.title_folded = folded(row.title)
    session.flush()
    return conversation_of(row)


def delete(session: Session, conversation_id: int) -> None:
    """Removes a conversation with all that was said in it. Raises NotFound."""
    session.delete(_row(session, conversation_id))
    session.flush()


def _newest_first() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return col(ConversationRow.updated_at).desc(), col(ConversationRow.id).desc()


def _holds(word: str) -> ColumnElement[bool]:
    said = select(UtteranceRow.conversation_id).where(sql.instr(col(UtteranceRow.text_folded), word) > 0)
    return or_(sql.instr(col(ConversationRow.title_folded), word) > 0, col(ConversationRow.id).in_(said))


def _excerpt(session: Session, row: ConversationRow, words: list[str]) -> str:
    """What stands around the first word found in something said; the beginning of the first question otherwise."""
    query = select(UtteranceRow).where(UtteranceRow.conversation_id == row.id).order_by(col(UtteranceRow.id)).limit(1)
    test = [sql.instr(col(UtteranceRow.text_folded), word) > 0 for word in words]
    found = session.exec(query.where(or_(*test))).first() if test else None
    found = found or session.exec(query).first()
    if found is None:
        return ""
    places = [found.text.casefold().find(word) for word in words]  # accents and long s may hide a word: then the start
    begin = max(0, min((place for place in places if place >= 0), default=0) - EXCERPT_BEFORE)
    end = begin + EXCERPT_BEFORE + EXCERPT_AFTER
    cut = " ".join(found.text[begin:end].split())
    return f"{'…' if begin else ''}{cut}{'…' if end < len(found.text) else ''}"


def _row(session: Session, conversation_id: int) -> ConversationRow:
    row = row_with_id(session, ConversationRow, conversation_id)
    if row is None:
        raise NotFound(f"There is no conversation {conversation_id}.", "It may have been deleted.")
    return row
