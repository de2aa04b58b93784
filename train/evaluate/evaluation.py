"""One evaluation from plan to report, as the command line and the page start it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from model.types import Backend
from train.evaluate.answers import AnswerFile
from train.evaluate.candidate import Candidate
from train.evaluate.documents import keep_marks, keep_report
from train.evaluate.folder import about_of
from train.evaluate.marks import Rule
from train.evaluate.plan import Plan
from train.evaluate.progress import noting
from train.evaluate.report import Report, marks_of, report_of
from train.evaluate.run import Opener, Watch, collect

JUDGED = "judged.jsonl"


@dataclass(frozen=True, slots=True)
class Judging:
    """A model that judges texts, and the rules it judges by; its replies are kept and resumed as answers are."""

    judge: Candidate
    rules: Callable[[Backend, AnswerFile], tuple[Rule, ...]]


def evaluate(
    folder: Path,
    plan: Plan,
    opener: Opener,
    watch: Watch = lambda step: None,
    *,
    judging: Judging | None = None,
    heading: str = "",
) -> Report:
    """Asks what is not answered yet, marks it all and keeps the report; `heading` stands above its tables.

    Raises NotFound, StorageError, ModelError; what was answered until then is kept.
    """
    answers = collect(folder, plan, opener, noting(folder, watch))
    if judging is None:
        marks = marks_of(plan, answers)
    else:
        with opener(judging.judge) as backend:
            plan = replace(plan, rules=(*plan.rules, *judging.rules(backend, AnswerFile(folder / JUDGED))))
            marks = marks_of(plan, answers)
    report = report_of(about_of(plan), plan, answers, marks)
    keep_marks(folder, marks)
    keep_report(folder, report, before=heading)
    return report
