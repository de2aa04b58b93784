from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from musicflamingo_app.ui.serve import Running
from tests.ui.fake_studio import FakeStudio, filled_studio
from tests.ui.server import served


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> FakeStudio:
    return filled_studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def running(studio: FakeStudio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with served(studio, tmp_path_factory.mktemp("gradio")) as page:
        yield page


@pytest.fixture
def client(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=30) as open_client:
        yield open_client


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "a song.wav"
    path.write_bytes(b"RIFF not looked at by the fake studio")
    return path
