"""One thread per answer: a back end produces in it, the reader takes deltas from a queue, either may stop the other.

The stream is an object rather than a generator because a person may press stop while another thread waits for the
first word; a running generator cannot be closed.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from model.thinking import Thinking
from model.types import Delta, Done
from model.unicode_text import plain


@dataclass(frozen=True, slots=True)
class Ending:
    """How a producer ended: Done without the times."""

    reason: Literal["stop", "length"]
    n_prompt_tokens: int
    n_new_tokens: int


class Stopped(Exception):
    """Raised inside a producer when the reader has closed the stream."""


class Outlet:
    """What a producer sees of the stream: where text goes, and whether anybody still reads."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.queue: queue.SimpleQueue[Delta | Done | BaseException] = queue.SimpleQueue()
        self.started_s = time.perf_counter()
        self.first_delta_s = 0.0
        self._thinking = Thinking()
        self._raw: list[str] = []
        self._told_thought: list[str] = []  # what the server marked as thought
        self._aborts: list[Callable[[], None]] = []

    def text(self, piece: str) -> None:
        """Raw text of the model; odd characters are made plain and thoughts are told from text."""
        said = plain(piece)
        self._raw.append(said)
        self._put(self._thinking.feed(said))

    def thought(self, piece: str) -> None:
        """Text that the server itself marks as thought."""
        if piece:
            self._told_thought.append(plain(piece))
            self._put([Delta("thought", self._told_thought[-1])])

    def check(self) -> None:
        """Raises Stopped when the reader has closed the stream."""
        if self.stopped.is_set():
            raise Stopped

    def on_stop(self, abort: Callable[[], None]) -> None:
        """Has something called when the reader closes the stream, at once if it is closed already."""
        self._aborts.append(abort)
        if self.stopped.is_set():
            abort()

    def stop(self) -> None:
        self.stopped.set()
        for abort in tuple(self._aborts):
            abort()

    def end(self, ending: Ending) -> None:
        """The last of the text, then Done."""
        self._put(self._thinking.end())
        seconds = time.perf_counter() - self.started_s
        first = self.first_delta_s or seconds
        self.queue.put(
            Done(ending.reason, ending.n_prompt_tokens, ending.n_new_tokens, first, seconds, self._as_written())
        )

    def _as_written(self) -> str:
        """All of it in the model's own words; a thought that the server told apart stands in tags again."""
        text, thought = "".join(self._raw), "".join(self._told_thought)
        return f"<think>{thought}</think>{text}" if thought else text

    def _put(self, deltas: list[Delta]) -> None:
        if deltas and not self.first_delta_s:
            self.first_delta_s = time.perf_counter() - self.started_s
        for delta in deltas:
            self.queue.put(delta)


Produce = Callable[[Outlet], Ending]


class Answer:
    """A Stream (model/types.py) fed by a producer in a thread of its own."""

    def __init__(self, produce: Produce, name: str) -> None:
        self._outlet = Outlet()
        self._over = False
        self._thread = threading.Thread(target=_work, args=(produce, self._outlet), name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> "Answer":
        return self

    def __next__(self) -> Delta | Done:
        if self._over or self._outlet.stopped.is_set():
            raise StopIteration
        item = self._outlet.queue.get()
        if isinstance(item, Delta):
            return item
        self._over = True
        if isinstance(item, Done):
            self._thread.join()
            return item
        if isinstance(item, Stopped):
            raise StopIteration
        raise item

    def close(self) -> None:
        """Cancels and waits for the thread; closing from within the thread itself only cancels."""
        self._outlet.stop()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def __del__(self) -> None:
        self._outlet.stop()  # a stream that nobody reads any more must not keep the model busy


def _work(produce: Produce, outlet: Outlet) -> None:
    try:
        ending = produce(outlet)
        if not outlet.stopped.is_set():
            outlet.end(ending)
            return
        outlet.queue.put(Stopped())
    except BaseException as error:  # noqa: BLE001 - carried to the reader, who raises it
        outlet.queue.put(Stopped() if outlet.stopped.is_set() else error)
