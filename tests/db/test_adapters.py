import pytest

from db import adapters
from db.values import NewAdapter
from musicflamingo_app.errors import NotFound, StudioError


def test_an_adapter_is_kept_found_and_removed(database, now):
    new = NewAdapter("choro", "nano", "choro", run="r1", dataset="d1", about={"scores": {"key": 0.5}, "title": "Chôro"})
    with database.write() as session:
        kept = adapters.add(session, new, now=now)
        brought = adapters.add(session, NewAdapter("other", "nano", "other", imported=True), now=now)
    with database.read() as session:
        assert adapters.every(session) == (brought, kept)
        assert adapters.get(session, kept.id) == adapters.by_name(session, "choro") == kept
        assert (kept.about["title"], kept.created_at, brought.imported) == ("Chôro", now, True)
        assert adapters.by_name(session, "nobody") is None
    with database.write() as session, pytest.raises(StudioError, match="“choro” already"):
        adapters.add(session, new, now=now)
    with database.write() as session:
        assert adapters.in_use(session, "nano") is None
        assert adapters.use(session, brought.id).in_use and adapters.use(session, kept.id).in_use
        assert [row.name for row in adapters.every(session) if row.in_use] == ["choro"]
        assert adapters.in_use(session, "nano").id == kept.id and adapters.in_use(session, "other") is None
        adapters.set_aside(session, "nano")
        assert adapters.in_use(session, "nano") is None
        assert adapters.delete(session, kept.id) == kept
    with database.read() as session, pytest.raises(NotFound, match=f"adapter {kept.id}"):
        adapters.get(session, kept.id)
