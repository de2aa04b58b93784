"""An answer as it comes: events to read one by one, and a way to stop it from another thread.

A Talk is an object rather than a generator because a person presses stop while another thread waits for the next
word, and a running generator cannot be closed.
"""

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal

from db.values import Caption, Evidence, FinishReason, Utterance, Voice

CLOSING_S = 10.0  # a back end stops within a step; one that reads a long prompt may take seconds


@dataclass(frozen=True, slots=True)
class Started:
    """The question is kept; its answer will stand in the same conversation."""

    conversation_id: int
    question_id: int


@dataclass(frozen=True, slots=True)
class Loading:
    """The model is not in memory yet; `fraction` is in [0, 1]."""

    fraction: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The model answers others first; `position` 1 is next."""

    position: int


@dataclass(frozen=True, slots=True)
class Speaking:
    """Who speaks from here on: the name, and whether it is a model, a tiny one (that hears or not) or measurements."""

    backend: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of what is said."""

    kind: Literal["text", "thought"]
    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end, also of what was stopped: what is kept of it, and what it rests on."""

    message: Utterance | Caption
    evidence: tuple[Evidence, ...] = ()


Event = Started | Loading | Waiting | Speaking | Piece | Finished


class Stop:
    """Whether a person has stopped; what is attached is called at that moment, from the thread that stops."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._calls: list[Callable[[], None]] = []

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._event.set()
        for call in tuple(self._calls):
            call()

    def attach(self, call: Callable[[], None]) -> None:
        """Has it called when the person stops, at once if that was before."""
        self._calls.append(call)
        if self._event.is_set():
            call()


class Talk:
    """The events of one answer. Reading raises StudioError; what was said until then is kept all the same."""

    def __init__(self, produce: Callable[[Stop], Generator[Event, None, None]]) -> None:
        self._stop = Stop()
        self._events = produce(self._stop)
        self._reading = threading.Lock()

    def __iter__(self) -> "Talk":
        return self

    def __next__(self) -> Event:
        with self._reading:
            return next(self._events)

    def stop(self) -> None:
        """Ends the answer, from any thread. Whoever reads still gets Finished, with the half that was said."""
        self._stop.set()

    def close(self) -> None:
        """Ends the answer; what was said is kept when this returns. A second call does nothing."""
        self._stop.set()
        if self._reading.acquire(timeout=CLOSING_S):
            try:
                self._events.close()
            finally:
                self._reading.release()


@dataclass
class Said:
    """What was said so far. The reason stays `failed` until something better is known."""

    backend: str = ""
    voice: Voice = "model"
    reason: FinishReason = "failed"
    evidence: tuple[Evidence, ...] = ()
    _texts: list[str] = field(default_factory=list)
    _thoughts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self._texts)

    @property
    def thought(self) -> str:
        return "".join(self._thoughts)

    def speaker(self, backend: str, voice: Voice) -> Speaking:
        """Notes who speaks."""
        self.backend, self.voice = backend, voice
        return Speaking(backend, voice)

    def piece(self, kind: Literal["text", "thought"], text: str) -> Piece:
        """Notes what was said."""
        (self._texts if kind == "text" else self._thoughts).append(text)
        return Piece(kind, text)
