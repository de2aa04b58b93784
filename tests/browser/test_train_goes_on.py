"""What was stopped goes on in a real browser: a run, an evaluation; and a report with marks of all kinds."""

import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from musicflamingo_app.ui.serve import Running
from musicflamingo_app.ui.train import report_desk
from tests.browser.test_train import reach, train_page
from tests.train.evaluate.answering import Answering, listens, opener, pitch_examples, plan_of
from tests.ui.fake_studio import FakeStudio
from tests.ui.speaking import HEARING
from train.evaluate.candidate import CONTROLS, Candidate
from train.evaluate.evaluation import evaluate
from train.evaluate.folder import evaluations_folder, prepare
from train.evaluate.progress import noting
from train.evaluate.run import Step
from train.recipes.read import recipe_of
from train.runs import start as starting
from train.runs.folder import STATE, Plan, create, runs_folder, write_json


@pytest.fixture
def stopped(studio: FakeStudio) -> Iterator[Path]:
    """A run that was stopped at step 2 of 40."""
    plan = Plan(recipe_of("sft"), studio.folder, studio.folder / "Harbour 1", HEARING)
    folder = create(runs_folder(studio.paths.home), plan, name="halfway")
    reach(folder, 2)
    said = "Stopped at step 2 as asked; it can be resumed."
    write_json(folder / STATE, {"pid": 1, "born": 0.0, "host": "", "heartbeat": 1.0, "step": 2, "steps": 40} | {
        "sentence": said
    })  # fmt: skip
    yield folder
    rmtree(folder)


def test_a_stopped_run_is_resumed(page: Any, running: Running, stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def resume(folder: Path) -> int:
        asked.append(folder)
        reach(folder, 3)  # as its process would
        return 1

    monkeypatch.setattr(starting, "resume", resume)
    train_page(page, running, "Run")
    page.get_by_text("Stopped at step 2 as asked").wait_for()
    assert page.get_by_role("button", name="Stop halfway").count() == 0
    page.get_by_role("button", name="Resume halfway").click()
    page.get_by_text("3 of 40").wait_for()
    page.get_by_role("button", name="Stop halfway").wait_for()
    assert asked == [stopped] and page.get_by_role("button", name="Resume halfway").count() == 0


@pytest.fixture
def interrupted(studio: FakeStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An evaluation that was interrupted at its third question; what goes on with it waits to be stopped."""
    folder = evaluations_folder(studio.paths.home) / "half"
    plan = plan_of(tmp_path, pitch_examples(tmp_path))
    prepare(folder, plan)
    noting(folder)(Step(3, 8, "ear", "audio"))
    note = folder.parent / report_desk.STARTED / "half.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    write_json(note, {"arguments": ["evaluate"], "at": "2026-01-01T00:00:00+00:00", "pid": 1, "born": 0.0, "host": ""})
    waits = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(report_desk, "command_line", lambda home, words: (waits, None))
    yield folder
    rmtree(folder)
    for path in (note, note.with_suffix(".log")):
        path.unlink(missing_ok=True)


def test_an_interrupted_evaluation_goes_on_and_is_stopped(page: Any, running: Running, interrupted: Path) -> None:
    train_page(page, running, "Report")
    page.get_by_text("It was interrupted; its answers are kept.").wait_for()
    page.get_by_role("button", name="Go on half").click()
    page.get_by_text("3 of 8 answered").wait_for()
    page.get_by_role("button", name="Stop half").click()
    page.get_by_text("It was interrupted; its answers are kept.").wait_for()
    page.get_by_role("button", name="Go on half").wait_for()


@pytest.fixture
def report(studio: FakeStudio, tmp_path: Path) -> Iterator[str]:
    """One that guesses beside one that listens, on tones that only a listener can tell apart."""
    who = (Candidate("guess"), Candidate("guess", "ear"))
    plan = plan_of(tmp_path, pitch_examples(tmp_path), candidates=who, controls=CONTROLS)
    backends = {"guess": Answering(lambda words, sound: "high"), "guess + ear": Answering(listens)}
    folder = evaluations_folder(studio.paths.home) / "tones"
    evaluate(folder, plan, opener(backends))
    yield folder.name
    rmtree(folder)


def test_a_report_tells_marks_by_task(page: Any, running: Running, report: str) -> None:
    train_page(page, running, "Report")
    page.get_by_role("heading", name="Overall").wait_for()
    assert "+50.0 %" in page.locator(".ma-panel", has_text="What changed").first.inner_text()
    page.locator("summary", has_text="By task, skill and kind").click()
    table = page.locator("details", has_text="By task, skill and kind").locator("table")
    rows = [row.split("\t") for row in table.inner_text().splitlines()[1:]]
    found = {(row[0], row[2], row[3]): row[4] for row in rows if row[1] == "task"}
    assert (
        found["pitch", "guess + ear", "hears the song"] == "100.0 %"
        and found["pitch", "guess", "hears the song"] == "50.0 %"
    )
    assert found["height", "guess + ear", "hears noise instead"] == "50.0 %"
    in_its_place(page)
    page.locator("summary", has_text="worst of guess").first.click()
    assert "Right" in page.locator(".ma-said-pair").first.inner_text()


POINTS = """() => {
  const plot = document.querySelector('.ma-wide-chart .ma-curve');
  const {xaxis, _size} = plot._fullLayout, left = plot.getBoundingClientRect().left + _size.l;
  return [...plot.querySelectorAll('.point')].map(
    (point) => { const box = point.getBoundingClientRect(); return xaxis.p2c(box.left + box.width / 2 - left); });
}"""


def in_its_place(page: Any) -> None:
    """Every mark is drawn where it belongs, and the chart keeps its room in a narrow window."""
    page.locator(".ma-wide-chart .point").first.wait_for()
    assert sorted(round(at) for at in page.evaluate(POINTS)) == [50, 50, 100, 100]
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(500)
    chart = page.locator(".ma-wide-chart .main-svg").first.bounding_box()
    assert chart["y"] + chart["height"] <= page.locator("summary", has_text="By task").bounding_box()["y"]
