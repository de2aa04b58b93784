"""A report as JSON and back."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StudioError
from train.evaluate.folder import REPORT, TABLE, replace_text
from train.evaluate.intervals import Estimate
from train.evaluate.markdown import markdown
from train.evaluate.report import Case, Difference, Failure, Marks, Report, Row

FORMAT = 1
MARKS = "marks.jsonl"


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON."""
    return {"format": FORMAT, **asdict(report)}


def keep_report(folder: Path, report: Report, *, before: str = "") -> None:
    """Writes `report.md` and then `report.json`, which says that the evaluation is done. `before` heads the table."""
    text = json.dumps(report_json(report), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    replace_text(folder / TABLE, before + markdown(report))
    replace_text(folder / REPORT, text + "\n")


def keep_marks(folder: Path, marks: Marks) -> None:
    """Writes `marks.jsonl`: what each item earned by candidate, control and rule."""
    lines = [
        {
            "item": mark.item,
            "candidate": who,
            "control": control,
            "rule": rule,
            "value": mark.value,
            "weight": mark.weight,
            "answered": mark.is_answered,
        }
        for (who, control, rule), found in marks.items()
        for mark in found
    ]
    replace_text(folder / MARKS, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def read_report(folder: Path) -> Report:
    """The report of an evaluation. Raises NotFound where it was interrupted, StudioError for a damaged one."""
    path = folder / REPORT
    try:
        row = json.loads(path.read_text("utf-8"))
        return Report(
            row["about"],
            tuple(Row(**{**one, "estimate": Estimate(**one["estimate"])}) for one in row["rows"]),
            tuple(map(_difference, row["hearing"])),
            tuple(map(_difference, row["changes"])),
            {who: tuple(map(_case, cases)) for who, cases in row["worst"].items()},
            {who: tuple(map(_case, cases)) for who, cases in row["worsened"].items()},
            tuple(Failure(**{**one, "sentences": tuple(one["sentences"])}) for one in row["failures"]),
        )
    except FileNotFoundError as error:
        what = f"The evaluation in {folder} has no report."
        raise NotFound(what, "Run the same command again; it goes on where it was interrupted.") from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StudioError(f"{path} cannot be read: {error}.", "Run the same command again.") from error


def _difference(row: dict[str, Any]) -> Difference:
    return Difference(**{**row, "estimate": Estimate(**row["estimate"])})


def _case(row: dict[str, Any]) -> Case:
    references = tuple((start_s, end_s) for start_s, end_s in row["references"])
    return Case(**{**row, "references": references, "options": tuple(row["options"])})
