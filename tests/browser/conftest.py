"""One server and one Chromium for all browser tests; each test gets a fresh, empty window."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from musicflamingo_app.ui.serve import Running
from tests.ui.fake_studio import FakePreferences, FakeStudio, filled_studio
from tests.ui.server import GRADIO_NOISE, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
WIDE = {"width": 1280, "height": 900}
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
def preferences() -> FakePreferences:
    return FakePreferences()


@pytest.fixture(scope="session")
def running(
    studio: FakeStudio, preferences: FakePreferences, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with served(studio, tmp_path_factory.mktemp("gradio"), preferences) as page:
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


class Watch:
    """What goes wrong in a window: requests to other hosts, exceptions, errors in the console."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.problems: list[str] = []

    def over(self, page: "Page") -> "Page":
        page.on("request", lambda request: self.asked(request.url))
        page.on("pageerror", lambda error: self.problems.append(f"error {error}"))
        page.on("console", lambda said: said.type == "error" and self.problems.append(f"console {said.text}"))
        return page

    def asked(self, url: str) -> None:
        if url.startswith(("http:", "https:", "ws:", "wss:")) and urlsplit(url).netloc != self.home:
            self.problems.append(f"asked {url}")

    def forgive(self, status: str) -> None:
        """The browser itself tells of answers such as 404 that a test asked for."""
        self.problems = [line for line in self.problems if status not in line]


@pytest.fixture
def watch(running: Running) -> Iterator[Watch]:
    watching = Watch(urlsplit(running.url).netloc)
    yield watching
    assert watching.problems == []


@pytest.fixture(scope="session")
def desk(chromium: "Browser") -> Iterator["BrowserContext"]:
    """One context with a warm cache for all ordinary windows."""
    context = chromium.new_context(viewport=WIDE, locale="en-GB")
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(desk: "BrowserContext", running: Running, watch: Watch) -> Iterator["Page"]:
    """A window in which nothing is remembered."""
    window = desk.new_page()
    window.goto(f"{running.url}ma-assets/icons/flamingo.svg")
    window.evaluate("localStorage.clear()")
    yield watch.over(window)
    window.close()


@pytest.fixture
def window(chromium: "Browser", watch: Watch) -> Iterator[Callable[..., "Page"]]:
    """Makes windows of other kinds: phones, dark ones."""
    contexts = []

    def make(**options: Any) -> "Page":
        context = chromium.new_context(**{"viewport": WIDE, "locale": "en-GB"} | options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        return watch.over(context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def open_track(running: Running) -> Callable[..., None]:
    """Opens a track by its address and waits until it can be played."""

    def go(page: "Page", track_id: int = 1, t: float = 0.0) -> None:
        page.goto(f"{running.url}?track={track_id}" + (f"&t={t}" if t else ""))
        page.wait_for_function("window.__ma && window.__ma.ready && window.__ma.audio.readyState >= 2")

    return go
