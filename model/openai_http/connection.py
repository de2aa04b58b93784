"""One connection for one request, which another thread may shut; failures of the network become sentences."""

import contextlib
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from model.errors import ServerError
from model.openai_http.events import cut, strange
from model.openai_http.server import Busy, Server
from model.streaming import Outlet
from musicflamingo_app.errors import MissingPackage

_LONGEST_LINE_BYTES = 1_000_000
_ANSWER_BYTES = 20_000_000
_REFUSAL_BYTES = 100_000


def httpx() -> ModuleType:
    """The HTTP client. Raises MissingPackage."""
    try:
        import httpx as found
    except ImportError as error:
        advice = "Install it with: pip install httpx"
        raise MissingPackage("Asking a model server needs the package httpx.", advice) from error
    return found


class Wire:
    """The socket of a request, caught as it opens."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def trace(self, event: str, details: dict[str, Any]) -> None:
        """httpx calls it at each step; after TLS begins the socket is another one."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = details["return_value"].get_extra_info("socket")

    def shut(self) -> None:
        """Ends both directions, so that a thread that waits for the server wakes up."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def request(
    server: Server, method: str, url: str, sent: dict[str, Any] | None, outlet: Outlet | None = None
) -> Iterator[Any]:
    """The server's response, its body unread. Raises Busy while it may still come up.

    Environment variables for proxies are not heeded: a key and a recording go to the address in Settings only.
    """
    client_package, wire = httpx(), Wire()
    if outlet is not None:
        outlet.on_stop(wire.shut)
    headers = {"Authorization": f"Bearer {server.key}"} if server.key else {}
    limits = client_package.Timeout(server.read_s, connect=server.connect_s)
    with client_package.Client(timeout=limits, follow_redirects=False, trust_env=False) as client:
        asked = client.build_request(method, url, json=sent, headers=headers, extensions={"trace": wire.trace})
        try:
            response = client.send(asked, stream=True)
        except client_package.TransportError as error:
            raise _unanswered(client_package, server, error) from error
        with contextlib.closing(response):
            try:
                yield response
            except client_package.ReadTimeout as error:
                raise _stalled(server) from error
            except (client_package.TransportError, client_package.DecodingError) as error:
                raise cut() from error


def lines(response: Any) -> Iterator[str]:
    """The body line by line as it comes. Raises ServerError for a line or a body without end."""
    held, n_bytes = b"", 0
    for piece in response.iter_bytes():
        n_bytes += len(piece)
        held += piece
        if n_bytes > _ANSWER_BYTES:
            raise strange("more than 20 MB")
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if len(held) > _LONGEST_LINE_BYTES:
            raise strange("a line of more than a million characters")
    if held:
        yield held.decode("utf-8", "replace")


def text_of(response: Any, limit_bytes: int = _REFUSAL_BYTES) -> str:
    """The beginning of the body."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > limit_bytes:
            break
    return body[:limit_bytes].decode("utf-8", "replace")


def _unanswered(client_package: ModuleType, server: Server, error: Exception) -> ServerError:
    if isinstance(error, client_package.ConnectError | client_package.ConnectTimeout):
        what = f"No model server answers at {server.place}."
        return Busy(what, "Start the server, or correct its address in Settings.")
    if isinstance(error, client_package.ReadTimeout):
        return _stalled(server)
    if isinstance(error, client_package.WriteTimeout | client_package.WriteError):
        what = f"The model server at {server.place} stopped taking the recording while it was sent."
        return ServerError(what, "Ask about a shorter region, or raise the server's limit on requests.")
    what = f"The model server at {server.place} closed the connection without an answer."
    return Busy(what, "Look whether the server still runs, and ask again.")


def _stalled(server: Server) -> ServerError:
    what = f"The model server at {server.place} has sent nothing for {server.read_s:g} s."
    return ServerError(what, "It may be overloaded or hanging; ask again later or start it anew.")
