"""The door to the database: many readers, one writer.

Conventions: `read()` sees one snapshot and cannot write; `write()` is one exclusive transaction, committed whole or
not at all. Refusals of the disk or of SQLite leave as StorageError. SQLite's own driver opens transactions late and
commits them before DDL, so it is told to leave them to us.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from musicflamingo_app.errors import StorageError, StudioError

BUSY_TIMEOUT_S = 5.0
_UNLOCK = "Close other programs that use the library, then try again."
_MAKE_WRITABLE = "Make the data folder writable, then try again."
# Primary result code of SQLite -> the two sentences. https://www.sqlite.org/rescode.html
_REFUSALS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("The library is locked by another program.", _UNLOCK),
    sqlite3.SQLITE_LOCKED: ("The library is locked by another program.", _UNLOCK),
    sqlite3.SQLITE_FULL: ("The disk that holds the library is full.", "Free some space, then try again."),
    sqlite3.SQLITE_READONLY: ("The library cannot be written: it is read-only.", _MAKE_WRITABLE),
    sqlite3.SQLITE_PERM: ("The library cannot be opened: access is denied.", _MAKE_WRITABLE),
    sqlite3.SQLITE_CANTOPEN: ("The library's database cannot be opened.", _MAKE_WRITABLE),
    sqlite3.SQLITE_IOERR: ("The disk that holds the library reports an error.", "Check the disk and its free space."),
    sqlite3.SQLITE_CORRUPT: ("The library's database is damaged.", "Bring its file back from a backup."),
    sqlite3.SQLITE_NOTADB: ("The library's file is not a database.", "Move it away; a new library is then made."),
}


def database_url(path: Path) -> str:
    """The URL of a SQLite file, whatever characters its path has."""
    return make_url("sqlite://").set(database=str(path)).render_as_string()


class Database:
    """One library database at a URL. Safe to use from many threads; `close()` lets go of the file.

    Writers in this process queue on a lock, those of other processes on SQLite's; both wait `busy_timeout_s`.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = url
        self.busy_timeout_s = busy_timeout_s
        self._engine = make_engine(url, busy_timeout_s=busy_timeout_s, max_overflow=-1)  # a reader never waits
        self._writer = self._engine.execution_options(writes=True)
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one snapshot. Writing in it raises StorageError."""
        with speaking(), Session(self._engine, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in an exclusive transaction: committed at the end, rolled back on any error.

        Raises StorageError when the database is locked, full or read-only. Not to be entered twice by one thread.
        """
        if not self._turn.acquire(timeout=self.busy_timeout_s):
            raise StorageError("The library is busy: another change has not ended yet.", "Try again in a moment.")
        try:
            with speaking(), Session(self._writer, expire_on_commit=False) as session, session.begin():
                session.connection()  # BEGIN IMMEDIATE now, so that what is read here is still true when written
                yield session
        finally:
            self._turn.release()

    def close(self) -> None:
        self._engine.dispose()


def make_engine(
    url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, foreign_keys: bool = True, **options: Any
) -> Engine:
    """A SQLAlchemy engine for a SQLite URL with the studio's pragmas. Raises StudioError for any other URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StudioError(f"“{url}” is not a database URL.", "Write it as sqlite:////folder/library.sqlite.") from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        shown = parsed.render_as_string(hide_password=True)
        raise StudioError(f"The database “{shown}” cannot be used.", "Write it as sqlite:////folder/library.sqlite.")
    arguments = {"timeout": busy_timeout_s, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by `_begin` below, never by the driver
        connection.execute(f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}")
        _write_ahead(connection, busy_timeout_s)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get("writes"))
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    """Turns the write-ahead log on; while another program does the same, SQLite refuses without waiting."""
    deadline_s = time.monotonic() + busy_timeout_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline_s:
                raise
            time.sleep(0.01)


@contextmanager
def speaking() -> Iterator[None]:
    """Turns SQLite's refusals into StorageError; any other database error is a bug and passes."""
    try:
        yield
    except DBAPIError as error:
        refusal = _refusal(error.orig)
        if refusal is None:
            raise
        raise refusal from error
    except sqlite3.Error as error:  # raised while a connection is being opened
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(error: BaseException | None) -> StorageError | None:
    code = getattr(error, "sqlite_errorcode", None)
    sentences = None if code is None else _REFUSALS.get(code & 0xFF)  # extended codes keep the primary one below
    return StorageError(*sentences) if sentences else None
