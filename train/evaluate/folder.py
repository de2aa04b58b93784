"""The folder of an evaluation: `about.json`, `examples.jsonl`, `answers.jsonl`, and at the end `report.json` and `.md`.

A folder without `report.json` was interrupted; the same command goes on in it.
"""

import contextlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.evaluate.marks import item_of
from train.evaluate.plan import Plan, digest_of, example_of_row
from train.examples import Example, example_as_json

ABOUT, EXAMPLES, ANSWERS, REPORT, TABLE = "about.json", "examples.jsonl", "answers.jsonl", "report.json", "report.md"


def evaluations_folder(home: Path) -> Path:
    """Where the evaluations of a data folder lie."""
    return home / "evaluations"


def folder_name(*parts: str) -> str:
    """A name for the folder from what is evaluated."""
    words = (re.sub(r"[^\w.+-]+", "-", part).strip("-.") for part in parts)
    return "_".join(word for word in words if word) or "evaluation"


@dataclass(frozen=True)
class Kept:
    """An evaluation as it lies on the disk."""

    folder: Path
    about: dict[str, Any]
    examples: tuple[Example, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def is_done(self) -> bool:
        """Whether it came to its end."""
        return (self.folder / REPORT).is_file()

    def check_done(self) -> None:
        """Raises NotFound for one that was interrupted."""
        if not self.is_done:
            what = f"The evaluation in {self.folder} has no report."
            raise NotFound(what, "Run the same command again; it goes on where it was interrupted.")


def about_of(plan: Plan) -> dict[str, Any]:
    """What is written about a plan: all that decides the answers and their marks."""
    return {
        "name": plan.name,
        "examples_sha256": plan.digest,
        "n_examples": len(plan.examples),
        "n_items": len({item_of(one) for one in plan.examples}),
        "n_items_before_limit": plan.n_all,
        "audio": str(plan.audio.absolute()),
        "candidates": [one.name for one in plan.candidates],
        "controls": list(plan.controls),
        "rules": [{"name": rule.name, "about": rule.about} for rule in plan.rules],
        "seed": plan.seed,
        "notes": list(plan.notes),
        **plan.about,
    }


def prepare(folder: Path, plan: Plan) -> None:
    """Makes the folder, or checks that the evaluation in it has the same examples. Raises StudioError, StorageError."""
    if (folder / ABOUT).is_file():
        kept = open_evaluation(folder)
        if kept.about.get("examples_sha256") != plan.digest or kept.about.get("seed") != plan.seed:
            what = f"The evaluation {folder.name} holds answers to other examples."
            raise StudioError(what, "Use another --name, or remove the folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(example_as_json(one), ensure_ascii=False, sort_keys=True) for one in plan.examples]
        replace_text(folder / EXAMPLES, "".join(line + "\n" for line in lines))
        replace_text(folder / ABOUT, json.dumps(about_of(plan), ensure_ascii=False, indent=1) + "\n")
        (folder / REPORT).unlink(missing_ok=True)  # it comes back at the end
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror or error}.", "Free the disk.") from error


def open_evaluation(folder: Path) -> Kept:
    """An evaluation on the disk. Raises NotFound, StudioError for damaged files."""
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        rows = [json.loads(line) for line in (folder / EXAMPLES).read_text("utf-8").splitlines() if line.strip()]
        examples = tuple(example_of_row(row) for row in rows)
    except FileNotFoundError as error:
        what = f"There is no evaluation in {folder}."
        raise NotFound(what, "Name one that “musicflamingo evaluate” made.") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StudioError(f"The evaluation in {folder} cannot be read: {error}.", "Evaluate again.") from error
    if about.get("examples_sha256") != digest_of(examples):
        raise StudioError(f"The examples of {folder} were changed.", "Evaluate again under another name.")
    return Kept(folder, about, examples)


def list_evaluations(home: Path) -> tuple[Kept, ...]:
    """The evaluations of a data folder by name, interrupted ones too; what cannot be read is left out."""
    folders = sorted(path for path in evaluations_folder(home).glob("*/") if (path / ABOUT).is_file())
    found = []
    for folder in folders:
        with contextlib.suppress(StudioError):
            found.append(open_evaluation(folder))
    return tuple(found)


def replace_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all. Raises StorageError."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        what = f"{path} cannot be written: {error.strerror or error}."
        raise StorageError(what, "Free or unlock the disk, then run the same command again.") from error
