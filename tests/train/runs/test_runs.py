"""Run folders: whole or not there, read while they change, told apart when their process lives, died or failed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from musicflamingo_app.errors import NotFound, StorageError, StudioError
from train.recipes.recipe import Recipe
from train.runs import folder as files
from train.runs.compare import compare
from train.runs.folder import Plan, checkpoints, create, read_plan
from train.runs.living import is_alive, process_of, this_process
from train.runs.read import list_runs, read_run
from train.runs.start import start, stop
from train.runs.write import RunWriter


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(Recipe(), tmp_path / "base", tmp_path / "datasets" / "mine", "toy", card={"data_hash": "abc"})


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def began(folder: Path, step: int = 0, steps: int = 10) -> RunWriter:
    run = RunWriter(folder).__enter__()
    run.begin(step, steps)
    return run


@contextmanager
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        try:
            yield child
        finally:
            child.kill()


def test_a_run_is_made_whole_and_says_where_it_comes_from(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, command="musicflamingo train sft mine")
    assert folder.name == "sft-mine-1" and create(runs, plan).name == "sft-mine-2"
    assert read_plan(folder) == Plan(
        plan.recipe, plan.base.absolute(), plan.dataset.absolute(), "toy", card={"data_hash": "abc"}
    )
    about = json.loads((folder / "about.json").read_text("utf-8"))
    assert about["versions"]["torch"] and about["command"] and about["started"].startswith("20")
    assert len(about["commit"]) in (0, 40) and isinstance(about["dirty"], bool)
    run = read_run(folder)
    assert (run.status, run.sentence) == ("interrupted", "It was not started yet.")
    assert run.settings["learning_rate"] == plan.recipe.learning_rate


@pytest.mark.parametrize("name", ["../up", "a b", ".hidden", "", "x" * 65, "a/b"])
def test_a_name_that_is_none_is_refused(runs: Path, plan: Plan, name: str) -> None:
    if name:
        with pytest.raises(StudioError, match="is no name for a run"):
            create(runs, plan, name=name)
    assert list_runs(runs) == ()


def test_a_name_is_taken_once_and_a_failed_making_leaves_nothing(
    runs: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(runs, plan, name="one")
    with pytest.raises(StudioError, match="a run named one already"):
        create(runs, plan, name="one")

    def full(path: Path, document: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_json", full)
    with pytest.raises(StorageError, match="No space left"):
        create(runs, plan, name="two")
    assert [path.name for path in runs.iterdir()] == ["one"]


def test_a_running_run_tells_curves_and_time_left(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    run = began(folder)
    for step in (1, 2, 3):
        run.metrics(step, loss=3.0 - step, learning_rate=1e-4)
        time.sleep(0.02)
        run.at(step)
    run.samples(3, [{"example": "a", "answer": "low"}])
    read = read_run(folder)
    assert (read.status, read.step, read.steps, read.fraction) == ("running", 3, 10, 0.3)
    assert read.curves["loss"] == ((1, 2.0), (2, 1.0), (3, 0.0)) and read.last["loss"] == 0.0
    assert read.eta_s is not None and 0.05 < read.eta_s < 5 and read.silent_s is not None
    assert read.samples[0]["answer"] == "low" and read.adapter is None
    run.done()
    assert read_run(folder).status == "done"


def test_a_line_that_a_crash_cut_off_is_left_out(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    run = began(folder)
    run.metrics(1, loss=1.0)
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2, "lo')
    assert read_run(folder).curves["loss"] == ((1, 1.0),)
    run.begin(1, 10)
    run.metrics(2, loss=0.5)
    assert read_run(folder).curves["loss"] == ((1, 1.0), (2, 0.5))
    run.done()


def test_going_on_takes_back_what_came_after_the_checkpoint(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    run = began(folder)
    for step in range(1, 6):
        run.metrics(step, loss=float(step))
        run.samples(step, [{"example": "a"}])
    (folder / "checkpoints" / "checkpoint-4").mkdir()
    for step in (20, 3):
        (folder / "checkpoints" / f"step-{step}").mkdir()
    run.begin(3, 10)
    read = read_run(folder)
    assert [step for step, _ in read.curves["loss"]] == [1, 2, 3] == [row["step"] for row in read.samples]
    assert [step for step, _ in checkpoints(folder)] == [3, 20]
    assert not (folder / "checkpoints" / "checkpoint-4").exists()
    run.done()


def test_a_failure_is_one_sentence(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    with pytest.raises(StudioError), RunWriter(folder) as run:
        run.begin(0, 3)
        raise StudioError("The recording a.wav is not there.", "Put it back.")
    read = read_run(folder)
    assert (read.status, read.sentence) == ("failed", "The recording a.wav is not there. Put it back.")
    with pytest.raises(ZeroDivisionError), RunWriter(folder):
        raise ZeroDivisionError("division by zero\nand more")
    expected = "It ended by a fault, ZeroDivisionError: division by zero. The log has the rest."
    assert read_run(folder).sentence == expected


def test_a_dead_process_is_an_interrupted_run(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    with sleeper() as child:
        state = {**process_of(child.pid), "step": 4, "steps": 9, "heartbeat": time.time(), "sentence": "Learning."}
        files.write_json(folder / "state.json", state)
        assert read_run(folder).status == "running"
        with pytest.raises(StudioError, match="is running already"):
            start(folder)
        with pytest.raises(StudioError, match="is running already"), RunWriter(folder):
            raise AssertionError("two may not write one run")
        os.kill(child.pid, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while is_alive(state) and time.monotonic() < deadline:  # a zombie until it is waited for: dead all the same
            time.sleep(0.01)
        read = read_run(folder)
    assert (read.status, read.eta_s) == ("interrupted", None)
    assert read.sentence == "Its process ended at step 4; it can be resumed."


def test_an_id_that_went_to_another_process_does_not_count() -> None:
    state = this_process()
    assert is_alive(state)
    assert not is_alive({**state, "born": state["born"] - 100})
    assert is_alive({"host": "elsewhere", "heartbeat": time.time() - 5})
    assert not is_alive({"host": "elsewhere", "heartbeat": time.time() - 500})
    assert not is_alive({})


def test_stopping_is_asked_for_and_told(runs: Path, plan: Plan) -> None:
    folder = create(runs, plan, name="one")
    with pytest.raises(StudioError, match="is not running"):
        stop(folder)
    run = began(folder)
    assert not run.is_stopped()
    stop(folder)
    assert run.is_stopped() and read_run(folder).is_stopping
    run.stopped(5)
    ending = read_run(folder)  # its process is still there, and would be in the way of another
    assert (ending.status, ending.is_stopping, ending.sentence) == ("running", True, "Stopping after this step.")
    files.write_json(folder / "state.json", {**(files.read_json(folder / "state.json") or {}), "pid": -1})
    read = read_run(folder)
    assert (read.status, read.sentence) == ("interrupted", "Stopped at step 5 as asked; it can be resumed.")


def test_what_is_no_run_or_a_damaged_one(runs: Path, plan: Plan) -> None:
    with pytest.raises(NotFound, match="There is no run none"):
        read_run(runs / "none")
    folder = create(runs, plan, name="one")
    (folder / "about.json").write_text("{", "utf-8")
    (only,) = list_runs(runs)
    assert (only.status, only.name) == ("failed", "one") and "damaged about.json" in only.sentence
    with pytest.raises(StudioError, match=r"damaged about\.json"):
        start(folder)


def test_two_runs_compared(runs: Path, plan: Plan) -> None:
    other = Plan(Recipe(epochs=1.0), plan.base, plan.dataset, "toy", card={"data_hash": "def"})
    for name, made, losses in (("a", plan, (3.0, 1.0)), ("b", other, (2.0, 2.5))):
        run = began(create(runs, made, name=name))
        for step, loss in enumerate(losses, 1):
            run.metrics(step, loss=loss)
            run.at(step)
        run.done()
    found = compare(read_run(runs / "a"), read_run(runs / "b"))
    assert found.settings == {"epochs": (3.0, 1.0)}
    assert found.origins == {"data": ("abc", "def")} and not found.same_data
    assert found.results["loss"] == (1.0, 2.5) and found.results["best loss"] == (1.0, 2.0)
    assert compare(read_run(runs / "a"), read_run(runs / "a")).same_data
