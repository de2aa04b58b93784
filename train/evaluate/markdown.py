"""A report as Markdown tables for people."""

from collections.abc import Iterator, Mapping, Sequence

from musicflamingo_app.music.time import clock
from train.evaluate.compare import Comparison
from train.evaluate.intervals import Estimate
from train.evaluate.report import Case, Difference, Report, Row

_SHOWN = 160  # characters of an answer
_CONTROLS = {"audio": "audio", "noise": "noise", "none": "no audio"}


def markdown(report: Report) -> str:
    """The whole report."""
    lines = [*_head(report), *_rows(report.rows), *_hearing(report), *_changes(report), *_failures(report)]
    lines += _cases("Worst answers", report.worst)
    lines += _cases("Right before, wrong now", report.worsened)
    return "\n".join(lines) + "\n"


def summary(report: Report) -> str:
    """The numbers alone, for a terminal."""
    return "\n".join([*_head(report), *_rows(report.rows), *_hearing(report), *_changes(report), *_failures(report)])


def _head(report: Report) -> Iterator[str]:
    about = report.about
    yield f"# {about['name']}"
    yield ""
    all_items = about["n_items_before_limit"]
    limit = f" of {all_items}" if all_items > about["n_items"] else ""
    yield f"{about['n_items']}{limit} items. Intervals: 95 %, songs drawn with replacement."
    for rule in about["rules"]:
        yield f"- {rule['name']}: {rule['about']}"
    for note in about["notes"]:
        yield f"- {note}"


def _rows(rows: Sequence[Row]) -> Iterator[str]:
    yield from table_of(
        ("candidate", "heard", "rule", "of", "result", "interval", "full marks", "answered", "items", "songs"),
        [
            (
                row.candidate,
                _CONTROLS.get(row.control, row.control),
                row.rule,
                "all" if row.group == "all" else f"{row.group}: {row.name}",
                number(row.estimate.value, row.unit),
                interval(row.estimate, row.unit),
                number(row.full, "%"),
                number(row.answered, "%"),
                str(row.estimate.n_items),
                str(row.estimate.n_songs),
            )
            for row in rows
        ],
    )


def _hearing(report: Report) -> Iterator[str]:
    if report.hearing:
        yield from ("", "## What hearing adds")
        yield from _differences(report.hearing)


def _changes(report: Report) -> Iterator[str]:
    if report.changes:
        yield from ("", "## Before and after")
        yield from _differences(report.changes)


def _differences(found: Sequence[Difference]) -> Iterator[str]:
    yield from table_of(
        ("before", "after", "rule", "of", "difference", "interval", "better", "worse", "items"),
        [
            (
                one.before,
                one.after,
                one.rule,
                "all" if one.group == "all" else f"{one.group}: {one.name}",
                signed(one.estimate.value, one.unit),
                interval(one.estimate, one.unit, is_signed=True),
                str(one.n_better),
                str(one.n_worse),
                str(one.estimate.n_items),
            )
            for one in found
        ],
    )


def _failures(report: Report) -> Iterator[str]:
    if report.failures:
        yield from ("", "## Could not be asked")
    for failure in report.failures:
        where = f"{failure.candidate} ({_CONTROLS.get(failure.control, failure.control)})"
        yield f"- {where}: {failure.n_examples} examples, counted as not answered. {cell(failure.sentences[0])}"


def _cases(title: str, by_candidate: Mapping[str, Sequence[Case]]) -> Iterator[str]:
    for who, cases in by_candidate.items():
        if cases:
            yield from ("", f"## {title}: {who}")
            rows = [(c.id, _place(c), c.question, c.answer, c.completion, f"{c.value:.2f}") for c in cases]
            yield from table_of(("id", "where", "question", "right", "said", "mark"), rows)


def _place(case: Case) -> str:
    ends = "" if case.start_s is None else f" {clock(case.start_s)}"
    ends += "" if case.end_s is None else f"-{clock(case.end_s)}"
    return f"{case.audio}{ends}"


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table."""
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"


def cell(text: str) -> str:
    """A text within one cell: one line, cut, no bar."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= _SHOWN else f"{flat[: _SHOWN - 1]}…"


def number(value: float, unit: str) -> str:
    """`61.5 %` or `7.25`."""
    return f"{100 * value:.1f} %" if unit == "%" else f"{value:.2f}"


def signed(value: float, unit: str) -> str:
    return f"{100 * value:+.1f} %" if unit == "%" else f"{value:+.2f}"


def interval(estimate: Estimate, unit: str, *, is_signed: bool = False) -> str:
    """`55.0 % to 67.9 %`; a dash where one song bears it all."""
    if estimate.low is None or estimate.high is None:
        return "–"
    written = signed if is_signed else number
    return f"{written(estimate.low, unit)} to {written(estimate.high, unit)}"


def comparison(found: Comparison) -> str:
    """Two evaluations beside each other."""
    lines = [f"# {found.before} → {found.after}", ""]
    lines.append(
        f"{found.n_common} examples in common ({found.n_before} before, {found.n_after} after), "
        f"{_CONTROLS[found.control]}. Intervals: 95 %, songs drawn with replacement."
    )
    lines += _differences(found.changes)
    lines += _cases("Right before, wrong now", {found.after: found.worsened})
    lines += _cases("Wrong before, right now", {found.after: found.improved})
    return "\n".join(lines)
