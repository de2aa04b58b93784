"""Answers under way: each is read in a thread of its own, so that a page may reload, look again, or stop it."""

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.talk import Event, Talk

log = logging.getLogger(__name__)
KEPT = 40  # ended answers that pages may still read
Told = dict[str, Any]


@dataclass
class _Running:
    """One answer: what was told of it so far, and whether more will come."""

    talk: Talk
    about: Mapping[str, Any]
    told: list[Told] = field(default_factory=list)
    ended: bool = False


class Talks:
    """Answers by number. Safe to use from many threads."""

    def __init__(self) -> None:
        self._running: dict[int, _Running] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def begin(self, talk: Talk, tell: Callable[[Event], Told | None], **about: Any) -> int:
        """Starts to read an answer; `tell` turns its events into what pages hear, `about` finds it again."""
        running = _Running(talk, about)
        with self._lock:
            number = next(self._numbers)
            self._running[number] = running
            ended = [key for key, row in self._running.items() if row.ended]
            for key in ended[: max(0, len(ended) - KEPT)]:
                del self._running[key]
        threading.Thread(target=self._read, args=(running, tell), name=f"answer {number}", daemon=True).start()
        return number

    def _read(self, running: _Running, tell: Callable[[Event], Told | None]) -> None:
        last: Told = {"type": "failed", "what": "Something went wrong inside the studio.", "advice": "Try again."}
        try:
            for event in running.talk:
                told = tell(event)
                if told is not None and told["type"] == "done":
                    last = told
                elif told is not None:
                    self._tell(running, told)
            if last["type"] == "failed":
                last = {"type": "done", "id": None, "finish": "cancelled"}  # stopped before a word was said
        except StudioError as error:
            last = {"type": "failed", "what": error.what, "advice": error.advice}
        except Exception:
            log.exception("An answer failed")
            raise
        finally:
            self._tell(running, last, ended=True)

    def _tell(self, running: _Running, told: Told, *, ended: bool = False) -> None:
        with self._lock:
            before = running.told[-1] if running.told else None
            fresh = before is None or before.get("read") or before["type"] != told["type"]
            if told["type"] in ("text", "thought") and not fresh and before is not None:
                before["text"] += told["text"]  # pieces nobody has read yet travel together
            else:
                running.told.append(told)
            running.ended = ended

    def read(self, number: int, at: int) -> dict[str, Any]:
        """What was told from the `at`-th on, where to read on, and whether that was all. Raises NotFound."""
        with self._lock:
            running = self._get(number)
            events = running.told[max(0, at) :]
            for event in events:
                event["read"] = True
            shown = [{key: value for key, value in event.items() if key != "read"} for event in events]
            return {"events": shown, "next": len(running.told), "ended": running.ended}

    def stop(self, number: int) -> None:
        """Ends an answer; its half is kept. Raises NotFound."""
        with self._lock:
            talk = self._get(number).talk
        talk.stop()

    def of_track(self, track_id: int) -> list[dict[str, Any]]:
        """The answers about a track that are still under way."""
        with self._lock:
            rows = [(number, row) for number, row in self._running.items() if not row.ended]
        return [{"id": number} | dict(row.about) for number, row in rows if row.about.get("track") == track_id]

    def close(self) -> None:
        """Ends all of them."""
        with self._lock:
            talks = [row.talk for row in self._running.values() if not row.ended]
        for talk in talks:
            talk.close()

    def _get(self, number: int) -> _Running:
        if number not in self._running:
            raise NotFound("This answer is over.", "Look at the captions or the conversation; what was said is there.")
        return self._running[number]
