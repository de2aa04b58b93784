"""Opening the studio as `make run` does: what is served, where failures and uploads go, how it ends."""

import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import app
from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.errors import StudioError
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.settings import load_settings
from musicflamingo_app.ui.desk import LivePreferences, open_desk


class Page:
    """A page that somebody ends as soon as it is open, as the system does at the end of the day."""

    url = "http://127.0.0.1:1/"

    def wait(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICFLAMINGO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", "put back in the end")
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    return tmp_path / "home"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Studio, dict[str, Any]]]:
    """What `run` served, page by page."""
    seen: list[tuple[Studio, dict[str, Any]]] = []

    def serve(desk: Studio, **how: Any) -> Page:
        seen.append((desk, how))
        logging.getLogger("musicflamingo_app.services.analyse").error("a failure nobody saw")
        return Page()

    monkeypatch.setattr(app, "serve", serve)
    return seen


def test_the_studio_opens_as_set_and_ends_cleanly(
    home: Path, opened: list[tuple[Studio, dict[str, Any]]], capfd: pytest.CaptureFixture[str]
) -> None:
    app.run(load_settings(port=7999, open_browser=False, workers=1))
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    (desk, how) = opened[0]
    assert (how["port"], how["host"], how["open_browser"]) == (7999, "127.0.0.1", False)
    assert Path(os.environ["GRADIO_TEMP_DIR"]).parent == desk.paths.incoming and desk.paths.home == home
    said = capfd.readouterr()
    assert Page.url in said.out and str(home) in said.out and said.err == ""
    assert not any(thread.is_alive() for thread in desk.analyst._threads)


def test_failures_reach_the_log_even_under_a_quiet_command_line(
    home: Path, opened: list[tuple[Studio, dict[str, Any]]]
) -> None:
    ours, handlers = logging.getLogger("musicflamingo_app"), logging.getLogger().handlers
    before = ours.level
    ours.setLevel(logging.CRITICAL)
    try:
        app.run(load_settings(workers=1))
        assert ours.level == logging.CRITICAL and logging.getLogger().handlers is handlers
    finally:
        ours.setLevel(before)
    assert "a failure nobody saw" in (home / "studio.log").read_text("utf-8")


def test_a_page_that_cannot_be_served_closes_the_studio(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(Studio, "close", lambda desk: closed.append(desk))

    def refuse(*_: Any, **__: Any) -> None:
        raise StudioError("The port is taken.", "Choose another.")

    monkeypatch.setattr(app, "serve", refuse)
    monkeypatch.setattr(Studio, "start", lambda desk: desk)
    with pytest.raises(StudioError, match="port is taken"):
        app.run(load_settings(workers=1))
    assert len(closed) == 1


@pytest.fixture
def live(home: Path) -> Callable[[], Studio]:
    return lambda: open_desk(load_settings())


def test_changed_settings_count_at_once(live: Callable[[], Studio]) -> None:
    desk = live()
    preferences = LivePreferences(desk)
    preferences.save({"chord_engine": "best", "beat_engine": "librosa"})
    assert desk.choice == desk.analyst.choice == Choice("best", "librosa")
    assert desk.speech.server is None
    preferences.save({"server_url": "http://127.0.0.1:9/v1", "server_model": "some"})
    assert desk.speech.server is not None and desk.speech.server.model == "some"
    with pytest.raises(StudioError, match="workers"):
        preferences.save({"workers": -1, "chord_engine": "fast"})
    assert desk.choice == Choice("best", "librosa") and load_settings().chord_engine == "best"
    desk.close()
