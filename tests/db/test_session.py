import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db import corrections, jobs, migrate, tracks
from db.session import Database, database_url
from db.tables import CorrectionRow
from musicflamingo_app.errors import StorageError, StudioError


def test_every_connection_has_the_pragmas(database):
    for door in (database.read, database.write):
        with door() as session:
            found = {
                name: session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
        assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000, "synchronous": 1}


def test_a_reference_to_nothing_is_refused(database, now):
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(CorrectionRow(track_id=99, aspect="key", created_at=now))


def test_an_error_undoes_the_whole_transaction(database, facts, now):
    with pytest.raises(ZeroDivisionError), database.write() as session:
        tracks.add(session, facts(), now=now)
        raise ZeroDivisionError
    with database.read() as session:
        assert tracks.count(session) == 0
        assert session.execute(text("SELECT count(*) FROM track_search")).scalar_one() == 0


def test_a_reader_cannot_write_and_the_next_writer_can(database, now):
    with pytest.raises(StorageError, match="read-only"), database.read() as session:
        jobs.create(session, "analyse", "x", now=now)
    with database.write() as session:
        assert jobs.create(session, "analyse", "x", now=now).id == 1


def test_a_reader_sees_one_snapshot(database, facts, now):
    with database.read() as reader:
        assert tracks.count(reader) == 0
        with database.write() as writer:
            tracks.add(writer, facts(), now=now)
        assert tracks.count(reader) == 0
    with database.read() as reader:
        assert tracks.count(reader) == 1


def test_many_writers_lose_nothing(url, now):
    """Two databases on one file stand for two processes; each has four threads."""
    databases = [Database(url, busy_timeout_s=20), Database(url, busy_timeout_s=20)]
    with databases[0].write() as session:
        jobs.create(session, "analyse", "x", now=now)

    def count_up(database: Database) -> None:
        for _ in range(10):
            with database.write() as session:
                seen = float(jobs.get(session, 1).stage or 0)
                session.execute(text("UPDATE job SET stage = :stage"), {"stage": str(seen + 1)})

    threads = [threading.Thread(target=count_up, args=(database,)) for database in databases * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with databases[0].read() as session:
        assert float(jobs.get(session, 1).stage) == 80
    for database in databases:
        database.close()


def test_a_locked_database_says_so_and_reading_goes_on(url, now):
    database = Database(url, busy_timeout_s=0.05)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError) as caught, database.write() as session:
        jobs.create(session, "analyse", "x", now=now)
    assert caught.value.what == "The library is locked by another program."
    assert caught.value.advice
    with database.read() as session:
        assert jobs.recent(session) == ()
    other.execute("ROLLBACK")
    other.close()
    with database.write() as session:
        jobs.create(session, "analyse", "x", now=now)
    database.close()


def test_a_writer_that_waits_too_long_for_its_turn_says_so(url):
    database = Database(url, busy_timeout_s=0.05)
    with database.write(), pytest.raises(StorageError, match="busy"), database.write():
        pytest.fail("two writers at once")
    database.close()


def test_a_full_disk_says_so_and_leaves_nothing(database, add, now):
    track = add()
    with pytest.raises(StorageError) as caught, database.write() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages + 2}"))  # SQLite then answers as on a full disk
        corrections.add(session, track.id, "key", {"text": "x" * 100_000}, author="", now=now)
    assert caught.value.what == "The disk that holds the library is full."
    with database.read() as session:
        assert corrections.of_track(session, track.id) == ()


def test_a_file_that_is_no_database_says_so(tmp_path: Path):
    path = tmp_path / "library.sqlite"
    path.write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(StorageError, match="not a database"):
        migrate.upgrade(database_url(path))


def test_a_folder_that_is_not_there_says_so(tmp_path: Path):
    with pytest.raises(StorageError, match="cannot be opened"):
        migrate.upgrade(database_url(tmp_path / "nowhere" / "library.sqlite"))


@pytest.mark.parametrize("name", ["plain", "with blank", "100% of %20", "a?b#c", "夜と霧", 'it\'s "quoted"'])
def test_a_path_of_any_name_becomes_a_url(tmp_path: Path, name: str):
    folder = tmp_path / name
    folder.mkdir()
    path = folder / "library.sqlite"
    migrate.upgrade(database_url(path))
    assert path.stat().st_size > 0


@pytest.mark.parametrize("url", ["postgresql://host/name", "sqlite://", "sqlite:///:memory:", "no url"])
def test_other_databases_are_refused_in_words(url: str):
    with pytest.raises(StudioError) as caught:
        Database(url)
    assert "sqlite:////" in caught.value.advice


def test_a_password_is_never_shown():
    with pytest.raises(StudioError) as caught:
        Database("mysql://me:secret@host/name")
    assert "secret" not in str(caught.value)
