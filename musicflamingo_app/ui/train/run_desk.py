"""Recipes, and runs begun with them: what there is to choose from, and what the folders of runs say.

A run is a process of its own; here only its folder is written once and read again.
"""

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.curves import figures
from musicflamingo_app.ui.train.names import named

if TYPE_CHECKING:
    from train.recipes.recipe import Recipe
    from train.runs.folder import Plan
    from train.runs.read import Run

STAGE_LABELS = {
    "sft": ("Answers and captions", "Supervised fine-tuning: the model learns to answer as the examples do."),
    "cot": ("Thinking before the answer", "The same, on examples that carry a chain of thought."),
    "grpo": ("By reward", "The model draws answers and learns from those that score well."),
}
SIZE_LABELS = {"small": "Small", "medium": "Medium", "large": "Large"}
LOG_BYTES = 20_000


class RunDesk:
    """What the steps Recipe and Run offer. Safe to use from many threads."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._trial: dict[str, Any] | None = None
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where runs lie."""
        from train.runs.folder import runs_folder

        return runs_folder(self._studio.paths.home)

    # Choosing

    def recipes(self) -> list[dict[str, Any]]:
        """Every stage with its shipped recipes, each line explained."""
        from train.recipes.read import SIZES, recipe_of

        rows = []
        for stage, (name, about) in STAGE_LABELS.items():
            sizes = [_recipe_row(size, recipe_of(stage, size)) for size in SIZES]
            rows.append({"stage": stage, "name": name, "about": about, "sizes": sizes})
        return rows

    def bases(self) -> list[dict[str, Any]]:
        """The models that can be trained on this machine: they hear, and their weights are here."""
        from train.bases import trainable

        ids = trainable()
        offers = [offer for offer in self._studio.speech.models() if offer.model.id in ids]
        return [
            {"id": offer.model.id, "name": offer.model.name, "here": offer.is_here, "about": offer.model.about}
            for offer in offers
        ]

    def plan(self, values: Mapping[str, Any]) -> "Plan":
        """A run as a person chose it. Raises NotFound, ModelError, StudioError for anything that cannot be."""
        from train.plan import Place, planned
        from train.recipes.read import recipe_of

        chosen = {name: _text(values, name) for name in ("stage", "size", "dataset", "model", "adapter")}
        named(chosen["dataset"], "dataset")
        if chosen["adapter"]:
            named(chosen["adapter"], "adapter")
        if chosen["model"] not in {row["id"] for row in self.bases()}:
            raise NotFound(f"There is no model “{chosen['model']}” to train.", "Choose one on the Train page.")
        recipe = recipe_of(chosen["stage"], _one_of(chosen["size"], SIZE_LABELS), _changes(values))
        place = Place(self._studio.paths.home)
        return planned(place, recipe, chosen["dataset"], chosen["model"], adapter=chosen["adapter"])

    def try_out(self, values: Mapping[str, Any]) -> None:
        """Begins two steps of a plan in a process of its own, to measure what it needs. Raises StudioError."""
        plan = self.plan(values)
        with self._lock:
            if self._trial is not None and self._trial["busy"]:
                raise StudioError("A recipe is being tried already.", "Wait for it.")
            self._trial = {"busy": True, "lines": [], "failed": "", "fits": None}
        threading.Thread(target=self._try, args=(plan, self._trial), name="trial", daemon=True).start()

    def tried(self) -> dict[str, Any] | None:
        """How the last trial stands: its sentences, or what stopped it."""
        return self._trial

    def _try(self, plan: "Plan", told: dict[str, Any]) -> None:
        from train.trial import said, trial

        try:
            found = trial(plan, self.folder)
            told |= {"lines": said(found).splitlines(), "fits": found.fits}
        except StudioError as error:
            told["failed"] = str(error)
        finally:
            told["busy"] = False

    # Runs

    def begin(self, values: Mapping[str, Any]) -> str:
        """Makes a run's folder and starts its process; gives its name. Raises NotFound, StudioError, StorageError."""
        from train.runs.folder import create
        from train.runs.start import start

        made = create(self.folder, self.plan(values), name=_text(values, "name").strip(), command="the Train page")
        start(made)
        return made.name

    def every(self) -> list[dict[str, Any]]:
        """All runs, newest first."""
        from train.runs.read import list_runs

        return [run_row(run) for run in list_runs(self.folder)]

    def one(self, name: str) -> dict[str, Any]:
        """One run with its settings, samples and the end of its log. Raises NotFound."""
        from train.runs.folder import LOG

        run = self._read(name)
        about = {key: run.about.get(key) for key in ("model", "adapter", "commit", "dirty", "versions", "command")}
        return run_row(run) | {
            "last": {name: points[-1][1] for name, points in run.curves.items() if points},
            "about": about | {"data_hash": run.about.get("card", {}).get("data_hash", "")},
            "settings": [{"name": key, "value": value} for key, value in run.settings.items() if key != "grpo"],
            "grpo": [{"name": key, "value": value} for key, value in (run.settings.get("grpo") or {}).items()],
            "samples": [dict(row) for row in run.samples],
            "log": _tail(run.folder / LOG),
        }

    def curves(self, names: list[str]) -> list[dict[str, Any]]:
        """Figures of one run, or of several in one another's charts. Raises NotFound."""
        return figures([(name, self._read(name).curves) for name in names])

    def compared(self, first: str, second: str) -> dict[str, Any]:
        """Two runs beside each other. Raises NotFound."""
        from train.runs.compare import compare

        found = compare(self._read(first), self._read(second))

        def rows(pairs: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
            return [{"name": name.replace("_", " "), "first": one, "second": two} for name, (one, two) in pairs.items()]

        return {
            "first": found.first,
            "second": found.second,
            "same_data": found.same_data,
            "settings": rows(found.settings),
            "origins": rows(found.origins),
            "results": rows(found.results),
        }

    def stop(self, name: str) -> None:
        """Asks a run to stop after the step under way. Raises NotFound, StudioError."""
        from train.runs.start import stop

        stop(self._read(name).folder)

    def resume(self, name: str) -> None:
        """Goes on from the last checkpoint. Raises NotFound, StudioError."""
        from train.runs.start import resume

        resume(self._read(name).folder)

    def remove(self, name: str) -> None:
        """Deletes a run's folder for good. Raises NotFound; StudioError for one that runs; StorageError."""
        run = self._read(name)
        if run.status == "running":
            raise StudioError(f"The run {name} is running.", "Stop it first.")
        try:
            shutil.rmtree(run.folder)
        except OSError as error:
            what = f"The run {name} cannot be removed: {error.strerror or error}."
            raise StorageError(what, "Make the data folder writable, then try again.") from error

    def _read(self, name: str) -> "Run":
        from train.runs.read import read_run

        return read_run(self.folder / named(name, "run"))


def run_row(run: "Run") -> dict[str, Any]:
    """What the page shows of a run in a list."""
    return {
        "name": run.name,
        "status": run.status,
        "sentence": run.sentence,
        "stage": run.stage,
        "stage_name": STAGE_LABELS.get(run.stage, (run.stage, ""))[0],
        "model": run.model,
        "dataset": run.dataset,
        "started": run.started,
        "step": run.step,
        "steps": run.steps,
        "fraction": round(run.fraction, 4),
        "eta": run.eta_s,
        "silent": run.silent_s,
        "stopping": run.is_stopping,
        "last": {name: value for name, value in run.last.items() if isinstance(value, int | float)},
        "has_adapter": run.adapter is not None,
    }


def _recipe_row(size: str, recipe: "Recipe") -> dict[str, Any]:
    from train.recipes.recipe import lines

    shown = [_line_row(line, line.name, getattr(recipe, line.name)) for line in lines()]
    shown = [line for line in shown if line["name"] not in ("stage", "about")]
    if recipe.stage == "grpo":
        shown = _reward_rows(recipe, shown)
    return {"size": size, "name": SIZE_LABELS[size], "about": recipe.about, "lines": shown}


def _reward_rows(recipe: "Recipe", rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the table, then those of the recipe that a run by reward reads."""
    from train.grpo.settings import FROM_RECIPE, TABLE, lines, settings_of

    settings = settings_of(recipe.grpo)
    table = [_line_row(line, f"{TABLE}.{line.name}", getattr(settings, line.name)) for line in lines()]
    return [*table, *(row for row in rows if row["name"] in FROM_RECIPE)]


def _line_row(line: Any, name: str, value: Any) -> dict[str, Any]:
    about = line.metadata
    more = {key: about[key] for key in ("help", "cost", "low", "high")} | {"choices": list(about["choices"])}
    return {"name": name, "value": value, "kind": type(line.default).__name__, **more}


def _one_of(text: str, known: Mapping[str, str]) -> str:
    if text not in known:
        raise StudioError(f"There is no recipe “{text}”.", f"Choose one of {', '.join(known)}.")
    return text


def _changes(values: Mapping[str, Any]) -> list[str]:
    changes: Any = values.get("changes", {})
    if not isinstance(changes, dict) or not all(isinstance(value, str) for value in changes.values()):
        raise StudioError("The changes to the recipe are not texts.", "Send names with their values as JSON strings.")
    return [f"{name}={value}" for name, value in changes.items()]


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise StudioError(f"The {name} is not a text.", "Send it as a JSON string.")
    return value


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
