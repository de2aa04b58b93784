"""Adapters kept from runs, carried out and in, and merged into their base by a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.paths import HOME_VARIABLE
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.names import named

if TYPE_CHECKING:
    from db.values import Adapter

MERGED = "merged"  # a folder of the data folder


@dataclass
class Merging:
    """A merge under way or just ended: where it goes, and what went wrong."""

    folder: Path
    busy: bool = True
    failed: str = ""


class AdapterDesk:
    """What the step Use offers beside the chat itself. Safe to use from many threads."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._merging: dict[int, Merging] = {}

    def keep(self, run: str, name: str) -> "Adapter":
        """Keeps the adapter of a run that is done. Raises NotFound, StudioError."""
        from train.adapters import register
        from train.plan import Place
        from train.runs.read import read_run

        place = Place(self._studio.paths.home)
        kept = register(place.adapters, read_run(place.runs / named(run, "run")), name=name.strip())
        return self._known(kept.name)

    def export(self, adapter_id: int, to: Path) -> str:
        """Writes an adapter as a zip and gives its name. Raises NotFound, StorageError."""
        from train.adapters import export_adapter, find_adapter

        name = self._studio.speech.adapters.get(adapter_id).name
        export_adapter(find_adapter(self._studio.speech.adapters.folder, name), to)
        return name

    def bring(self, file: Path, name: str, model_id: str) -> "Adapter":
        """Takes in a zip for a base that is here. Raises NotFound, ModelError, StudioError."""
        from model.fingerprint import fingerprint
        from train.adapters import import_adapter
        from train.bases import base_of

        folder, base = base_of(model_id, self._studio.paths.home / "models")
        ours = self._studio.speech.adapters.folder
        kept = import_adapter(ours, file, base_fingerprint=fingerprint(folder), base=base, name=name.strip())
        return self._known(kept.name)

    def merge(self, adapter_id: int) -> Merging:
        """Begins to write the base with the adapter's weights in it. Raises NotFound, StudioError."""
        found = self._studio.speech.adapters.get(adapter_id)
        before = self._merging.get(adapter_id)
        if before is not None and before.busy:
            raise StudioError(f"“{found.name}” is being merged already.", "Wait for it.")
        folder = self._studio.paths.home / MERGED / found.folder
        if folder.exists():
            raise StudioError(f"{folder} is there already.", "Move it away first.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = self._merging[adapter_id] = Merging(folder)
        command = ["adapters", "merge", found.name, "--out", str(folder), "--model", found.base_model]
        threading.Thread(target=_merged, args=(self._studio.paths.home, command, work), daemon=True).start()
        return work

    def merging(self, adapter_id: int) -> Mapping[str, Any] | None:
        """How a merge stands, as the page reads it."""
        work = self._merging.get(adapter_id)
        return None if work is None else {"folder": str(work.folder), "busy": work.busy, "failed": work.failed}

    def _known(self, name: str) -> "Adapter":
        found = next((row for row in self._studio.speech.adapters.every() if row.name == name), None)
        if found is None:
            raise NotFound(f"The adapter {name} was kept, but cannot be read.", "Look into the log of the studio.")
        return found


def command_line(home: Path, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """The studio's own command and its environment, for work that must not share the page's process."""
    command = [sys.executable, "-m", "musicflamingo_app.cli.main", *arguments]
    return command, {**os.environ, HOME_VARIABLE: str(home), "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "4000"}


def _merged(home: Path, arguments: list[str], work: Merging) -> None:
    command, environment = command_line(home, arguments)
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            work.failed = said[-1].removeprefix("Error: ") if said else "Merging ended without a word."
    finally:
        work.busy = False
