"""Adapters on this machine: what training kept or somebody brought, put on a model in the chat and removed.

An adapter is a folder in `adapters/` in PEFT's form with a `card.json` that says what it is (train/adapters.py writes
it). The folder is the truth: one that appears there is found, one that went is forgotten.
"""

import json
import logging
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db import adapters
from db.session import Database
from db.values import Adapter, NewAdapter
from model.registry import MODELS
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.services.voices import Worn

log = logging.getLogger(__name__)
CONFIG, WEIGHTS, CARD = "adapter_config.json", "adapter_model.safetensors", "card.json"


class Adapters:
    """All adapters of a data folder. Safe to use from many threads; `forget` takes one off the models that wear it."""

    def __init__(self, database: Database, folder: Path, forget: Callable[[str], None]) -> None:
        self._database, self.folder, self._forget = database, folder, forget

    def every(self) -> tuple[Adapter, ...]:
        """All adapters, newest first; those that training has written since are taken up."""
        here = {path.name: path for path in sorted(self._folders())}
        with self._database.read() as session:
            known = adapters.every(session)
        fresh = [path for name, path in here.items() if name not in {row.folder for row in known}]
        gone = [row for row in known if row.folder not in here]
        if fresh or gone:
            self._take_up(fresh, gone)
            with self._database.read() as session:
                known = adapters.every(session)
        return known

    def get(self, adapter_id: int) -> Adapter:
        """The adapter with an id. Raises NotFound."""
        with self._database.read() as session:
            return adapters.get(session, adapter_id)

    def folder_of(self, adapter: Adapter) -> Path:
        """Where its files lie."""
        return self.folder / adapter.folder

    # In the chat

    def worn(self, model_id: str, name: str | None) -> Worn | None:
        """The adapter that is to speak for a model: see Parts. Raises NotFound, StudioError for another model's."""
        if name == "":
            return None
        if name is None:
            with self._database.read() as session:
                found = adapters.in_use(session, model_id)
            return None if found is None else self._worn(found)
        found = next((row for row in self.every() if row.name == name), None)
        if found is None:
            raise NotFound(f"There is no adapter named “{name}”.", "Choose one on the Train page.")
        if found.base_model != model_id:
            what = f"The adapter “{found.name}” was trained on {found.base_model}, not on {model_id}."
            raise StudioError(what, "Ask that model.")
        return self._worn(found)

    def _worn(self, adapter: Adapter) -> Worn:
        return Worn(_key(adapter), adapter.name, self.folder_of(adapter))

    def use(self, adapter_id: int) -> Adapter:
        """Lets an adapter speak for its base model from now on. Raises NotFound; StudioError without that model."""
        found = self.get(adapter_id)
        if found.base_model not in {known.id for known in MODELS}:
            what = f"The adapter “{found.name}” was trained on {found.base_model}, which is no model of this studio."
            raise StudioError(what, "Bring one that was trained on a model of the Settings page.")
        with self._database.write() as session:
            return adapters.use(session, adapter_id)

    def set_aside(self, adapter_id: int) -> None:
        """Lets the adapter's base model speak for itself again. Raises NotFound."""
        with self._database.write() as session:
            adapters.set_aside(session, adapters.get(session, adapter_id).base_model)

    # Files

    def remove(self, adapter_id: int) -> None:
        """Removes an adapter with its files, for good. Raises NotFound, StorageError when the disk refuses."""
        found = self.get(adapter_id)
        self._forget(_key(found))
        try:
            shutil.rmtree(self.folder_of(found))
        except FileNotFoundError:
            pass
        except OSError as error:
            what = f"The adapter “{found.name}” cannot be removed: {error.strerror or error}."
            raise StorageError(what, "Make the data folder writable, then try again.") from error
        with self._database.write() as session:
            adapters.delete(session, adapter_id)

    def _folders(self) -> list[Path]:
        """Whole adapters; a folder that training still writes has no card yet."""
        if not self.folder.is_dir():
            return []
        wanted = (CONFIG, WEIGHTS, CARD)
        return [path for path in self.folder.iterdir() if all((path / name).is_file() for name in wanted)]

    def _take_up(self, fresh: list[Path], gone: list[Adapter]) -> None:
        with self._database.write() as session:
            for row in gone:
                if not self.folder_of(row).exists():
                    adapters.delete(session, row.id)
            for path in fresh:
                try:
                    new = _found(path)
                except StudioError as error:
                    log.warning("The adapter %s is left out: %s", path.name, error)
                    continue
                if adapters.by_name(session, new.name) is None:
                    adapters.add(session, new, now=_now())


def card_of(folder: Path) -> Mapping[str, Any]:
    """What the card says, {} without one. Raises StudioError when it cannot be read."""
    try:
        card = json.loads((folder / CARD).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StudioError(f"The card of the adapter {folder.name} cannot be read.", "Export it again.") from error
    if not isinstance(card, dict):
        raise StudioError(f"The card of the adapter {folder.name} is not a JSON object.", "Export it again.")
    return card


def _found(folder: Path) -> NewAdapter:
    card = card_of(folder)
    run = _text(card, "run")
    return NewAdapter(
        folder.name, base_model_of(folder, card), folder.name, run, _text(card, "data"), card, imported=not run
    )


def base_model_of(folder: Path, card: Mapping[str, Any]) -> str:
    """The id of the model that an adapter was trained on. Raises StudioError when nothing names it."""
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        named = config.get("base_model_name_or_path")
    except (OSError, ValueError, AttributeError) as error:
        raise StudioError(f"The file {CONFIG} of the adapter cannot be read.", "Export it again.") from error
    said = [name for name in (card.get("base"), named) if isinstance(name, str) and name]
    for name in said:
        for known in MODELS:
            if name in (known.id, known.repo):
                return known.id
    if not said:
        raise StudioError("Nothing says which model the adapter was trained on.", f"Name it in {CONFIG}.")
    return said[0]


def _key(adapter: Adapter) -> str:
    """What models call it: ids are never given out twice, and PEFT takes no dots."""
    return f"adapter-{adapter.id}"


def _text(card: Mapping[str, Any], name: str) -> str:
    value = card.get(name, "")
    return value if isinstance(value, str) else ""


def _now() -> datetime:
    return datetime.now(UTC)
