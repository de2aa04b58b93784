"""Alembic's entry: runs migrations on the connection that db/migrate.py opened, inside its transaction."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Column, DateTime
from sqlmodel import AutoString

from db import tables
from db.migrate import transaction

INDEX_TABLES = "track_search"  # FTS5 keeps its tables by itself, under this name and with endings of its own


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether Alembic compares a thing with the tables of db/tables.py."""
    return not (kind == "table" and name is not None and name.startswith(INDEX_TABLES))


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Column types of ours written as plain SQLAlchemy, so that migrations never import the program."""
    if kind == "type" and isinstance(item, tables.UtcDateTime):
        return "sa.DateTime()"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def same_type(_context: Any, _found: Any, column: Column[Any], found_type: Any, wanted_type: Any) -> bool | None:
    """Whether a column's type differs: a UtcDateTime is a DateTime in the database."""
    if isinstance(wanted_type, tables.UtcDateTime):
        return not isinstance(found_type, DateTime)
    return None


def run() -> None:
    """Runs what Alembic was asked for, on the given connection or on the one that `-x url=` names."""
    given = context.config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    with transaction(context.get_x_argument(as_dictionary=True)["url"]) as connection:
        _migrate(connection)


def _migrate(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=tables.Row.metadata,
        render_as_batch=True,
        render_item=render,
        compare_type=same_type,
        compare_server_default=True,
        include_name=is_ours,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
