"""Curves of runs as plotly figures, written as plain JSON: what was measured at each step, one chart a group.

Grounds are transparent; the page sets ink and grid for light and dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_POINTS = 1500  # of one line; more cannot be seen
COLOURS = (("#cf3556", "#f2a0b1"), ("#2f6fb0", "#93bde6"))  # by run: its first line, its second
_INK, _GRID = "#85808c", "rgba(133,128,140,0.25)"
Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A group of curves: names as the metrics call them, with what people call each."""

    title: str
    about: str
    curves: Mapping[str, str]
    is_log: bool = False
    per_step: bool = False  # seconds a step, shown as steps a minute
    unit: float = 1.0
    from_zero: bool = False


CHARTS = (
    Chart("Loss", "How surprised the model is by the answers; lower is better.",
          {"loss": "while learning", "held_out_loss": "on held-out songs"}),
    Chart("Reward", "How good the drawn answers are, from 0 to 1.", {"reward": "drawn answers"}),
    Chart("Learning rate", "How large a step the weights take.", {"learning_rate": "learning rate"}),
    Chart("Throughput", "Steps a minute.", {"step_s": "steps a minute"}, per_step=True, from_zero=True),
    Chart("Length of the gradient", "Long ones are shortened; growing ones are a warning.",
          {"grad_norm": "gradient"}, is_log=True),
    Chart("Waiting for data", "Share of each step that waits for sound to be decoded.",
          {"waiting": "share"}, from_zero=True),
    Chart("Memory", "The most that was used so far, in GB.", {"memory_bytes": "GB"}, unit=1e-9, from_zero=True),
)  # fmt: skip
_KNOWN = frozenset(name for chart in CHARTS for name in chart.curves) | {"epoch"}


def figures(runs: Sequence[tuple[str, Mapping[str, Points]]]) -> list[dict[str, Any]]:
    """A figure for each chart that at least one of the runs (name and curves) has points for."""
    charts = [*CHARTS, *_others(runs)]
    drawn = [(chart, _lines(chart, runs)) for chart in charts]
    return [_figure(chart, lines) for chart, lines in drawn if lines]


def thinned(points: Points, most: int = MAX_POINTS) -> list[tuple[int, float]]:
    """At most so many points; each stands for the mean of its stretch, at its last step, so that spikes still show."""
    size = -(-len(points) // most) if points else 1
    stretches = (points[at : at + size] for at in range(0, len(points), size))
    return [(stretch[-1][0], sum(value for _, value in stretch) / len(stretch)) for stretch in stretches]


def _others(runs: Sequence[tuple[str, Mapping[str, Points]]]) -> list[Chart]:
    """Charts for what only some stages measure, one each."""
    names = dict.fromkeys(name for _, curves in runs for name in curves if name not in _KNOWN)
    return [Chart(name.replace("_", " ").capitalize(), "", {name: name.replace("_", " ")}) for name in names]


def _lines(chart: Chart, runs: Sequence[tuple[str, Mapping[str, Points]]]) -> list[dict[str, Any]]:
    lines = []
    for run, (who, curves) in enumerate(runs):
        for place, (name, label) in enumerate(chart.curves.items()):
            points = [(step, _shown(chart, value)) for step, value in curves.get(name, ())]
            if points:
                named = _named(chart, who, label, len(runs))
                lines.append(_line(thinned(points), named, COLOURS[run % len(COLOURS)][min(place, 1)], few=place > 0))
    return lines


def _named(chart: Chart, who: str, label: str, n_runs: int) -> str:
    if n_runs == 1:
        return label
    return who if len(chart.curves) == 1 else f"{who}, {label}"


def _shown(chart: Chart, value: float) -> float:
    return 60 / value if chart.per_step and value > 0 else value * chart.unit


def _line(points: Points, name: str, colour: str, *, few: bool) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers" if few or len(points) == 1 else "lines",
        "name": name,
        "x": [step for step, _ in points],
        "y": [float(f"{value:.6g}") for _, value in points],
        "line": {"color": colour, "width": 2},
        "hovertemplate": "step %{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
    }


def _figure(chart: Chart, lines: list[dict[str, Any]]) -> dict[str, Any]:
    axis = {"gridcolor": _GRID, "linecolor": _GRID, "zerolinecolor": _GRID, "automargin": True}
    layout = {
        "height": 260,
        "margin": {"l": 46, "r": 12, "t": 8, "b": 34},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": _INK, "size": 12},
        "xaxis": {**axis, "title": {"text": "step"}, "rangemode": "tozero"},
        "yaxis": {
            **axis,
            "type": "log" if chart.is_log else "linear",
            "exponentformat": "power",
            "rangemode": "tozero" if chart.from_zero else "normal",
        },
        "showlegend": len(lines) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        "hovermode": "x unified",
        "uirevision": chart.title,  # a zoom survives the next points
    }
    return {"title": chart.title, "about": chart.about, "data": lines, "layout": layout}
