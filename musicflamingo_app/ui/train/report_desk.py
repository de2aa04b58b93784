"""Reports on held-out songs: begun as processes of the command line, read from their folders.

Beside each evaluation's folder lies `.started/NAME.json`: the command, so that it can go on, and its process.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.adapter_desk import command_line
from musicflamingo_app.ui.train.names import named
from musicflamingo_app.ui.train.report_view import report_view

Status = Literal["running", "interrupted", "failed", "done"]
STARTED = ".started"
LOG_BYTES = 20_000
MOST_ITEMS = 100_000


class ReportDesk:
    """What the step Report offers. Safe to use from many threads."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @property
    def folder(self) -> Path:
        """Where evaluations lie."""
        from train.evaluate.folder import evaluations_folder

        return evaluations_folder(self._studio.paths.home)

    def begin(self, values: Mapping[str, Any]) -> str:
        """Starts an evaluation in a process of its own and gives its name. Raises NotFound, StudioError."""
        from train.evaluate.dataset import dataset_folder
        from train.evaluate.folder import folder_name

        dataset, model, adapter = (_text(values, name) for name in ("dataset", "model", "adapter"))
        dataset_folder(self._studio.paths.home, named(dataset, "dataset"))
        self._studio.speech.offer(model)
        if adapter and adapter not in {row.name for row in self._studio.speech.adapters.every()}:
            raise NotFound(f"There is no adapter named “{adapter}”.", "Keep the adapter of a run first.")
        limit = values.get("limit") or 0
        if type(limit) is not int or not 0 <= limit <= MOST_ITEMS:
            raise StudioError(f"{limit!r} is no number of questions.", "Use a whole number, or 0 for all.")
        name = folder_name(dataset, adapter or model, "all" if not limit else str(limit))
        arguments = ["evaluate", "dataset", dataset, "--model", model, "--name", name]
        arguments += ["--adapter", adapter, "--with-base"] if adapter else []
        arguments += ["--controls"] if values.get("controls") is True else []
        arguments += ["--limit", str(limit)] if limit else []
        self._start(name, arguments)
        return name

    def resume(self, name: str) -> None:
        """Goes on where an evaluation was interrupted. Raises NotFound, StudioError."""
        from train.runs.folder import read_json

        started = read_json(self._note(named(name, "report")))
        if started is None or not isinstance(started.get("arguments"), list):
            what = f"Nobody knows how {name} was begun."
            raise NotFound(what, "Begin it again, with the same choices; its answers are kept.")
        self._start(name, [str(word) for word in started["arguments"]])

    def stop(self, name: str) -> None:
        """Ends an evaluation; what was answered is kept. Raises StudioError when it does not run."""
        from train.runs.folder import read_json

        started = read_json(self._note(named(name, "report"))) or {}
        if self._status(name) != "running":
            raise StudioError(f"The evaluation {name} is not running.", "Nothing needs to be stopped.")
        os.kill(int(started["pid"]), signal.SIGTERM)  # whoever starts a studio beside a shell has it ignore SIGINT

    def every(self) -> list[dict[str, Any]]:
        """All evaluations, newest first."""
        if not self.folder.is_dir():
            return []
        names = {path.name for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith(".")}
        names |= {path.stem for path in (self.folder / STARTED).glob("*.json")}
        rows = [self._row(name) for name in names]
        return sorted(rows, key=lambda row: (row["at"], row["name"]), reverse=True)

    def one(self, name: str) -> dict[str, Any]:
        """An evaluation with its report, once there is one. Raises NotFound, StudioError."""
        from train.evaluate.documents import read_report
        from train.evaluate.folder import open_evaluation

        folder = self.folder / named(name, "report")
        row = self._row(name) | {"report": None, "log": _tail(self._log(name))}
        if row["status"] == "done":
            row["report"] = report_view(read_report(folder), open_evaluation(folder).examples)
        elif not folder.is_dir() and not self._note(name).is_file():
            raise NotFound(f"There is no report named “{name}”.", "Choose one on the Train page.")
        return row

    def remove(self, name: str) -> None:
        """Deletes an evaluation with its answers. Raises StudioError for one that runs, StorageError."""
        folder = self.folder / named(name, "report")
        if self._status(name) == "running":
            raise StudioError(f"The evaluation {name} is running.", "Stop it first.")
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
            for path in (self._note(name), self._log(name)):
                path.unlink(missing_ok=True)
        except OSError as error:
            what = f"The report {name} cannot be removed: {error.strerror or error}."
            raise StorageError(what, "Make the data folder writable, then try again.") from error

    # Processes

    def _start(self, name: str, arguments: list[str]) -> None:
        from train.runs.folder import now, write_json
        from train.runs.living import let_live, process_of

        if self._status(name) == "running":
            raise StudioError(f"The evaluation {name} is running already.", "Wait for it, or stop it first.")
        note = self._note(name)
        note.parent.mkdir(parents=True, exist_ok=True)
        command, environment = command_line(self._studio.paths.home, arguments)
        with self._log(name).open("wb") as log:
            child = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        let_live(child)
        write_json(note, {"arguments": arguments, "at": now(), **process_of(child.pid)})

    def _status(self, name: str) -> Status:
        from train.evaluate.folder import REPORT
        from train.runs.folder import read_json
        from train.runs.living import is_alive

        started = read_json(self._note(name))
        if started is not None and is_alive(started):
            return "running"
        if (self.folder / name / REPORT).is_file():
            return "done"
        return "failed" if started is not None and "Error: " in _tail(self._log(name)) else "interrupted"

    def _row(self, name: str) -> dict[str, Any]:
        from train.evaluate.folder import ABOUT
        from train.evaluate.progress import STATE
        from train.runs.folder import read_json

        folder, status = self.folder / name, self._status(name)
        state, about = read_json(folder / STATE) or {}, read_json(folder / ABOUT) or {}
        started = read_json(self._note(name)) or {}
        return {
            "name": name,
            "status": status,
            "at": str(started.get("at") or state.get("started") or ""),
            "dataset": about.get("dataset", about.get("name", "")),
            "candidates": about.get("candidates", []),
            "n_done": state.get("n_done", 0),
            "n_all": state.get("n_all", 0),
            "now": " ".join(str(state.get(key) or "") for key in ("candidate", "control")).strip(),
            "failed": _last_line(_tail(self._log(name))) if status == "failed" else "",
        }

    def _note(self, name: str) -> Path:
        return self.folder / STARTED / f"{name}.json"

    def _log(self, name: str) -> Path:
        return self.folder / STARTED / f"{name}.log"


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith("Error: ")]
    return lines[-1].removeprefix("Error: ") if lines else ""


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise StudioError(f"The {name} is not a text.", "Send it as a JSON string.")
    return value
