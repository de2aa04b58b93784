"""Runs as they stand in their folders, for the page and the command line; nothing here needs torch."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from musicflamingo_app.errors import StudioError
from train.recipes.read import read_recipe
from train.recipes.recipe import as_table
from train.runs import folder as files
from train.runs.living import is_alive

Status = Literal["running", "interrupted", "failed", "done"]


@dataclass(frozen=True)
class Run:
    """One run. `curves` hold (step, value) by name, empty in lists; `settings` is its recipe; times in seconds."""

    name: str
    folder: Path
    status: Status
    sentence: str
    stage: str = ""
    model: str = ""
    dataset: str = ""
    started: str = ""
    step: int = 0
    steps: int = 0
    eta_s: float | None = None
    silent_s: float | None = None  # since the last heartbeat
    is_stopping: bool = False
    last: Mapping[str, Any] = field(default_factory=dict)  # of the metrics
    about: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    samples: tuple[Mapping[str, Any], ...] = ()

    @property
    def fraction(self) -> float:
        """How far it is, 0 to 1."""
        return min(1.0, self.step / self.steps) if self.steps else 0.0

    @property
    def adapter(self) -> Path | None:
        """The adapter it made, once it is done."""
        made = self.folder / files.ADAPTER
        return made if self.status == "done" and made.is_dir() else None


def list_runs(runs: Path) -> tuple[Run, ...]:
    """All runs, the one started last first; a damaged one says so in its sentence."""
    if not runs.is_dir():
        return ()
    found = [_light(folder) for folder in runs.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    return tuple(sorted(found, key=lambda run: (run.started, run.name), reverse=True))


def read_run(folder: Path) -> Run:
    """One run with its curves, settings and samples. Raises NotFound, StudioError."""
    files.read_about(folder)
    rows = files.read_lines(folder / files.METRICS)
    light = _light(folder)
    settings = as_table(read_recipe(folder / files.RECIPE))
    samples = tuple(files.read_lines(folder / files.SAMPLES))
    return Run(**{**vars(light), "settings": settings, "curves": curves_of(rows), "samples": samples})


def curves_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[tuple[int, float], ...]]:
    """(step, value) by name of what was measured, in the order of the steps."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        for name, value in row.items():
            if name not in ("step", "time") and isinstance(value, int | float):
                curves.setdefault(name, []).append((int(row["step"]), float(value)))
    return {name: tuple(sorted(points, key=lambda point: point[0])) for name, points in curves.items()}


def _light(folder: Path) -> Run:
    try:
        about = files.read_about(folder)
    except StudioError as error:
        return Run(folder.name, folder, "failed", str(error))
    state = files.read_json(folder / files.STATE) or {}
    status, sentence = _standing(folder, state)
    rows = files.read_lines(folder / files.METRICS)
    beat = state.get("heartbeat")
    return Run(
        folder.name,
        folder,
        status,
        sentence,
        stage=about.get("stage", ""),
        model=about.get("model", ""),
        dataset=Path(about.get("dataset", "")).name,
        started=about.get("started", ""),
        step=int(state.get("step") or 0),
        steps=int(state.get("steps") or 0),
        eta_s=state.get("eta_s") if status == "running" else None,
        silent_s=max(0.0, time.time() - beat) if beat and status == "running" else None,
        is_stopping=status == "running" and _stopping(folder, state),
        last=rows[-1] if rows else {},
        about=about,
    )


def _standing(folder: Path, state: Mapping[str, Any]) -> tuple[Status, str]:
    said = str(state.get("sentence") or "")
    if (folder / files.DONE).exists():
        return "done", "Done."
    if (folder / files.FAILED).exists():
        return "failed", (folder / files.FAILED).read_text("utf-8", errors="replace").strip()
    if state and is_alive(state):
        return "running", "Stopping after this step." if _stopping(folder, state) else said
    if not state:
        return "interrupted", "It was not started yet."
    if said.startswith(("Stopped", "Interrupted")):
        return "interrupted", said
    return "interrupted", f"Its process ended at step {state.get('step', 0)}; it can be resumed."


def _stopping(folder: Path, state: Mapping[str, Any]) -> bool:
    """Whether it was asked to stop, or has stopped and only its process still has to end."""
    return (folder / files.STOP).exists() or str(state.get("sentence") or "").startswith("Stopped")
