"""`musicflamingo evaluate DATASET | compare A B | suite NAME | suites`: how right models answer."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from musicflamingo_app.cli.speak import err, out, progress_bar
from musicflamingo_app.errors import NotFound
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import Settings, load_settings
from musicflamingo_app.ui.desk import open_desk
from train.evaluate.candidate import CONTROLS, Candidate, Control
from train.evaluate.compare import Comparison, compare
from train.evaluate.dataset import dataset_folder, dataset_plan, task_rule
from train.evaluate.documents import report_json
from train.evaluate.evaluation import Judging
from train.evaluate.evaluation import evaluate as run_evaluation
from train.evaluate.folder import evaluations_folder, folder_name
from train.evaluate.markdown import summary
from train.evaluate.opening import Opening, candidate_of
from train.evaluate.plan import Plan
from train.evaluate.run import Step
from train.plan import Place

DEFAULT = "dataset"


class DatasetFirst(TyperGroup):
    """`evaluate DATASET` is `evaluate dataset DATASET`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


evaluate = typer.Typer(
    cls=DatasetFirst,
    no_args_is_help=True,
    help="How right a model answers: on the held-out songs of a dataset (“evaluate DATASET”), on published benchmarks, "
    "and what changed between two evaluations.",
)

ModelOption = Annotated[
    str | None,
    typer.Option("--model", help="Who answers, as “models list” names it, or the folder of a Music Flamingo."),
]
AdapterOption = Annotated[str, typer.Option("--adapter", help="An adapter of that model, by its name.")]
BaseOption = Annotated[
    bool, typer.Option("--with-base", help="Ask the model without the adapter too, and tell what changed.")
]
ControlsOption = Annotated[
    bool, typer.Option("--controls", help="Ask with Gaussian noise and without sound too: what does hearing add?")
]
LimitOption = Annotated[int | None, typer.Option("--limit", help="Only so many items, drawn the same each time.")]
NameOption = Annotated[str, typer.Option("--name", help="Name of the evaluation's folder.")]
TokensOption = Annotated[int | None, typer.Option("--max-tokens", min=1, help="Longest answer, in tokens.")]
ThinksOption = Annotated[
    bool | None, typer.Option("--thinks/--no-thinks", help="Ask for a thought first, or for none; else as it was made.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@evaluate.command(DEFAULT)
def dataset(
    wanted: Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name, or its folder.")],
    model: ModelOption = None,
    adapter: AdapterOption = "",
    with_base: BaseOption = False,
    controls: ControlsOption = False,
    limit: LimitOption = None,
    side: Annotated[str, typer.Option("--side", help="held_out or train.")] = "held_out",
    name: NameOption = "",
    max_tokens: TokensOption = None,
    thinks: ThinksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate on the held-out songs of a dataset. Ctrl-C stops; the same command goes on."""
    settings = load_settings(model=model)
    with _desk(settings) as studio:
        folder = dataset_folder(studio.paths.home, wanted)
        who = candidates(studio, settings.model, adapter, with_base, thinks)
        plan = dataset_plan(folder, who, _controls(controls), side=side, limit=limit)
        plan = with_tokens(plan, max_tokens)
        default = folder_name(folder.name, side if side == "train" else "", who[-1].name, "base" if with_base else "")
        _run(studio, plan, name or folder_name(default, str(limit or "")), as_json)


@evaluate.command("compare")
def compare_two(
    before: Annotated[str, typer.Argument(help="An evaluation's name, or its folder.")],
    after: Annotated[str, typer.Argument(help="Another one of the same dataset or benchmark.")],
    as_json: JsonOption = False,
) -> None:
    """Tell what changed from one evaluation to another: the same questions, paired, with intervals."""
    from dataclasses import asdict

    from musicflamingo_app.paths import default_home
    from train.evaluate.markdown import comparison
    from train.suites.catalogue import rules_of

    root = evaluations_folder(default_home())
    folders = [evaluation_folder(root, wanted) for wanted in (before, after)]
    found: Comparison = compare(*folders, rules_of(folders[0]) or (task_rule(),))
    sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False, indent=1) if as_json else comparison(found))
    sys.stdout.write("\n")


def evaluation_folder(root: Path, wanted: str) -> Path:
    """The folder of an evaluation, by name or path. Raises NotFound that names those there are."""
    for folder in (root / wanted, Path(wanted)):
        if wanted and folder.is_dir():
            return folder
    here = sorted(path.name for path in root.glob("*/")) if root.is_dir() else []
    advice = f"There are: {', '.join(here)}." if here else "Make one with “musicflamingo evaluate DATASET”."
    raise NotFound(f"There is no evaluation named “{wanted}”.", advice)


def candidates(
    studio: Studio, model_id: str, adapter: str, with_base: bool, thinks: bool | None = None
) -> tuple[Candidate, ...]:
    """The base, when asked for, and the candidate. Raises NotFound for an unknown model or adapter."""
    who = candidate_of(studio.speech, model_id, adapter, thinks=thinks)
    if adapter:
        Opening(studio.speech, Place(studio.paths.home)).adapter(who)
    return (candidate_of(studio.speech, model_id, thinks=thinks), who) if with_base and adapter else (who,)


def with_tokens(plan: Plan, max_tokens: int | None) -> Plan:
    """The plan with another longest answer."""
    from dataclasses import replace

    return plan if max_tokens is None else replace(plan, max_new_tokens=max_tokens)


def _controls(wanted: bool) -> tuple[Control, ...]:
    return CONTROLS if wanted else CONTROLS[:1]


@contextmanager
def _desk(settings: Settings) -> Iterator[Studio]:
    studio = open_desk(settings)
    try:
        yield studio
    finally:
        studio.close()


def _run(
    studio: Studio, plan: Plan, name: str, as_json: bool, *, heading: str = "", judging: Judging | None = None
) -> None:
    """Evaluates with a bar, then prints the report."""
    folder = evaluations_folder(studio.paths.home) / folder_name(name)
    with progress_bar() as bar:
        job = bar.add_task("Loading the model", name=plan.name, total=1.0)

        def loading(fraction: float, sentence: str) -> None:
            bar.update(job, description=sentence)

        def watch(step: Step) -> None:
            text = f"{step.n_done}/{step.n_all} {step.control}"
            bar.update(job, name=step.candidate, completed=step.n_done, total=step.n_all, description=text)

        opener = Opening(studio.speech, Place(studio.paths.home), loading)
        try:
            report = run_evaluation(folder, plan, opener, watch, judging=judging, heading=heading)
        except KeyboardInterrupt:
            err.print("\nStopped. The same command goes on from here.")
            raise
        finally:
            opener.close()
    text = json.dumps(report_json(report), ensure_ascii=False, indent=1) if as_json else f"{heading}{summary(report)}"
    sys.stdout.write(text + "\n")
    err.print(f"Kept in {folder}.", style="dim", soft_wrap=True)


@evaluate.command("suite")
def run_suite(
    suite_name: Annotated[
        str, typer.Argument(metavar="NAME", help="A published benchmark; “evaluate suites” lists them.")
    ],
    files: Annotated[Path, typer.Option("--files", help="The folder with its official files and recordings.")],
    model: ModelOption = None,
    adapter: AdapterOption = "",
    with_base: BaseOption = False,
    controls: ControlsOption = False,
    limit: LimitOption = None,
    skip_missing: Annotated[
        bool, typer.Option("--skip-missing", help="Leave out items whose recordings are not there, and say how many.")
    ] = False,
    judge: Annotated[str, typer.Option("--judge", help="A model that judges the answers too.")] = "",
    name: NameOption = "",
    max_tokens: TokensOption = None,
    thinks: ThinksOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate on a published benchmark from its official files. Ctrl-C stops; the same command goes on."""
    from train.suites.catalogue import judging, suite, suite_plan
    from train.suites.published import published_table

    wanted = suite(suite_name)
    settings = load_settings(model=model)
    with _desk(settings) as studio:
        who = candidates(studio, settings.model, adapter, with_base, thinks)
        judged = judging(wanted, candidate_of(studio.speech, judge)) if judge else None
        plan = suite_plan(wanted, files, who, _controls(controls), limit=limit, skip_missing=skip_missing)
        plan = with_tokens(plan, max_tokens)
        default = folder_name(wanted.name, who[-1].name, "base" if with_base else "", str(limit or ""))
        table = "\n".join(published_table(wanted.name))
        _run(studio, plan, name or default, as_json, heading=table, judging=judged)


@evaluate.command("suites")
def list_suites(as_json: JsonOption = False) -> None:
    """List the published benchmarks: what files each needs, where they come from, and their licences."""
    from train.suites.catalogue import SUITES

    rows = [
        {"name": s.name, "title": s.title, "files": s.files, "source": s.source, "licence": s.licence, "notes": s.notes}
        for s in SUITES
    ]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        return
    out.print("Nothing is downloaded or passed on; keep to the licences of what you bring.\n", soft_wrap=True)
    for row in rows:
        out.print(f"{row['name']}  ({row['title']})", style="bold")
        for label in ("files", "source", "licence"):
            out.print(f"  {label}: {row[label]}", soft_wrap=True)
        for note in row["notes"]:
            out.print(f"  {note}", soft_wrap=True)
