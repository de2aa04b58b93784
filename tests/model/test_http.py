"""The HTTP back end against a server that is right, cuts, stalls, lies and refuses."""

import base64
import io
import logging
import socket
import threading
import time
import wave

import numpy as np
import pytest

from model.errors import ModelError, ServerError
from model.openai_http.backend import HttpBackend, offered
from model.openai_http.server import Server, endpoint
from model.types import Delta, Done, Sampling
from tests.model.faulty import PIECES, Faulty
from tests.model.tiny import asked, greedy, sound


def told(backend: HttpBackend, *, heard: bool = False) -> list[Delta | Done]:
    return list(backend.stream(asked("What is the key?", sound(1.0) if heard else None), greedy(50)))


def test_what_is_sent_and_what_comes_back(faulty: Faulty) -> None:
    backend = HttpBackend(faulty.as_server("right", key="s3cret"))
    heard = sound(1.0, rate_hz=44_100)
    sampling = Sampling(max_new_tokens=50, temperature=0.7, top_p=0.8, repetition_penalty=1.2, seed=3)
    *deltas, done = backend.stream(asked("What is the key?", heard), sampling)
    assert [delta.text for delta in deltas if isinstance(delta, Delta)] == PIECES
    assert isinstance(done, Done) and (done.n_prompt_tokens, done.n_new_tokens, done.reason) == (42, 7, "stop")
    sent = faulty.asked["right"][-1]
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["top_p"], sent["seed"]) == (
        "tiny",
        50,
        0.7,
        0.8,
        3,
    )
    assert faulty.keys[-1] == "Bearer s3cret"
    audio, text = sent["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is the key?"}
    with wave.open(io.BytesIO(base64.b64decode(audio["input_audio"]["data"]))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    assert len(samples) == 16_000 and np.abs(samples - sound(1.0).samples).max() < 0.1


def test_thoughts_of_the_server_are_thoughts(faulty: Faulty) -> None:
    deltas = told(HttpBackend(faulty.as_server("thinks")))[:-1]
    assert deltas == [Delta("thought", "Two sharps. "), Delta("text", "D major.")]


def test_a_server_that_does_not_stream_is_read_whole(faulty: Faulty) -> None:
    *deltas, done = told(HttpBackend(faulty.as_server("whole")))
    assert deltas == [Delta("text", "A minor.")]
    assert isinstance(done, Done) and (done.n_prompt_tokens, done.n_new_tokens) == (9, 3)


def test_sound_goes_in_the_other_shape_where_the_first_is_refused(faulty: Faulty) -> None:
    backend = HttpBackend(faulty.as_server("only_url"))
    for _ in range(2):
        assert isinstance(told(backend, heard=True)[-1], Done)
    shapes = [request["messages"][0]["content"][0]["type"] for request in faulty.asked["only_url"]]
    assert shapes == ["input_audio", "audio_url", "audio_url"]  # and the shape that worked is remembered


def test_a_busy_server_is_asked_again(faulty: Faulty) -> None:
    assert isinstance(told(HttpBackend(faulty.as_server("busy_at_first")))[-1], Done)
    assert len(faulty.asked["busy_at_first"]) == 3


FAILURES = [
    ("deaf", "does not take audio", 2),
    ("unauthorized", "does not accept the key", 1),
    ("no_model", "has no model 'tiny'", 1),
    ("too_big", "too big", 1),
    ("too_many", "is busy", 3),
    ("broken", "refused the question .status 500: CUDA error", 1),
    ("hangs_up", "without an answer", 3),
    ("cuts", "broke the answer off", 1),
    ("page", "no event stream", 1),
    ("no_json", "no JSON", 1),
    ("list", "something else than objects", 1),
    ("odd", "without choices", 1),
    ("tells", "out of slots", 1),
    ("one_line", "a million characters", 1),
    ("redirects", "another address", 1),
]


@pytest.mark.parametrize(("behaviour", "sentence", "n_tries"), FAILURES, ids=[row[0] for row in FAILURES])
def test_each_failure_has_its_sentence(
    faulty: Faulty, behaviour: str, sentence: str, n_tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    backend = HttpBackend(faulty.as_server(behaviour, key="s3cret"))
    stream = backend.stream(asked("What is the key?", sound(0.1)), greedy())
    with pytest.raises(ServerError, match=sentence) as failed:
        list(stream)
    assert failed.value.advice and failed.value.what.endswith(".")
    assert len(faulty.asked[behaviour]) == n_tries
    if behaviour != "unauthorized":  # that server repeats the key, and even then it is not shown
        assert "s3cret" not in caplog.text
    assert "s3cret" not in str(failed.value) + repr(failed.value)


def test_what_came_before_the_cut_is_kept(faulty: Faulty) -> None:
    stream = HttpBackend(faulty.as_server("cuts")).stream(asked("Key?"), greedy())
    assert next(stream) == Delta("text", "The key ")
    with pytest.raises(ServerError, match="broke the answer off"):
        next(stream)


@pytest.mark.parametrize("behaviour", ["stalls", "silent"])
def test_a_server_that_hangs_is_given_up(faulty: Faulty, behaviour: str) -> None:
    with pytest.raises(ServerError, match=r"sent nothing for 0\.2 s"):
        told(HttpBackend(faulty.as_server(behaviour, read_s=0.2)))
    assert len(faulty.asked[behaviour]) == 1


@pytest.mark.parametrize("behaviour", ["endless", "silent"])
def test_closing_shuts_the_connection(faulty: Faulty, behaviour: str) -> None:
    faulty.left_early.clear()
    stream = HttpBackend(faulty.as_server(behaviour)).stream(asked("Key?"), greedy(5000))
    if behaviour == "endless":
        next(stream)
    else:
        while not faulty.asked[behaviour]:
            time.sleep(0.005)
    start = time.perf_counter()
    stream.close()
    assert time.perf_counter() - start < 0.4
    if behaviour == "endless":
        assert faulty.left_early.wait(5.0)


def test_no_server_is_tried_again_and_then_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    backend = HttpBackend(Server(f"http://127.0.0.1:{port}/v1", "tiny", pause_s=0.01))
    with pytest.raises(ServerError, match=f"No model server answers at 127.0.0.1:{port}"):
        told(backend)


def test_waiting_to_try_again_can_be_stopped(faulty: Faulty) -> None:
    stream = HttpBackend(faulty.as_server("too_many", pause_s=30.0)).stream(asked("Key?"), greedy())
    closing = threading.Timer(0.1, stream.close)
    closing.start()
    assert list(stream) == []
    closing.join()


ADDRESSES = {
    "http://127.0.0.1:8080/v1": "http://127.0.0.1:8080/v1/chat/completions",
    "http://127.0.0.1:8080": "http://127.0.0.1:8080/v1/chat/completions",
    " https://example.org/api/v1/ ": "https://example.org/api/v1/chat/completions",
    "http://[::1]:1/v1/chat/completions": "http://[::1]:1/v1/chat/completions",
}


def test_addresses_are_completed_or_refused() -> None:
    for given, whole in ADDRESSES.items():
        assert endpoint(given) == whole
    for wrong in (
        "file:///etc/passwd",
        "127.0.0.1:80",
        "ftp://x/v1",
        "http://",
        "http://a:b@host/v1",
        "http://h:x/",
        "",
    ):
        with pytest.raises(ModelError):
            HttpBackend(Server(wrong, "tiny"))


def test_the_key_is_in_no_text() -> None:
    server = Server("http://127.0.0.1:1/v1", "tiny", key="s3cret")
    assert "s3cret" not in repr(server) and "s3cret" not in str(server)


def test_a_server_tells_its_models(faulty: Faulty) -> None:
    assert offered(faulty.as_server("right")) == ("tiny", "big")
