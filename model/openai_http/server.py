"""Where a model server is, and one clear sentence for each way it says no."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from model.errors import ModelError, NoAudio, ServerError

_AUDIO_WORDS = ("audio", "content part", "content type", "multimodal", "mmproj", "unsupported content")
_SAID_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is (`http://host:port/v1`), which model of it, and how patient to be; the key never shows."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    connect_s: float = 5.0
    read_s: float = 300.0  # a long recording is listened to before the first word comes
    tries: int = 3
    pause_s: float = 0.5

    @property
    def place(self) -> str:
        """Host and port, for sentences."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


class Busy(ServerError):
    """A failure that may pass in a moment: worth another try."""


def endpoint(url: str, path: str = "chat/completions") -> str:
    """The address of one of the protocol's routes. Raises ModelError for what is no http address."""
    advice = "Give an address such as http://127.0.0.1:8080/v1."
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise ModelError("The address of the model server cannot be read.", advice) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError("The address of the model server must begin with http:// or https://.", advice)
    if parts.username or parts.password:
        raise ModelError("The address of the model server holds a name or password.", "Put the key in its own field.")
    base = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{base or '/v1'}/{path}"


_DEAF_ADVICE = "Start it with a model that hears (llama-server: with --mmproj), or let it use the measured facts."


def refusal(server: Server, status: int, body: str, *, has_sound: bool) -> ServerError:
    """What an HTTP status other than 200 means."""
    said = said_by(body)
    place = server.place
    if has_sound and status in (400, 404, 415, 422, 500, 501) and any(word in said.lower() for word in _AUDIO_WORDS):
        what = f"The model server at {place} does not take audio (status {status}{_quoted(said)})."
        return NoAudio(what, _DEAF_ADVICE)
    match status:
        case 401 | 403:
            what = f"The model server at {place} does not accept the key (status {status})."
            return ServerError(what, "Check the key in Settings.")
        case 404:
            what = f"The model server at {place} has no model {server.model!r} at this address (status 404)."
            return ServerError(what, "Check the model's name and whether the address ends in /v1.")
        case 413:
            what = f"The recording is too big for the model server at {place} (status 413)."
            return ServerError(what, "Ask about a shorter region, or raise the server's limit on requests.")
        case 429:
            return Busy(f"The model server at {place} is busy (status 429).", "Wait a moment and ask again.")
        case 502 | 503 | 504:
            what = f"The model server at {place} is not ready (status {status})."
            return Busy(what, "It may still be loading its model; ask again in a minute.")
    if 300 <= status < 400:
        what = f"The model server at {place} sends us to another address (status {status})."
        return ServerError(what, "Put the address it really has into Settings.")
    what = f"The model server at {place} refused the question (status {status}{_quoted(said)})."
    return ServerError(what, "Look at the server's own log for the cause.")


def said_by(body: str) -> str:
    """The server's own words in a refusal, on one line and short; empty when it sent a page instead."""
    try:
        found: Any = json.loads(body)
    except ValueError:
        found = "" if body.lstrip().startswith("<") else body
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    text = found if isinstance(found, str) else json.dumps(found) if found else ""
    return " ".join(text.split())[:_SAID_CHARACTERS].rstrip(".")


def _quoted(said: str) -> str:
    return f": {said}" if said else ""
