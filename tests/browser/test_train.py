"""The Train page in a real browser: from songs to a frozen dataset, and a run that is watched as it goes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from model.embedded import nano
from musicflamingo_app.ui.serve import Running
from tests.ui.fake_studio import FakeStudio
from tests.ui.speaking import HEARING
from train.recipes.read import recipe_of
from train.runs.folder import METRICS, SAMPLES, STATE, STOP, Plan, append_line, create, runs_folder, write_json
from train.runs.living import this_process

PLAYING = "document.querySelector('.ma-example-head .ma-button[aria-pressed=\"true\"]') !== null"


def train_page(page: Any, running: Running, step: str) -> None:
    page.goto(running.url)
    page.get_by_role("tab", name="Train").click()
    page.locator(".ma-walk-step", has_text=step).click()


def test_songs_become_examples_and_a_frozen_dataset(page: Any, running: Running) -> None:
    train_page(page, running, "Collection")
    make_collection(page, "Harbour songs", ("Harbour lights", "Old measure"))
    page.get_by_role("button", name="See what it gives").click()
    page.get_by_role("button", name="See what it gives").click()
    decide(page)
    page.get_by_role("button", name="Freeze as a dataset").click()
    page.locator(".ma-dialog input[name=name]").fill("Harbour 1")
    page.get_by_role("button", name="Freeze", exact=True).click()
    page.get_by_role("button", name="Train on Harbour 1").click()
    assert "Harbour 1" in page.get_by_label("Dataset").inner_text()
    start = page.get_by_role("button", name="Start the run")
    assert start.is_enabled() == nano.is_shipped()  # no other model that hears is here
    said = page.locator(".ma-recipe").inner_text()
    assert ("Music Flamingo Nano" if nano.is_shipped() else "Download one on the Settings page") in said


def make_collection(page: Any, name: str, titles: tuple[str, ...]) -> None:
    page.get_by_role("button", name="New collection").last.click()
    page.locator(".ma-dialog input[name=name]").fill(name)
    page.get_by_label("Who made these recordings").fill("All mine")
    page.get_by_role("button", name="Make it").click()
    for title in titles:
        page.locator(".ma-ticks").get_by_label(title).check()
        page.locator(".ma-songs .ma-open", has_text=title).wait_for()
    assert "All mine" in page.locator(".ma-step-head").inner_text()


def decide(page: Any) -> None:
    """Approves the first example, rejects the second, edits the third, and listens."""
    first, second, third = (page.locator(".ma-example").nth(n) for n in range(3))
    first.get_by_role("button", name="Approve").click()
    page.locator('.ma-example[data-state="approved"]').wait_for()
    second.get_by_role("button", name="Reject").click()
    third.get_by_role("button", name="Edit").click()
    third.get_by_label("Answer").fill("<img src=x onerror=window.pwned=9> ${window.pwned=9}")
    third.get_by_role("button", name="Save").click()
    page.locator('.ma-example[data-state="edited"]').wait_for()
    assert page.evaluate("window.pwned") is None and page.locator(".ma-example img").count() == 0
    first.get_by_role("button", name="Listen").first.click()
    page.wait_for_function(PLAYING)


@pytest.fixture
def going(studio: FakeStudio) -> Iterator[Path]:
    """A run whose process is this one."""
    plan = Plan(recipe_of("sft"), studio.folder, studio.folder / "Harbour 1", HEARING)
    folder = create(runs_folder(studio.paths.home), plan, name="evening")
    reach(folder, 2)
    yield folder
    rmtree(folder)


def reach(folder: Path, step: int) -> None:
    append_line(folder / METRICS, {"step": step, "loss": 3.0 / step, "learning_rate": 1e-4, "step_s": 2.0})
    append_line(
        folder / SAMPLES, {"step": step, "example": "e", "question": "Key?", "expected": "C", "answer": f"D{step}"}
    )
    state = {"heartbeat": time.time(), "step": step, "steps": 40, "eta_s": 90.0, "sentence": "Learning."}
    write_json(folder / STATE, {**this_process(), **state})


def test_a_run_is_watched_left_found_again_and_stopped(
    page: Any, running: Running, going: Path, window: Callable[..., Any]
) -> None:
    train_page(page, running, "Run")
    page.get_by_text("2 of 40").wait_for()
    page.locator(".ma-curve .main-svg").first.wait_for()
    assert "D2" in page.locator(".ma-samples").inner_text()
    reach(going, 3)
    page.get_by_text("3 of 40").wait_for()
    page.locator('.ma-curve[aria-label*="at step 3"]').first.wait_for()
    page.reload()
    page.get_by_role("tab", name="Train").click()
    page.get_by_text("3 of 40").wait_for()  # the step is remembered, and the run went on
    page.get_by_role("button", name="Stop evening").click()
    page.get_by_text("Stopping after this step.").wait_for()
    assert (going / STOP).is_file()
    phone = window(viewport={"width": 390, "height": 800}, color_scheme="dark")
    train_page(phone, running, "Run")
    phone.locator(".ma-curve .main-svg").first.wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
