"""A report as the page reads it: tables with intervals, a chart of tasks, and the worst answers with their sounds."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from train.evaluate.intervals import Estimate
    from train.evaluate.report import Case, Difference, Report, Row
    from train.examples import Example

CONTROL_LABELS = {"audio": "hears the song", "noise": "hears noise instead", "none": "hears nothing"}
COLOURS = ("#85808c", "#cf3556", "#2f6fb0", "#2f7d54")
_ROW_HEIGHT, _FRAME_HEIGHT = 30, 90


def report_view(report: "Report", examples: Sequence["Example"]) -> dict[str, Any]:
    """Everything the page draws of a report. `examples` tell which recording each case is about."""
    from train.evaluate.marks import item_of

    tracks = {item_of(example): example.track for example in examples}
    rule = report.rows[0].rule if report.rows else ""
    return {
        "about": {
            "n_items": report.about.get("n_items", 0),
            "dataset_hash": report.about.get("dataset_hash", ""),
            "seed": report.about.get("seed", 0),
            "notes": list(report.about.get("notes", ())),
            "rules": list(report.about.get("rules", ())),
        },
        "overall": [_row(row) for row in report.rows if row.group == "all"],
        "tasks": [_row(row) for row in report.rows if row.group in ("task", "skill", "kind")],
        "hearing": [_difference(row) for row in report.hearing if row.group == "all"],
        "changes": [_difference(row) for row in report.changes],
        "chart": task_chart([row for row in report.rows if row.rule == rule]),
        "worst": {who: [_case(case, tracks) for case in cases] for who, cases in report.worst.items()},
        "worsened": {who: [_case(case, tracks) for case in cases] for who, cases in report.worsened.items()},
        "failures": [
            {"candidate": one.candidate, "n": one.n_examples, "sentences": list(one.sentences)}
            for one in report.failures
        ],
    }


def task_chart(rows: Sequence["Row"]) -> dict[str, Any] | None:
    """Marks by task with their intervals, one colour a candidate, as a plotly figure; None without tasks."""
    shown = [row for row in rows if row.group == "task" and row.control == _plainest(rows, row.candidate)]
    names = sorted({row.name for row in shown})
    if not names:
        return None
    candidates = list(dict.fromkeys(row.candidate for row in shown))
    data = [
        _dots(who, [row for row in shown if row.candidate == who], COLOURS[n % len(COLOURS)])
        for n, who in enumerate(candidates)
    ]
    axis = {"gridcolor": "rgba(133,128,140,0.25)", "automargin": True}
    unit = shown[0].unit
    layout = {
        "height": _FRAME_HEIGHT + _ROW_HEIGHT * len(names),
        "margin": {"l": 10, "r": 16, "t": 8, "b": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 12},
        "xaxis": {**axis, "range": [-2, 102] if unit == "%" else None, "title": {"text": unit}},
        "yaxis": {**axis, "categoryorder": "array", "categoryarray": [_plain(name) for name in reversed(names)]},
        "showlegend": len(candidates) > 1,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "scattermode": "group",
        "uirevision": "tasks",
    }
    return {"title": "By task", "about": "Lines are 95 % intervals over songs.", "data": data, "layout": layout}


def _dots(who: str, rows: Iterable["Row"], colour: str) -> dict[str, Any]:
    points = list(rows)
    values = [_scaled(row.estimate.value, row.unit) for row in points]
    lows = [_scaled(_or(row.estimate.low, row.estimate.value), row.unit) for row in points]
    highs = [_scaled(_or(row.estimate.high, row.estimate.value), row.unit) for row in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "orientation": "h",  # candidates stand beside each other along the tasks, not along the marks
        "name": who,
        "x": values,
        "y": [_plain(row.name) for row in points],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [high - value for high, value in zip(highs, values, strict=True)],
            "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
            "thickness": 2,
            "width": 0,
        },
        "marker": {"color": colour, "size": 9},
        "hovertemplate": "%{x:.1f}<extra>%{fullData.name}</extra>",
    }


def _plainest(rows: Sequence["Row"], candidate: str) -> str:
    """The control nearest to plain listening that a candidate has."""
    held = {row.control for row in rows if row.candidate == candidate}
    return next((control for control in CONTROL_LABELS if control in held), "")


def _row(row: "Row") -> dict[str, Any]:
    return {
        "candidate": row.candidate,
        "control": CONTROL_LABELS.get(row.control, row.control),
        "rule": row.rule,
        "group": row.group,
        "name": _plain(row.name),
        "full": round(row.full, 4),
        "answered": round(row.answered, 4),
        **_estimate(row.estimate, row.unit),
    }


def _difference(row: "Difference") -> dict[str, Any]:
    sure = row.estimate.low is not None and row.estimate.high is not None
    gain = sure and ((row.estimate.low or 0) > 0 or (row.estimate.high or 0) < 0)
    up = (row.estimate.value > 0) == row.higher_is_better
    return {
        "before": row.before,
        "after": row.after,
        "rule": row.rule,
        "group": row.group,
        "name": _plain(row.name),
        "n_better": row.n_better,
        "n_worse": row.n_worse,
        "verdict": ("better" if up else "worse") if gain else "unsure",
        **_estimate(row.estimate, row.unit),
    }


def _estimate(estimate: "Estimate", unit: str) -> dict[str, Any]:
    return {
        "unit": unit,
        "value": _scaled(estimate.value, unit),
        "low": None if estimate.low is None else _scaled(estimate.low, unit),
        "high": None if estimate.high is None else _scaled(estimate.high, unit),
        "n": estimate.n_items,
        "n_songs": estimate.n_songs,
    }


def _case(case: "Case", tracks: dict[str, str]) -> dict[str, Any]:
    return {
        "id": case.id,
        "sha": tracks.get(case.id, ""),
        "song": case.song,
        "artist": case.artist,
        "task": _plain(case.task),
        "start": case.start_s,
        "end": case.end_s,
        "references": [list(pair) for pair in case.references],
        "is_variant": case.audio.startswith("audio/"),
        "question": case.question,
        "options": list(case.options),
        "answer": case.answer,
        "said": case.completion,
        "value": round(case.value, 4),
        "said_before": case.before_completion,
        "value_before": case.before_value,
    }


def _scaled(value: float, unit: str) -> float:
    return round(value * 100, 2) if unit == "%" else round(value, 4)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _plain(name: str) -> str:
    return name.replace("_", " ")
