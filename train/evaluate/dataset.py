"""Evaluating on a frozen dataset: its held-out side, judged by the tasks that made it."""

from collections.abc import Sequence
from pathlib import Path

from musicflamingo_app.errors import NotFound, StudioError
from train.dataset import SIDES, datasets_folder, open_dataset
from train.evaluate.candidate import Candidate, Control
from train.evaluate.marks import Rule, item_of, one_by_one
from train.evaluate.plan import SEED, Plan, limited

TRAIN_NOTE = "These are the examples that training saw; held-out ones tell more."


def task_rule() -> Rule:
    """The rule of the trainer's own tasks, which rewards use too."""
    from train.tasks.registry import score

    about = "as the task scores it: 0 to 1, near misses in part (half tempo, relative key)."
    return one_by_one("score", about, score)


def dataset_folder(home: Path, wanted: str) -> Path:
    """The folder of a dataset, by its name in the data folder or its path. Raises NotFound that names those there are.

    A name comes before a path.
    """
    root = datasets_folder(home)
    for folder in (root / wanted, Path(wanted)):
        if wanted and folder.is_dir():
            return folder
    here = sorted(path.name for path in root.glob("*/") if not path.name.startswith(".")) if root.is_dir() else []
    advice = f"There are: {', '.join(here)}." if here else "Build one with “musicflamingo dataset build”."
    raise NotFound(f"There is no dataset named “{wanted}”.", advice)


def dataset_plan(
    folder: Path,
    candidates: Sequence[Candidate],
    controls: tuple[Control, ...],
    *,
    side: str = "held_out",
    limit: int | None = None,
    seed: int = SEED,
) -> Plan:
    """The evaluation of a dataset's side. Raises NotFound, StudioError."""
    if side not in SIDES:
        raise StudioError(f"A dataset has no side “{side}”.", f"Use one of {', '.join(SIDES)}.")
    dataset = open_dataset(folder)
    examples = dataset.held_out if side == "held_out" else dataset.train
    if not examples:
        raise StudioError(f"The {side} side of {dataset.name} is empty.", "Build it with more songs.")
    notes = [TRAIN_NOTE] if side == "train" else []
    notes += [f"{one.name} hears no audio and was asked without." for one in candidates if not one.hears_audio]
    return Plan(
        f"{dataset.name} ({side})",
        limited(examples, limit, seed=seed),
        dataset.folder,
        tuple(candidates),
        (task_rule(),),
        controls,
        seed=seed,
        n_all=len({item_of(one) for one in examples}),
        notes=tuple(notes),
        about={"dataset": dataset.name, "dataset_hash": dataset.hash, "side": side},
    )
