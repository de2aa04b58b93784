"""How the routes answer: JSON with an ETag, one sentence for every error, sound in byte ranges. Pure HTTP."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from musicflamingo_app.errors import NotFound, StorageError, StudioError

REVALIDATE = "private, no-cache"  # kept by the browser, asked about each time
_SOUND_TYPES = {
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
}

LONGEST_BODY = 500_000  # bytes
Body = Mapping[str, Any]
Endpoint = Callable[[Request], Response]
Action = Callable[[Request, Body], Response]
log = logging.getLogger(__name__)


def answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint with every StudioError turned into `{"what", "advice"}` and a fitting status."""

    @wraps(endpoint)
    def answer(request: Request) -> Response:
        try:
            return endpoint(request)
        except StudioError as error:
            return sentence(error)

    return answer


def with_body(action: Action) -> Callable[[Request], Awaitable[Response]]:
    """The action with the request's JSON object (none: empty), run in a thread; errors as in `answered`."""

    @wraps(action)
    async def answer(request: Request) -> Response:
        try:
            return await run_in_threadpool(action, request, _body(await _bytes(request)))
        except StudioError as error:
            return sentence(error)

    return answer


async def _bytes(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LONGEST_BODY:
            raise StudioError("The text is too long.", f"Send at most {LONGEST_BODY // 1000} kB.")
    return bytes(received)


def _body(received: bytes) -> Body:
    try:
        value = json.loads(received) if received.strip() else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise StudioError("The request's body is not a JSON object.", "Send an object with named values.")
    return value


def sentence(error: StudioError) -> JSONResponse:
    """An error as JSON: 404 for what is not there, 503 when the disk or database refuses, 400 otherwise."""
    status = 404 if isinstance(error, NotFound) else 503 if isinstance(error, StorageError) else 400
    return JSONResponse({"what": error.what, "advice": error.advice}, status, {"Cache-Control": "no-store"})


def unexpected(_request: Request, error: Exception) -> JSONResponse:
    """The answer to a bug: one sentence to the person; the server logs the trace."""
    log.error("A request failed: %s", error)
    what, advice = "Something went wrong inside the studio.", "Try again; the log of the studio says more."
    return JSONResponse({"what": what, "advice": advice}, 500)


def fresh_json(value: Any) -> JSONResponse:
    """JSON that must not be kept."""
    return JSONResponse(value, headers={"Cache-Control": "no-store"})


def tagged(request: Request, body: bytes, media_type: str) -> Response:
    """A body with its ETag, or 304 when the browser already has it."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if _matches(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def tagged_json(request: Request, value: Any) -> Response:
    """A value as JSON with its ETag (Gradio's middleware compresses every path that ends in .json)."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return tagged(request, body, "application/json")


def sound(request: Request, path: Path) -> Response:
    """A file in byte ranges (206, 416), with its ETag. Raises NotFound when the file is gone."""
    if not path.is_file():
        raise NotFound("The sound of this track is not on the disk any more.", "Add the file again.")
    stat = path.stat()
    tag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE}
    if "range" not in request.headers and _matches(request, tag):
        return Response(status_code=304, headers=headers)
    media_type = _SOUND_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return FileResponse(path, media_type=media_type, headers=headers, stat_result=stat)


def download(name: str, content: bytes) -> Response:
    """A file to save, whatever is in its name."""
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in " ._-()")).strip(" .") or "export"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _matches(request: Request, tag: str) -> bool:
    asked = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in asked or tag.removeprefix("W/") in [part.removeprefix("W/") for part in asked]
