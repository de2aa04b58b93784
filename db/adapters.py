"""Adapters: weights that training wrote or somebody brought, by name."""

import json
from datetime import datetime

from sqlmodel import Session, col, select

from db.convert import adapter_of, row_with_id
from db.tables import AdapterRow
from db.values import Adapter, NewAdapter
from musicflamingo_app.errors import NotFound, StudioError


def add(session: Session, new: NewAdapter, *, now: datetime) -> Adapter:
    """Keeps an adapter. Raises StudioError when the name is taken."""
    if by_name(session, new.name) is not None:
        raise StudioError(f"There is an adapter named “{new.name}” already.", "Choose another name.")
    row = AdapterRow(
        name=new.name,
        base_model=new.base_model,
        folder=new.folder,
        run=new.run,
        dataset=new.dataset,
        about=json.dumps(dict(new.about), ensure_ascii=False, allow_nan=False),
        imported=new.imported,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return adapter_of(row)


def get(session: Session, adapter_id: int) -> Adapter:
    """The adapter with an id. Raises NotFound."""
    return adapter_of(_row(session, adapter_id))


def by_name(session: Session, name: str) -> Adapter | None:
    """The adapter with a name, if there is one."""
    row = session.exec(select(AdapterRow).where(AdapterRow.name == name)).one_or_none()
    return adapter_of(row) if row else None


def every(session: Session) -> tuple[Adapter, ...]:
    """All adapters, newest first."""
    return tuple(adapter_of(row) for row in session.exec(select(AdapterRow).order_by(col(AdapterRow.id).desc())))


def in_use(session: Session, base_model: str) -> Adapter | None:
    """The adapter that speaks for a base model, None when the base does itself."""
    query = select(AdapterRow).where(AdapterRow.base_model == base_model, col(AdapterRow.in_use).is_(True))
    row = session.exec(query).first()
    return adapter_of(row) if row else None


def use(session: Session, adapter_id: int) -> Adapter:
    """Lets an adapter speak for its base model from now on. Raises NotFound."""
    chosen = _row(session, adapter_id)
    set_aside(session, chosen.base_model)
    chosen.in_use = True
    session.flush()
    return adapter_of(chosen)


def set_aside(session: Session, base_model: str) -> None:
    """Lets a base model speak for itself again."""
    for row in session.exec(select(AdapterRow).where(AdapterRow.base_model == base_model)):
        row.in_use = False
    session.flush()


def delete(session: Session, adapter_id: int) -> Adapter:
    """Removes an adapter's row and gives what it was; its folder is the caller's. Raises NotFound."""
    row = _row(session, adapter_id)
    gone = adapter_of(row)
    session.delete(row)
    session.flush()
    return gone


def _row(session: Session, adapter_id: int) -> AdapterRow:
    row = row_with_id(session, AdapterRow, adapter_id)
    if row is None:
        raise NotFound(f"There is no adapter {adapter_id}.", "It may have been removed.")
    return row
