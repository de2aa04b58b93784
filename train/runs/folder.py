"""A run's folder: what lies in it, how it is made whole or not at all, and how its small files are written.

`recipe.toml` as resolved, `about.json`, `metrics.jsonl`, `samples.jsonl`, `checkpoints/step-N/`, `adapter/` at the
end, `state.json`, `log.txt`, and one of the marks `STOP` (asked to stop), `FAILED` (a sentence), `DONE`.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.recipes.read import written
from train.recipes.recipe import Recipe
from train.runs.origin import origin

RECIPE, ABOUT, STATE, METRICS, SAMPLES = "recipe.toml", "about.json", "state.json", "metrics.jsonl", "samples.jsonl"
STOP, FAILED, DONE = "STOP", "FAILED", "DONE"
CHECKPOINTS, ADAPTER, LOG = "checkpoints", "adapter", "log.txt"
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}")
_STEP = re.compile(r"step-(\d+)")


@dataclass(frozen=True)
class Plan:
    """What a run is to do. `base` is the checkpoint's folder, `model` its id where it has one.

    `dataset` is a dataset's folder; `adapter` the folder of the one to go on from; `card` what is known of base and
    data (hash, licence, fingerprint), kept for the adapter's card.
    """

    recipe: Recipe
    base: Path
    dataset: Path
    model: str = ""
    adapter: Path | None = None
    processes: int = 1
    launch: str = ""  # fsdp2 or zero3, for several processes
    card: Mapping[str, Any] = field(default_factory=dict)


def runs_folder(home: Path) -> Path:
    """Where the runs of a data folder lie."""
    return home / "runs"


def create(runs: Path, plan: Plan, *, name: str = "", command: str = "") -> Path:
    """Makes the folder of a new run, whole or not at all, and gives it. Nothing is started.

    Raises StudioError for a name that is taken or no name, StorageError when the disk refuses.
    """
    named = name or _free(runs, f"{plan.recipe.stage}-{plan.dataset.name}"[:56])
    if not NAME.fullmatch(named):
        raise StudioError(f"{named!r} is no name for a run.", "Use letters, digits, dots, dashes; at most 64.")
    if (runs / named).exists():
        raise StudioError(f"There is a run named {named} already.", "Choose another name, or resume that one.")
    with drafted(runs, named) as draft:
        (draft / CHECKPOINTS).mkdir()
        (draft / RECIPE).write_text(written(plan.recipe), "utf-8")
        write_json(draft / ABOUT, _about(plan, command))
    return runs / named


def _about(plan: Plan, command: str) -> dict[str, Any]:
    return {
        "stage": plan.recipe.stage,
        "base": str(plan.base.absolute()),
        "model": plan.model or plan.base.name,
        "dataset": str(plan.dataset.absolute()),
        "adapter": str(plan.adapter.absolute()) if plan.adapter else "",
        "processes": plan.processes,
        "launch": plan.launch,
        "card": dict(plan.card),
        "command": command,
        "started": now(),
        **origin(),
    }


def read_plan(folder: Path) -> Plan:
    """What a run was made to do. Raises NotFound, StudioError."""
    from train.recipes.read import read_recipe

    about = read_about(folder)
    try:
        adapter = Path(about["adapter"]) if about["adapter"] else None
        return Plan(
            read_recipe(folder / RECIPE),
            Path(about["base"]),
            Path(about["dataset"]),
            about["model"],
            adapter,
            int(about["processes"]),
            about["launch"],
            about["card"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StudioError(f"The run {folder.name} has a damaged {ABOUT} ({error}).", "Start it anew.") from error


def read_about(folder: Path) -> dict[str, Any]:
    """`about.json`. Raises NotFound where there is no run, StudioError for a damaged one."""
    about = read_json(folder / ABOUT)
    if about is None and not (folder / ABOUT).is_file():
        raise NotFound(f"There is no run {folder.name}.", "`musicflamingo runs list` names those there are.")
    if about is None:
        raise StudioError(f"The run {folder.name} has a damaged {ABOUT}.", "Start it anew.")
    return about


def checkpoints(folder: Path) -> list[tuple[int, Path]]:
    """Steps and folders of the whole checkpoints, oldest first."""
    found = [(_STEP.fullmatch(path.name), path) for path in (folder / CHECKPOINTS).glob("step-*")]
    return sorted((int(match[1]), path) for match, path in found if match)


@contextmanager
def drafted(parent: Path, name: str) -> Iterator[Path]:
    """A folder under another name until it is whole, then `parent/name`; removed when anything fails."""
    draft: Path | None = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=parent))
        yield draft
        draft.rename(parent / name)
    except OSError as error:
        raise StorageError(
            f"{parent / name} cannot be written: {error.strerror or error}.", "Free some space."
        ) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Writes a small document so that a reader sees the old one or the new one, never half."""
    _replaced(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes a JSONL file anew, in the same way."""
    _replaced(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _replaced(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def read_json(path: Path) -> dict[str, Any] | None:
    """The document, or None when it is not there or damaged."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a JSONL file; one that a crash cut off is left out."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return []
    rows = []
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "step" in row:
            rows.append(row)
    return rows


def append_line(path: Path, row: Mapping[str, Any]) -> None:
    """Adds a line to a JSONL file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _free(runs: Path, stem: str) -> str:
    stem = re.sub(r"[^a-zA-Z0-9._-]+", "-", stem).strip("-.") or "run"
    number = 1
    while (runs / f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"
