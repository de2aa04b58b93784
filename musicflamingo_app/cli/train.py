"""`musicflamingo train sft|cot|grpo` and `runs`: fine-tuning started, watched, stopped, resumed, compared."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from musicflamingo_app.cli.speak import err, out
from musicflamingo_app.paths import default_home
from train.plan import Place, planned
from train.recipes.read import recipe_of
from train.runs.compare import compare
from train.runs.folder import Plan, create
from train.runs.read import Run, list_runs, read_run
from train.runs.start import start, stop

runs = typer.Typer(help="Runs of the trainer: list, show, compare, stop, resume.")
LOOK_S = 0.5
StageArgument = Annotated[str, typer.Argument(help="sft, cot or grpo.")]
DatasetArgument = Annotated[str, typer.Argument(help="A dataset's name, or its folder.")]
ModelOption = Annotated[str, typer.Option("--model", help="The base: an id of “models list”, or a folder.")]
RecipeOption = Annotated[str, typer.Option("--recipe", help="small, medium, large, or a TOML file.")]
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a line of the recipe.")]
NameOption = Annotated[str, typer.Option("--name", help="The run's name; else one is made.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on with the run of this --name.")]
TrialOption = Annotated[bool, typer.Option("--trial", help="Measure memory, time and disk in two steps, keep nothing.")]
MaskOption = Annotated[bool, typer.Option("--show-mask", help="Print clips with what is learned in green, and end.")]
AdapterOption = Annotated[str, typer.Option("--adapter", help="Go on from this adapter (a name or a folder).")]
ProcessesOption = Annotated[int, typer.Option("--processes", help="How many, one for each card.")]
LaunchOption = Annotated[str, typer.Option("--launch", help="Shard the weights over them: fsdp2 or zero3.")]
DetachOption = Annotated[bool, typer.Option("--detach", help="Start it and return; “runs show” tells how it goes.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RunArgument = Annotated[str, typer.Argument(help="A run's name.")]


def train(
    stage: StageArgument,
    dataset: DatasetArgument,
    model: ModelOption = "music-flamingo-2601-hf",
    recipe: RecipeOption = "small",
    change: SetOption = None,
    name: NameOption = "",
    resume: ResumeOption = False,
    trial: TrialOption = False,
    show_mask: MaskOption = False,
    adapter: AdapterOption = "",
    processes: ProcessesOption = 1,
    launch: LaunchOption = "",
    detach: DetachOption = False,
) -> None:
    """Teach a model from a dataset: sft answers, cot thinking before them, grpo by reward.

    Ctrl-C stops with a checkpoint, and “musicflamingo runs resume NAME” goes on.
    """
    place = Place(default_home())
    if resume:
        _follow(_started(_folder(place, name)), detach)
        return
    chosen = recipe_of(stage, recipe, change or ())
    plan = planned(place, chosen, dataset, model, adapter=adapter, processes=processes, launch=launch)
    if trial:
        _tried(place, plan)
    elif show_mask:
        _masked(plan)
    else:
        command = " ".join(["musicflamingo", *sys.argv[1:]])
        _follow(_started(create(place.runs, plan, name=name, command=command)), detach)


def _started(folder: Path) -> Path:
    start(folder)
    err.print(f"The run {folder.name} is in {folder}.", soft_wrap=True)
    return folder


def _follow(folder: Path, detach: bool) -> None:
    """Tells how a run goes until it ends. Ctrl-C asks it to stop with a checkpoint; a second one leaves it alone."""
    if detach:
        return
    try:
        run = _watched(folder)
    except KeyboardInterrupt:
        err.print("Stopping after this step, with a checkpoint. Ctrl-C again leaves it running alone.")
        stop(folder)
        run = _watched(folder)
    if run.status == "failed":
        err.print(f"{run.name} failed: {run.sentence}", soft_wrap=True)
        raise typer.Exit(1)
    out.print(f"{run.name}: {run.sentence}", soft_wrap=True)


def _watched(folder: Path) -> Run:
    told = -1
    while True:
        run = read_run(folder)
        if run.step != told and run.steps:  # its last step too, though it ended meanwhile
            told = run.step
            err.print(_progress(run), soft_wrap=True)
        if run.status != "running":
            return run
        time.sleep(LOOK_S)


def _progress(run: Run) -> str:
    loss = run.last.get("loss")
    shown = f", loss {loss:.3f}" if isinstance(loss, float) else ""
    left = f", {_time(run.eta_s)} left" if run.eta_s is not None else ""
    return f"step {run.step} of {run.steps}{shown}{left}"


def _tried(place: Place, plan: Plan) -> None:
    from train.trial import said, trial

    out.print(said(trial(plan, place.runs)), soft_wrap=True)


def _masked(plan: Plan) -> None:
    from train.sft.lessons import masked

    for heading, text in masked(plan.base, plan.dataset, plan.recipe):
        sys.stdout.write(f"{heading}\n{text}\n")


@runs.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List the runs, newest first."""
    found = list_runs(Place(default_home()).runs)
    if as_json:
        sys.stdout.write(json.dumps([document(run) for run in found], ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("name", "stage", "state", "step", "loss", "model", "data", "started")
    for run in found:
        loss = run.last.get("loss")
        table.add_row(
            run.name,
            run.stage,
            run.status,
            f"{run.step}/{run.steps}" if run.steps else "",
            f"{loss:.3f}" if isinstance(loss, float) else "",
            run.model,
            run.dataset,
            run.started[:16],
        )
    out.print(table)


@runs.command("show")
def show(name: RunArgument, as_json: JsonOption = False) -> None:
    """Show how a run stands, what it measured, and what it answers."""
    run = read_run(_folder(Place(default_home()), name))
    if as_json:
        curves = {"curves": run.curves, "settings": run.settings, "samples": run.samples}
        sys.stdout.write(json.dumps(document(run) | curves, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table(title=run.name, show_header=False, title_justify="left", title_style="bold")
    for label, text in _rows(run):
        table.add_row(label, text)
    out.print(table)
    for row in [sample for sample in run.samples if sample["step"] == run.samples[-1]["step"]]:
        out.print(f"{row['example']}: {row['answer']!r}, expected {row['expected']!r}", soft_wrap=True)


@runs.command("compare")
def compare_two(first: RunArgument, second: RunArgument, as_json: JsonOption = False) -> None:
    """Compare two runs: what was set differently, and what came of it."""
    place = Place(default_home())
    found = compare(read_run(_folder(place, first)), read_run(_folder(place, second)))
    if as_json:
        sys.stdout.write(json.dumps(vars(found), ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("", found.first, found.second)
    for rows in (found.origins, found.settings, found.results):
        for label, pair in rows.items():
            table.add_row(label, *(_cell(value) for value in pair))
        table.add_section()
    out.print(table)


@runs.command("stop")
def stop_run(name: RunArgument) -> None:
    """Ask a run to stop after the step under way, with a checkpoint."""
    stop(_folder(Place(default_home()), name))
    out.print(f"{name} stops after this step. “musicflamingo runs resume {name}” goes on.")


@runs.command("resume")
def resume_run(name: RunArgument, detach: DetachOption = False) -> None:
    """Go on with a run from its last checkpoint."""
    _follow(_started(_folder(Place(default_home()), name)), detach)


def document(run: Run) -> dict[str, Any]:
    """A run as JSON, without its curves."""
    names = ("name", "status", "sentence", "stage", "model", "dataset", "started", "step", "steps", "eta_s")
    return {name: getattr(run, name) for name in names} | {"folder": str(run.folder), "last": dict(run.last)}


def _folder(place: Place, name: str) -> Path:
    return place.runs / name if name and "/" not in name else Path(name or "(no name)")


def _rows(run: Run) -> list[tuple[str, str]]:
    rows = [("State", run.sentence), ("Stage", run.stage), ("Model", run.model), ("Data", run.dataset)]
    rows += [("Step", f"{run.step} of {run.steps}")] if run.steps else []
    rows += [("Left", _time(run.eta_s))] if run.eta_s is not None else []
    rows += [(name, _cell(points[-1][1])) for name, points in run.curves.items()]
    return [*rows, ("Folder", str(run.folder))]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
