"""Reads what an OpenAI-compatible server sends: a stream of events, or one document from a server that waits."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from model.errors import ServerError
from model.streaming import Ending, Outlet


@dataclass(slots=True)
class Reading:
    """What was read so far: pieces, the server's own counts, and why it ended ("" while it has not)."""

    n_pieces: int = 0
    n_prompt_tokens: int = 0
    n_new_tokens: int = 0
    reason: str = ""

    def take(self, event: Any, outlet: Outlet) -> None:
        """One chunk of an answer, or a whole answer. Raises ServerError for what is neither."""
        if not isinstance(event, dict):
            raise strange("a stream of something else than objects")
        if event.get("error"):
            raise told(event["error"])
        self._count(event.get("usage"))
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise strange("an answer without choices")
        for choice in choices[:1]:
            self._say(choice, outlet)

    def ending(self) -> Ending:
        """How it ended; without the server's counts, pieces stand for tokens."""
        return Ending(
            "length" if self.reason == "length" else "stop", self.n_prompt_tokens, self.n_new_tokens or self.n_pieces
        )

    def _say(self, choice: Any, outlet: Outlet) -> None:
        if not isinstance(choice, dict):
            raise strange("an answer without text")
        piece = choice.get("delta") or choice.get("message") or {}
        if not isinstance(piece, dict):
            raise strange("an answer without text")
        thought = piece.get("reasoning_content") or piece.get("reasoning")
        text = piece.get("content")
        if isinstance(thought, str):
            outlet.thought(thought)
        if isinstance(text, str) and text:
            outlet.text(text)
        self.n_pieces += bool(text or thought)
        self.reason = str(choice.get("finish_reason") or self.reason)

    def _count(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self.n_prompt_tokens = int(usage.get("prompt_tokens") or self.n_prompt_tokens)
            self.n_new_tokens = int(usage.get("completion_tokens") or self.n_new_tokens)


def read_stream(lines: Iterable[str], outlet: Outlet) -> Reading:
    """Reads server-sent events to `[DONE]`. Raises ServerError when they break off or are something else."""
    reading, ended = Reading(), False
    for line in lines:
        outlet.check()
        if line.startswith("error:"):  # older llama-servers
            raise told(line[6:])
        if not line.startswith("data:"):
            if line.startswith("{") or line.startswith("<"):
                raise strange("a stream that is no event stream")
            continue  # comments, event names and empty lines
        data = line[5:].strip()
        if data == "[DONE]":
            ended = True
            break
        reading.take(_parsed(data), outlet)
    if not ended and not reading.reason:
        raise cut()
    return reading


def read_document(text: str, outlet: Outlet) -> Reading:
    """Reads a whole answer from a server that does not stream. Raises ServerError."""
    reading = Reading()
    reading.take(_parsed(text), outlet)
    return reading


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise strange("text that is no JSON") from error


def strange(what: str) -> ServerError:
    advice = "Check that the address is that of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1."
    return ServerError(f"The model server sent {what}.", advice)


def cut() -> ServerError:
    return ServerError(
        "The model server broke the answer off in the middle.",
        "What came so far is kept; look whether the server still runs, and ask again.",
    )


def told(error: Any) -> ServerError:
    """The server's own words, shortened."""
    text = error.get("message") if isinstance(error, dict) else error
    words = " ".join(str(text).split())[:300].rstrip(".")
    return ServerError(f"The model server says: {words}.", "Look at the server's own log for the cause.")
