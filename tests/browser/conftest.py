"""One server and one Chromium for all browser tests; each test gets a fresh, empty window."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from musicflamingo_app.ui.serve import Running
from tests.ui.fake_studio import FakeStudio, filled_studio
from tests.ui.server import GRADIO_NOISE, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(GRADIO_NOISE)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> FakeStudio:
    return filled_studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def running(studio: FakeStudio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with served(studio, tmp_path_factory.mktemp("gradio")) as page:
        yield page


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("No Chromium is installed; run: apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: "Browser", running: Running) -> Iterator[Callable[..., "Page"]]:
    """Makes windows. Afterwards the test fails on any request to another host and on any error in the console."""
    contexts, problems = [], []
    home = urlsplit(running.url).netloc

    def watch(page: "Page") -> None:
        def asked(route: Any) -> None:
            url = urlsplit(route.request.url)
            if url.scheme in ("http", "https") and url.netloc != home:
                problems.append(f"asked {route.request.url}")
                route.abort()
            else:
                route.continue_()

        page.route("**/*", asked)
        page.on("pageerror", lambda error: problems.append(f"error {error}"))
        page.on("console", lambda said: problems.append(f"console {said.text}") if said.type == "error" else None)

    def make(**options: Any) -> "Page":
        context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB"} | options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        return page

    make.problems = problems  # type: ignore[attr-defined]
    yield make
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(window: Callable[..., "Page"]) -> "Page":
    return window()


@pytest.fixture
def open_track(running: Running) -> Callable[..., None]:
    """Opens a track by its address and waits until it can be played."""

    def go(page: "Page", track_id: int = 1, t: float = 0.0) -> None:
        page.goto(f"{running.url}?track={track_id}" + (f"&t={t}" if t else ""))
        page.wait_for_function("window.__ma && window.__ma.ready && window.__ma.audio.readyState >= 2")

    return go
