"""What every back end promises, asked of every one of them."""

import json
import threading
import time

import pytest

from model.errors import ModelError, NoAbility
from model.types import Backend, Delta, Done, Facts, Message, Sampling, Sound, Text, Thought
from tests.model.tiny import asked, greedy, sound


def test_deltas_come_then_one_done(backend: Backend) -> None:
    *deltas, done = backend.stream(asked("What is the key?"), greedy(6))
    assert deltas and all(isinstance(delta, Delta) and delta.text for delta in deltas)
    assert isinstance(done, Done)
    assert done.n_prompt_tokens > 0 and 0 < done.n_new_tokens <= 7
    assert 0 < done.first_delta_s <= done.seconds


def test_an_answer_cut_at_its_length_says_so(backend: Backend) -> None:
    *_, done = backend.stream(asked("Tell me everything you know about harmony."), greedy(3))
    assert isinstance(done, Done) and done.reason == "length"


def test_two_questions_in_a_row_and_the_same_again(backend: Backend) -> None:
    def told(text: str) -> str:
        return "".join(item.text for item in backend.stream(asked(text), greedy(5)) if isinstance(item, Delta))

    first = told("What is the key?")
    assert told("And the tempo?")
    assert told("What is the key?") == first


def test_a_conversation_with_thoughts_and_facts(backend: Backend) -> None:
    conversation = [
        Message("system", (Text("Answer briefly."),)),
        Message("user", (Facts("Key: A minor."), Text("What is the key?"))),
        Message("assistant", (Thought("It is measured."), Text("A minor."))),
        Message("user", (Text("And its relative?"),)),
    ]
    *deltas, done = backend.stream(conversation, greedy(4))
    assert deltas and isinstance(done, Done)


def test_closing_cancels_without_done(backend: Backend) -> None:
    stream = backend.stream(asked("Describe the form."), greedy(400))
    assert isinstance(next(stream), Delta)
    start = time.perf_counter()
    stream.close()
    stream.close()
    assert time.perf_counter() - start < 2.0
    assert list(stream) == []


def test_closing_at_once_wakes_whoever_waits(backend: Backend) -> None:
    stream = backend.stream(asked("Describe the form."), greedy(400))
    got: list[object] = []
    reader = threading.Thread(target=lambda: got.extend(stream))
    reader.start()
    stream.close()
    reader.join(5.0)
    assert not reader.is_alive()
    assert not any(isinstance(item, Done) for item in got)


def test_a_second_question_waits_for_the_first(backend: Backend) -> None:
    first = backend.stream(asked("Describe the form."), greedy(8))
    second = backend.stream(asked("What is the key?"), greedy(4))
    assert isinstance(list(second)[-1], Done)
    assert isinstance(list(first)[-1], Done)


def test_empty_questions_are_refused_at_once(backend: Backend) -> None:
    for messages in ([], asked("  \n"), [Message("assistant", (Text("hello"),))], [Message("user", (Facts("x"),))]):
        with pytest.raises(NoAbility, match="empty"):
            backend.stream(messages, greedy())


def test_sound_that_cannot_be_taken_is_refused_at_once(backend: Backend) -> None:
    if not backend.abilities.hears_audio:
        with pytest.raises(NoAbility, match="hears no audio") as refused:
            backend.stream(asked("What is the key?", sound(1.0)), greedy())
        assert refused.value.advice
        return
    two = [*asked("One?", sound(1.0, key="a")), *asked("Two?", sound(1.0, key="b"))]
    with pytest.raises(NoAbility, match="2 recordings"):
        backend.stream(two, greedy())
    import numpy as np

    long = Sound(np.zeros(int(backend.abilities.max_audio_s * 100) + 100, np.float32), 100, "long")
    with pytest.raises(NoAbility, match="at most"):
        backend.stream(asked("What is the key?", long), greedy())
    with pytest.raises(NoAbility, match="empty"):
        backend.stream(asked("What is the key?", Sound(np.zeros(0, np.float32), 16_000, "none")), greedy())


def test_json_is_written_by_those_who_can(backend: Backend) -> None:
    schema = {"type": "object", "properties": {"key": {"type": "string", "maxLength": 20}}, "required": ["key"]}
    sampling = Sampling(max_new_tokens=60, json_schema=schema)
    if not backend.abilities.writes_json:
        with pytest.raises(NoAbility, match="JSON"):
            backend.stream(asked("The key as JSON."), sampling)
        return
    text = "".join(item.text for item in backend.stream(asked("The key as JSON."), sampling) if isinstance(item, Delta))
    assert set(json.loads(text)) == {"key"}


def test_the_same_seed_draws_the_same(backend: Backend) -> None:
    sampling = Sampling(max_new_tokens=5, temperature=1.2, top_p=1.0, seed=5)

    def drawn() -> list[object]:
        return [item for item in backend.stream(asked("What is the key?"), sampling) if isinstance(item, Delta)]

    assert drawn() == drawn()


def test_forgotten_streams_stop(backend: Backend) -> None:
    stream = backend.stream(asked("Describe the form."), greedy(2000))
    next(stream)
    del stream  # the fixture that counts threads sees whether it went on
    *_, done = backend.stream(asked("What is the key?"), greedy(2))
    assert isinstance(done, Done)


def test_closed_back_ends_say_so(speaking: Backend, faulty: object) -> None:
    from model.openai_http.backend import HttpBackend

    for backend in (speaking, HttpBackend(faulty.as_server("right"))):  # type: ignore[attr-defined]
        backend.close()
        backend.close()
        with pytest.raises(ModelError, match="any more"):
            backend.stream(asked("What is the key?"), greedy())
