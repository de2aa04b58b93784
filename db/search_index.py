"""The full-text index `track_search` (SQLite FTS5): words of a track's texts, and its chords as words.

Conventions: its rowid is the track's id; `chords` holds theory.progression_tokens as words, so that a phrase of them
is a progression. FTS5 does not tell `0M` from `0m`, so major is written `j`. The one file that knows FTS5's language.
"""

import unicodedata
from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel import Session

from db.values import Track

MAX_WORDS = 16  # of a query; each is one node of FTS5's expression tree
_TEXTS = ("title", "artist", "album", "genre", "original_name")
_COLUMNS = f"rowid, {', '.join(_TEXTS)}, chords"
_CHORDS_KEPT = "coalesce((SELECT chord_words FROM analysis WHERE track_id = :rowid), '')"


def chord_words(tokens: Iterable[str]) -> str:
    """Tokens of a progression as words that differ in more than case: `0M 9m` becomes `0j 9m`."""
    return " ".join(tokens).replace("M", "j")


def put(session: Session, track: Track, *, chords: str | None = None) -> None:
    """Writes the index row of a track anew; without `chords` (as words) those of its stored analysis stay."""
    remove(session, track.id)
    values = {name: getattr(track, name) or "" for name in _TEXTS} | {"rowid": track.id}
    source = _CHORDS_KEPT if chords is None else ":chords"
    named = values if chords is None else values | {"chords": chords}
    names = ", ".join(f":{name}" for name in ("rowid", *_TEXTS))
    session.connection().execute(text(f"INSERT INTO track_search ({_COLUMNS}) VALUES ({names}, {source})"), named)


def remove(session: Session, track_id: int | None) -> None:
    """Takes a track out of the index."""
    session.connection().execute(text("DELETE FROM track_search WHERE rowid = :rowid"), {"rowid": track_id})


def rebuild(session: Session) -> None:
    """Makes the whole index anew from the tables."""
    connection = session.connection()
    connection.execute(text("DELETE FROM track_search"))
    texts = ", ".join(f"coalesce(track.{name}, '')" for name in _TEXTS)
    connection.execute(
        text(
            f"INSERT INTO track_search ({_COLUMNS}) SELECT track.id, {texts}, coalesce(analysis.chord_words, '') "
            "FROM track LEFT JOIN analysis ON analysis.track_id = track.id"
        )
    )


def words_query(words: Iterable[str]) -> str:
    """The FTS5 expression that finds rows where each word begins a word of the texts; "" for no words."""
    quoted = [f"{_quoted(word)} *" for word in words]
    return f"{{{' '.join(_TEXTS)}}} : ({' AND '.join(quoted)})" if quoted else ""


def progression_query(patterns: Iterable[tuple[str, ...]]) -> str:
    """The FTS5 expression that finds rows with one of these successions of chords."""
    return f"chords : ({' OR '.join(_quoted(chord_words(pattern)) for pattern in patterns)})"


def words_of(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a person typed, as words the index knows and as words without a letter or digit (`!!!`), which it drops."""
    cleaned = typed.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    words = cleaned.split()[:MAX_WORDS]
    known = tuple(word for word in words if any(_is_token(letter) for letter in word))
    return known, tuple(word for word in words if word not in known)


def _is_token(letter: str) -> bool:
    """Whether FTS5's unicode61 keeps a character: letters, numbers, private use."""
    category = unicodedata.category(letter)
    return category[0] in "LN" or category == "Co"


def _quoted(phrase: str) -> str:
    doubled = phrase.replace('"', '""')
    return f'"{doubled}"'
