"""What a person does to models in Settings, over fake back ends."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from model.registry import EMBEDDED
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.voices import Opening
from musicflamingo_app.ui.model_desk import ModelDesk
from tests.services.voicing import HEARING, FakeBackend, embedded_hears


class Choice:
    def chosen(self) -> tuple[str, str]:
        return HEARING, ""

    def choose(self, model_id: str, precision: str) -> None:
        return None


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_load_that_is_cancelled_ends_at_once_and_leaves_nothing_loaded(tmp_path: Path) -> None:
    go, backend = threading.Event(), FakeBackend()

    def slowly(opening: Opening) -> FakeBackend:
        go.wait(10)
        return backend

    library: Library = SimpleNamespace(database=None)  # type: ignore[assignment]  # nothing here reads it
    speech = Speech(library, tmp_path, voices={HEARING: slowly})
    desk = ModelDesk(speech, Choice(), ask_devices=lambda: ())
    desk.act(HEARING, "load", {})
    until(lambda: speech.voices.status(HEARING).state == "loading")
    desk.act(HEARING, "cancel", {})
    until(lambda: not desk._work[HEARING].busy)
    assert speech.voices.status(HEARING).state == "unloaded" and not desk._work[HEARING].sentence
    go.set()
    until(lambda: backend.is_closed)
    assert speech.voices.status(HEARING).state == "unloaded"


@pytest.mark.parametrize(
    ("hears", "short", "sentence"),
    [
        (False, "hears nothing", "Hears nothing."),
        (True, "learned from synthetic music", "Hears 20 seconds, an excerpt of each song."),
    ],
)
def test_the_embedded_model_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hears: bool, short: str, sentence: str
) -> None:
    embedded_hears(monkeypatch, hears)
    library: Library = SimpleNamespace(database=None)  # type: ignore[assignment]  # nothing here reads it
    speech = Speech(library, tmp_path, voices={EMBEDDED: lambda opening: FakeBackend()})
    (row,) = ModelDesk(speech, Choice(), ask_devices=lambda: ()).view()["models"]
    assert short in row["short"] and row["hears"] == sentence
