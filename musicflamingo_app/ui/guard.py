"""What stands before every answer: who may ask, and headers that keep the page on this machine.

Gradio 6.31 sends no security headers, and answers a range request for `/gradio_api/file=` with the request's own
headers, cookies among them; both are put right here. A proxy in front of the studio has to pass on the Host header.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio's configuration is an inline script and its gr.HTML compiles functions: without both words nothing starts.
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FILE_PATHS = ("/file=", "/file/")
_FILE_HEADERS = frozenset(
    {"content-type", "content-length", "content-range", "content-disposition", "accept-ranges", "etag", "last-modified"}
)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """ASGI middleware. `hosts` are the names this server answers to; none means any (a proxy stands before it)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            said = JSONResponse({"what": refusal, "advice": "Open the studio at its own address."}, 403)
            await said(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _guarded_headers(scope["path"], message)
            await send(message)

        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and _without_port(host) not in self._hosts:
            # Another site's name that was pointed at this machine (DNS rebinding).
            return f"This studio does not answer to the name “{host}”."
        origin = headers.get("origin")
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and origin and urlsplit(origin).netloc != host:
            return f"Another site ({origin}) may not change anything here."
        return None


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() and name else host


def _guarded_headers(path: str, message: Message) -> list[tuple[bytes, bytes]]:
    raw = list(message["headers"])
    if any(mark in path for mark in _FILE_PATHS):
        raw = [(name, value) for name, value in raw if name.decode("latin-1").lower() in _FILE_HEADERS]
    headers = MutableHeaders(raw=raw)
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith("/ma-assets/"):
        headers["Cache-Control"] = "no-cache"
    return headers.raw
