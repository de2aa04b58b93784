"""The thread behind an answer: errors reach the reader, closing reaches the thread."""

import threading

import pytest

from model.errors import ModelError
from model.streaming import Answer, Ending, Outlet
from model.types import Delta, Done


def test_text_before_an_error_is_read_first() -> None:
    def produce(outlet: Outlet) -> Ending:
        outlet.text("half an ")
        raise ModelError("It broke.", "Ask again.")

    answer = Answer(produce, "answer-test")
    assert next(answer) == Delta("text", "half an ")
    with pytest.raises(ModelError, match="It broke"):
        next(answer)
    assert list(answer) == []


def test_bugs_are_not_swallowed() -> None:
    def produce(outlet: Outlet) -> Ending:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(Answer(produce, "answer-test"))


def test_closing_calls_what_aborts_and_waits_for_the_thread() -> None:
    aborted, over = threading.Event(), threading.Event()

    def produce(outlet: Outlet) -> Ending:
        outlet.on_stop(aborted.set)
        assert aborted.wait(5.0)
        over.set()
        raise OSError("the connection was shut")

    answer = Answer(produce, "answer-test")
    answer.close()
    assert aborted.is_set() and over.is_set()
    assert list(answer) == []


def test_what_registers_late_is_aborted_at_once() -> None:
    outlet, called = Outlet(), list[int]()
    outlet.stop()
    outlet.on_stop(lambda: called.append(1))
    assert called == [1]


def test_done_tells_the_times() -> None:
    answer = Answer(lambda outlet: outlet.text("a") or Ending("length", 3, 1), "answer-test")
    *_, done = answer
    assert isinstance(done, Done)
    assert (done.reason, done.n_prompt_tokens, done.n_new_tokens) == ("length", 3, 1)
    assert 0 < done.first_delta_s <= done.seconds


def test_held_text_comes_before_done() -> None:
    answer = Answer(lambda outlet: outlet.text("3 <") or Ending("stop", 1, 1), "answer-test")
    assert [item.text for item in answer if isinstance(item, Delta)] == ["3 ", "<"]


def test_done_holds_what_was_written_tag_for_tag() -> None:
    text = "<think>Two sharps.</think> Hence, the final answer is: <answer>D</answer>"

    def produce(outlet: Outlet) -> Ending:
        for letter in text:
            outlet.text(letter)
        return Ending("stop", 3, 1)

    *deltas, done = Answer(produce, "answer-test")
    assert isinstance(done, Done) and done.raw == text
    assert "".join(one.text for one in deltas if isinstance(one, Delta) and one.kind == "text").endswith("is: D")


def test_a_thought_that_a_server_tells_apart_stands_in_tags() -> None:
    def produce(outlet: Outlet) -> Ending:
        outlet.thought("Two ")
        outlet.thought("sharps.")
        outlet.text("D major")
        return Ending("stop", 3, 1)

    *_, done = Answer(produce, "answer-test")
    assert isinstance(done, Done) and done.raw == "<think>Two sharps.</think>D major"
