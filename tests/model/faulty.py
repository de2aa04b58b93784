"""A model server on loopback that behaves as its address says: right, cutting, stalling, lying, refusing."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from model.openai_http.server import Server

PIECES = ["The ", "key ", "is ", "A minor", "."]


class Faulty:
    """The server, and the bodies and headers of the requests it got, by behaviour."""

    def __init__(self) -> None:
        self.asked: dict[str, list[dict[str, Any]]] = {}
        self.keys: list[str | None] = []
        self.left_early = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"faulty": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Faulty":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def as_server(self, behaviour: str, **more: Any) -> Server:
        """The address under which it behaves so; impatient, for tests."""
        self.asked[behaviour] = []
        url = f"http://127.0.0.1:{self._http.server_port}/{behaviour}/v1"
        return Server(url, "tiny", **{"pause_s": 0.01, "read_s": 5.0, "connect_s": 1.0, **more})


def event(piece: str, reason: str | None = None, kind: str = "content") -> str:
    return "data: " + json.dumps({"choices": [{"delta": {kind: piece}, "finish_reason": reason}]}) + "\n\n"


ERROR = 'data: {"error": {"message": "out of slots"}}\n\n'
USAGE = "data: " + json.dumps({"choices": [], "usage": {"prompt_tokens": 42, "completion_tokens": 7}}) + "\n\n"


class Handler(BaseHTTPRequestHandler):
    """Does what the first part of the path says."""

    faulty: Faulty

    def log_message(self, *args: Any) -> None:
        return None

    def do_GET(self) -> None:
        self.send(200, json.dumps({"data": [{"id": "tiny"}, {"id": "big"}]}), "application/json")

    def do_POST(self) -> None:
        behaviour = self.path.split("/")[1]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.faulty.asked.setdefault(behaviour, []).append(body)
        self.faulty.keys.append(self.headers.get("Authorization"))
        try:
            _BEHAVIOURS[behaviour](self, self.faulty, body)
        except (BrokenPipeError, ConnectionResetError):
            self.faulty.left_early.set()

    def send(self, status: int, text: str, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def say(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def refuse(self, status: int, said: str = "no") -> None:
        self.send(status, json.dumps({"error": {"message": said}}), "application/json")

    def document(self, text: str, kind: str = "application/json") -> None:
        self.send(200, text, kind)

    def redirect(self) -> None:
        self.send(307, "", "text/plain", Location="http://127.0.0.1:9/")


Behave = Callable[[Any, Faulty, dict[str, Any]], None]


def _right(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    handler.say(": a comment\n\nevent: message\n")
    if "schema" in str(body.get("response_format")):
        handler.say(event('{"key": "A minor"}'))
    else:
        for piece in PIECES[: body["max_tokens"]]:
            handler.say(event(piece))
    handler.say(event("", "length" if body["max_tokens"] < len(PIECES) else "stop") + USAGE + "data: [DONE]\n\n")


def _thinks(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    handler.say(event("Two sharps. ", kind="reasoning_content") + event("D major.") + "data: [DONE]\n\n")


def _cuts(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    handler.say(event("The key "))


def _hangs_up(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.close_connection = True


def _stalls(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    handler.say(event("The key "))
    time.sleep(0.6)


def _silent(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    time.sleep(0.6)


def _endless(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    for _ in range(2000):
        handler.say(event("la "))
        time.sleep(0.005)


def _one_line(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    handler.start()
    for _ in range(20):
        handler.say("data: " + "x" * 100_000)


def _busy_at_first(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    if len(faulty.asked["busy_at_first"]) < 3:
        handler.refuse(503, "loading model")
    else:
        _right(handler, faulty, body)


def _only_url(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    if "input_audio" in json.dumps(body["messages"]):
        handler.refuse(400, "Unknown content part type: input_audio")
    else:
        _right(handler, faulty, body)


def _whole(handler: Any, faulty: Faulty, body: dict[str, Any]) -> None:
    choice = {"message": {"content": "A minor."}, "finish_reason": "stop"}
    handler.document(json.dumps({"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}))


_BEHAVIOURS: dict[str, Behave] = {
    "right": _right,
    "thinks": _thinks,
    "cuts": _cuts,
    "hangs_up": _hangs_up,
    "stalls": _stalls,
    "silent": _silent,
    "endless": _endless,
    "one_line": _one_line,
    "busy_at_first": _busy_at_first,
    "only_url": _only_url,
    "whole": _whole,
    "deaf": lambda handler, faulty, body: handler.refuse(500, "audio input is not supported: give an mmproj"),
    "unauthorized": lambda handler, faulty, body: handler.refuse(401, f"bad key {handler.headers['Authorization']}"),
    "no_model": lambda handler, faulty, body: handler.refuse(404, "model not found"),
    "too_big": lambda handler, faulty, body: handler.refuse(413),
    "too_many": lambda handler, faulty, body: handler.refuse(429),
    "broken": lambda handler, faulty, body: handler.refuse(500, "CUDA error <script>"),
    "page": lambda handler, faulty, body: handler.document("<html>a router's login</html>", "text/html"),
    "no_json": lambda handler, faulty, body: handler.document("data: {not json\n\n", "text/event-stream"),
    "list": lambda handler, faulty, body: handler.document("[1, 2]"),
    "odd": lambda handler, faulty, body: handler.document('{"hello": 1}'),
    "tells": lambda handler, faulty, body: handler.document(
        'data: {"error": {"message": "out of slots"}}\n\n', "text/event-stream"
    ),
    "redirects": lambda handler, faulty, body: handler.redirect(),
}
