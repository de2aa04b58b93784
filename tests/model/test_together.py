"""Questions answered side by side: each answer, and each number behind it, is what it would be alone."""

from typing import Any

import pytest
import torch

from model.errors import NoAbility, OutOfMemory
from model.transformers_hf import together
from model.transformers_hf.backend import TransformersBackend
from model.types import Delta, Done, ManyAtOnce, Message, Sampling, Whole
from tests.model.tiny import asked, greedy, sound

QUESTIONS = (
    "Key?",
    "Describe the harmony, the form and the instruments of the recording in a few sentences.",
    "What is the tempo of this song?",
    "What is the key of this song, and when does the chorus return with drums and bass?",
)
RAMBLES = Sampling(max_new_tokens=12, repetition_penalty=1.3)


def alone(backend: TransformersBackend, messages: list[Message], sampling: Sampling) -> Whole:
    *deltas, done = backend.stream(messages, sampling)
    assert isinstance(done, Done)
    said = [delta for delta in deltas if isinstance(delta, Delta)]
    text, thought = ("".join(one.text for one in said if one.kind == kind).strip() for kind in ("text", "thought"))
    return Whole(text, thought, done)


def told(one: Whole) -> tuple[object, ...]:
    done = one.done
    return one.text, one.thought, done.reason, done.n_prompt_tokens, done.n_new_tokens, done.raw


class Scores:
    """What the last layer said at the end of each row, call by call: (calls, rows, words)."""

    def __init__(self, backend: TransformersBackend) -> None:
        self.said: list[Any] = []
        assert backend._loaded is not None
        self._hook = backend._loaded.model.lm_head.register_forward_hook(self._keep)

    def _keep(self, module: Any, given: Any, made: Any) -> None:
        self.said.append(made[:, -1].detach().clone())

    def taken(self) -> Any:
        taken, self.said = torch.stack(self.said), []
        return taken


@pytest.mark.parametrize("heard", [None, sound(47.3)], ids=["words", "sound"])
@pytest.mark.parametrize("sampling", [greedy(12), RAMBLES], ids=["plain", "penalty"])
def test_answers_are_those_of_one_after_the_other(
    speaking: TransformersBackend, heard: Any, sampling: Sampling
) -> None:
    assert isinstance(speaking, ManyAtOnce)
    scores, questions = Scores(speaking), [asked(question, heard) for question in QUESTIONS]
    singly, each = [], []
    for question in questions:
        speaking._forget()
        singly.append(alone(speaking, question, sampling))
        each.append(scores.taken()[:, 0])
    speaking._forget()
    at_once = speaking.answers(questions, sampling)
    beside = scores.taken()
    assert [told(one) for one in at_once] == [told(one) for one in singly]
    assert not torch.allclose(each[0][0], each[1][0], atol=1e-2)  # else equal rows would prove nothing
    for row, own in enumerate(each):
        torch.testing.assert_close(beside[: len(own), row], own, rtol=1e-4, atol=1e-4)


def test_memory_bounds_how_many_are_written_at_once(speaking: TransformersBackend, monkeypatch: Any) -> None:
    questions = [asked(question, sound(40.0)) for question in QUESTIONS]
    free = [told(one) for one in speaking.answers(questions, greedy(4))]
    rows: list[int] = []
    kept = together._rows
    monkeypatch.setattr(together, "_rows", lambda loaded, some, n: rows.append(len(some)) or kept(loaded, some, n))
    speaking._context_bytes = 1_000_000  # two copies of what is shared and not three
    assert [told(one) for one in speaking.answers(questions, greedy(4))] == free
    assert sum(rows) == 4 and 1 <= max(rows) < 4


def test_what_was_read_serves_the_next_questions(speaking: TransformersBackend) -> None:
    heard, lengths = sound(40.0), []
    first = speaking.answers([asked(question, heard) for question in QUESTIONS[:2]], greedy(4))
    assert speaking._loaded is not None
    speaking._loaded.model.get_decoder().register_forward_pre_hook(
        lambda module, given, named: lengths.append(named["inputs_embeds"].shape[1]), with_kwargs=True
    )
    again = speaking.answers([asked(question, heard) for question in QUESTIONS[:2]], greedy(4))
    assert max(lengths) < 150  # a thousand tokens of sound were not read again
    assert [told(one) for one in again] == [told(one) for one in first]
    one = alone(speaking, asked(QUESTIONS[0], heard), greedy(4))
    assert told(one) == told(first[0])


def test_what_cannot_be_answered_at_once_is_refused(speaking: TransformersBackend, monkeypatch: Any) -> None:
    key, tempo = asked("Key?", sound(2.0)), asked("Tempo?", sound(2.0, hz=220.0))
    for questions in ([key, tempo], [key, asked("Tempo?")], [asked("Tempo?"), key]):
        with pytest.raises(NoAbility, match="not all about the same sound"):
            speaking.answers(questions, greedy())
    with pytest.raises(NoAbility, match="drawn by chance"):
        speaking.answers([key, key], Sampling(temperature=0.7))
    with pytest.raises(NoAbility, match="The question is empty"):
        speaking.answers([key, asked(" ")], greedy())
    assert speaking.answers([], greedy()) == []

    def full(*given: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(together, "_rows", full)
    with pytest.raises(OutOfMemory, match="too small for this question"):
        speaking.answers([key], greedy())
