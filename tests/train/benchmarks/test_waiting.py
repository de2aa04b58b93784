"""The bench of waiting counts step time, not steps, and leaves the first out."""

from pathlib import Path

from train.benchmarks.waiting import Waited, table, waited
from train.recipes.recipe import Recipe
from train.runs.folder import METRICS, Plan, append_line, create
from train.runs.read import read_run


def test_the_share_is_of_time(tmp_path: Path) -> None:
    folder = create(tmp_path, Plan(Recipe(), tmp_path, tmp_path, "toy"), name="one")
    for step, step_s, waiting in ((1, 60.0, 0.9), (2, 1.0, 0.4), (3, 3.0, 0.0)):
        append_line(folder / METRICS, {"step": step, "loss": 1.0, "step_s": step_s, "waiting": waiting})
    found = waited(read_run(folder))
    assert found == Waited(0.1, 2.0, 2)
    assert "| kept | 10.00% | 5% | 2.00 s | 2 |" in table({"kept": found})
