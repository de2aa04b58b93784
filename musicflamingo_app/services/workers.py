"""Worker processes: each measures one file at a time, can be stopped, and may die without harm to the studio.

A worker is started when first needed and kept, for its networks take seconds to load. It speaks over a pipe:
Progress many times, then one Ended. When the studio dies the pipe breaks and the worker ends itself.
"""

import logging
import multiprocessing
import os
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.errors import Cancelled, StudioError
from musicflamingo_app.services.measure import Measurement, measure

TELL_EVERY_S = 0.2
GRACE_S = 8.0  # how long a worker may take to notice that it should stop
_SPAWN = multiprocessing.get_context("spawn")  # forking a process with threads and torch in it is not safe


@dataclass(frozen=True, slots=True)
class Task:
    """One file to measure."""

    path: Path
    playback_path: Path
    name: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a task is; told at least every time an engine says so."""

    fraction: float
    sentence: str


@dataclass(frozen=True, eq=False)
class Ended:
    """The end of a task: a measurement, or the error it ended with."""

    measurement: Measurement | None = None
    error: StudioError | None = None
    trace: str = ""  # of a bug, for the studio's log


class WorkerDied(StudioError):
    """The worker's process ended without a word: killed, or out of memory."""


class Worker:
    """One worker process. Used by one thread at a time; only `stop` and `close` may be called from another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # held while the process starts: a half started one cannot be killed
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._stop: Event = _SPAWN.Event()
        self._stopped_at: float | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def run(self, task: Task, *, every_s: float = 0.5) -> Iterator[Progress | Ended]:
        """Measures one file: Progress at least every `every_s` (the last one again as a sign of life), then Ended.

        Raises WorkerDied when the process is gone; the next task starts a new one.
        """
        self._stop.clear()
        self._stopped_at = None
        last: Progress | Ended = Progress(0.0, "Waiting for the analysis to start")
        try:
            pipe = self._ready()
            pipe.send(task)
            while not isinstance(last, Ended):
                if pipe.poll(every_s):
                    last = pipe.recv()
                elif self._overdue():
                    self.close()
                    last = Ended(error=Cancelled())
                yield last
        except (EOFError, OSError, TypeError, ValueError) as error:  # the last two: closed in the middle of a call
            self.close()
            if self._stopped_at is not None:
                yield Ended(error=Cancelled())
                return
            raise WorkerDied(
                f"The analysis of “{task.name}” was interrupted: its process ended unexpectedly.",
                "Press Resume to analyse it again; if it happens again, close other programs to free memory.",
            ) from error

    def stop(self) -> None:
        """Asks the running task to stop; it ends with Cancelled soon."""
        self._stopped_at = self._stopped_at or time.monotonic()
        self._stop.set()

    def close(self) -> None:
        """Ends the process, whatever it does."""
        with self._lock:
            process, pipe = self._process, self._pipe
            self._process = self._pipe = None  # for the thread that runs a task closes too when its pipe breaks
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()

    def _overdue(self) -> bool:
        return self._stopped_at is not None and time.monotonic() - self._stopped_at > GRACE_S

    def _ready(self) -> Connection:
        if self._process is not None and self._pipe is not None and self._process.is_alive():
            return self._pipe
        self.close()
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs, self._stop), daemon=True, name="listener")
        with self._lock:
            process.start()
            self._process, self._pipe = process, ours
        theirs.close()
        return ours


class _Telling:
    """The Watch inside a worker: tells the studio, and hears that it should stop."""

    def __init__(self, pipe: Connection, stop: Event) -> None:
        self._pipe, self._stop = pipe, stop
        self._told_at, self._sentence = 0.0, ""

    def progress(self, fraction: float, sentence: str = "") -> None:
        if self._stop.is_set():
            raise Cancelled()
        now, changed = time.monotonic(), bool(sentence) and sentence != self._sentence
        self._sentence = sentence or self._sentence
        if changed or now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._pipe.send(Progress(fraction, self._sentence))


def _serve(pipe: Connection, stop: Event) -> None:
    """The worker's life: one task after another until the studio closes the pipe."""
    _settle()
    while True:
        try:
            task: Task = pipe.recv()
            pipe.send(_done(task, _Telling(pipe, stop)))
        except (EOFError, BrokenPipeError, KeyboardInterrupt):
            return


def _done(task: Task, watch: _Telling) -> Ended:
    try:
        return Ended(measure(task.path, task.playback_path, task.choice, watch, name=task.name))
    except StudioError as error:
        return Ended(error=error)
    except (EOFError, BrokenPipeError):
        raise
    except MemoryError:
        return Ended(
            error=StudioError(f"There is not enough memory to analyse “{task.name}”.", "Close other programs.")
        )
    except Exception as error:  # noqa: BLE001 - the job runner's border: a bug must end one job, not the worker
        what = StudioError(f"“{task.name}” could not be analysed: {error}.", "This is a bug; see the log.")
        return Ended(error=what, trace=traceback.format_exc())


def _settle() -> None:
    """One thread each, as there are as many workers as cores; low priority, so that the page stays quick."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "nice"):
        os.nice(10)
    logging.getLogger().addHandler(logging.NullHandler())  # a worker's warnings are not for the terminal
    import torch

    torch.set_num_threads(1)
