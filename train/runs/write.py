"""What a running stage writes into its folder: metrics, samples, a heartbeat, and how it ended.

    with RunWriter(folder) as run:
        run.begin(step, steps)
        ...run.metrics(step, loss=...); run.is_stopped()...
        run.done()

An exception that leaves the block is written to FAILED as one sentence; a process that dies leaves no mark.
"""

import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from musicflamingo_app.errors import StudioError
from train.runs import folder as files
from train.runs.living import is_alive, is_ours, this_process

log = logging.getLogger(__name__)
HEARTBEAT_S = 5.0
_RECENT = 20  # steps from which the time left is told


class RunWriter:
    """The one writer of a run. `sentence_of` turns what was raised into a sentence for people."""

    def __init__(self, folder: Path, sentence_of: Callable[[BaseException], str] = lambda error: plain(error)) -> None:
        self.folder, self._sentence_of = folder, sentence_of
        self._state: dict[str, Any] = {"step": 0, "steps": 0, "eta_s": None, "sentence": "Starting."}
        self._times: deque[tuple[int, float]] = deque(maxlen=_RECENT)
        self._lock, self._ended = threading.Lock(), threading.Event()

    def __enter__(self) -> Self:
        known = files.read_json(self.folder / files.STATE)
        if known and is_alive(known) and not is_ours(known):
            what = f"The run {self.folder.name} is running already, as process {known.get('pid')}."
            raise StudioError(what, "Wait for it, or stop it first.")
        for mark in (files.STOP, files.FAILED):
            (self.folder / mark).unlink(missing_ok=True)
        self._state |= this_process()
        self._say()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        if error is None or isinstance(error, GeneratorExit):
            return
        if isinstance(error, KeyboardInterrupt):
            self._say(sentence="Interrupted.")
            return
        log.error("the run %s failed", self.folder.name, exc_info=error)
        sentence = self._sentence_of(error)
        self._clear_halves()  # which also makes room for the sentence on a full disk
        try:
            (self.folder / files.FAILED).write_text(sentence + "\n", "utf-8")
            self._say(sentence=sentence)
        except OSError:
            log.exception("the failure could not be written: %s", sentence)

    def begin(self, step: int, steps: int) -> None:
        """Starts counting at `step`; what an earlier process wrote beyond it is taken back."""
        for name in (files.METRICS, files.SAMPLES):
            path = self.folder / name
            files.write_lines(path, [row for row in files.read_lines(path) if row["step"] <= step])
        self._clear_halves()
        self._times.append((step, time.monotonic()))
        self._say(step=step, steps=steps, sentence="Learning.")

    def metrics(self, step: int, **values: float | None) -> None:
        """Adds a line of the curve."""
        files.append_line(self.folder / files.METRICS, {"step": step, "time": round(time.time(), 3), **values})

    def at(self, step: int, sentence: str = "Learning.") -> None:
        """Says how far it is; the time left follows from the last steps."""
        self._times.append((step, time.monotonic()))
        (first, began), (last, ended) = self._times[0], self._times[-1]
        left = self._state["steps"] - step
        eta_s = left * (ended - began) / (last - first) if last > first else None
        self._say(step=step, eta_s=eta_s, sentence=sentence)

    def samples(self, step: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Adds answers that the model gives at a step."""
        for row in rows:
            files.append_line(self.folder / files.SAMPLES, {"step": step, **row})

    def is_stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return (self.folder / files.STOP).exists()

    def stopped(self, step: int) -> None:
        """Ends as it was asked to; it can be resumed."""
        self._ended.set()
        (self.folder / files.STOP).unlink(missing_ok=True)
        self._say(sentence=f"Stopped at step {step} as asked; it can be resumed.")

    def done(self) -> None:
        """Ends well."""
        self._ended.set()
        self._say(eta_s=0.0, sentence="Done.")
        (self.folder / files.DONE).write_text(files.now() + "\n", "utf-8")

    def _clear_halves(self) -> None:
        """Removes checkpoints that a kill or a full disk left half written."""
        for part in (self.folder / files.CHECKPOINTS).glob("[!s]*"):
            shutil.rmtree(part, ignore_errors=True)

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_S):
            try:
                self._say()
            except OSError:
                log.warning("the heartbeat of %s could not be written", self.folder.name)

    def _say(self, **changes: Any) -> None:
        with self._lock:
            self._state |= {**changes, "heartbeat": round(time.time(), 3)}
            files.write_json(self.folder / files.STATE, self._state)


def plain(error: BaseException) -> str:
    """An error as one sentence: its own where it has one, else its kind and first line."""
    if isinstance(error, StudioError):
        return str(error)
    said = str(error).strip().splitlines()
    first = f": {said[0][:200].rstrip('.')}" if said else ""
    return f"It ended by a fault, {type(error).__name__}{first}. The log has the rest."
