"""Curves of runs as figures."""

import json

import plotly.graph_objects as go
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.ui.train.curves import MAX_POINTS, figures, thinned

RUN = {
    "loss": [(1, 2.0), (2, 1.5)],
    "held_out_loss": [(2, 1.9)],
    "step_s": [(1, 2.0), (2, 0.0)],
    "memory_bytes": [(1, 2e9)],
    "epoch": [(1, 0.1)],
    "kl_divergence": [(1, 0.01)],
}


def test_each_group_of_curves_is_a_chart_that_plotly_reads() -> None:
    made = {figure["title"]: figure for figure in figures([("a", RUN)])}
    assert list(made) == ["Loss", "Throughput", "Memory", "Kl divergence"]
    assert [line["name"] for line in made["Loss"]["data"]] == ["while learning", "on held-out songs"]
    assert made["Loss"]["data"][1]["mode"] == "lines+markers"
    assert made["Throughput"]["data"][0]["y"] == [30.0, 0.0] and made["Memory"]["data"][0]["y"] == [2.0]
    for figure in made.values():
        go.Figure(json.loads(json.dumps({"data": figure["data"], "layout": figure["layout"]})))


def test_two_runs_stand_in_the_same_charts_in_different_colours() -> None:
    loss, rate = figures([("a", {"loss": [(1, 1.0)]}), ("b", {"loss": [(1, 2.0)], "learning_rate": [(1, 1e-4)]})])
    assert [line["name"] for line in loss["data"]] == ["a, while learning", "b, while learning"]
    assert loss["data"][0]["line"]["color"] != loss["data"][1]["line"]["color"]
    assert [line["name"] for line in rate["data"]] == ["b"]
    assert figures([("a", {})]) == []


@given(st.lists(st.floats(-1e3, 1e3), max_size=200), st.integers(1, 50))
def test_thinned_points_keep_order_mean_and_the_last_step(values: list[float], most: int) -> None:
    points = list(enumerate(values))
    thin = thinned(points, most)
    assert len(thin) <= most and [step for step, _ in thin] == sorted({step for step, _ in thin})
    assert not points or (thin[-1][0] == points[-1][0] and min(values) - 1e-6 <= thin[0][1] <= max(values) + 1e-6)
    assert len(points) > most or thin == points
    assert MAX_POINTS > 1000
