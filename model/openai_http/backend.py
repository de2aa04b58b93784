"""The back end over HTTP: vLLM, llama-server, xllamacpp and whatever else speaks OpenAI's chat protocol and hears.

The key goes into one header and nowhere else; redirects are not followed, for they could carry it elsewhere.
"""

import json
import threading
import weakref
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from model.errors import ModelError, NoAudio
from model.openai_http.connection import httpx, lines, request, text_of
from model.openai_http.events import read_document, read_stream, strange
from model.openai_http.request import Shape, body
from model.openai_http.server import Busy, Server, endpoint, refusal
from model.streaming import Answer, Ending, Outlet
from model.types import Abilities, Message, Sampling, Sound
from model.wav import wav_base64
from model.wording import check

_DOCUMENT_BYTES = 5_000_000


class HttpBackend:
    """A Backend (model/types.py) over a server; questions are answered one after the other."""

    def __init__(
        self,
        server: Server,
        name: str = "",
        *,
        hears_audio: bool = True,
        max_audio_s: float = 1200.0,
        thinks: bool = False,
    ) -> None:
        """Raises ModelError for an address that is none, MissingPackage without httpx."""
        httpx()
        self._server, self._url = server, endpoint(server.url)
        self.name = name or server.model
        self.abilities = Abilities(hears_audio, False, thinks, max_audio_s if hears_audio else 0.0, True, False)
        self._shape: Shape = "input_audio"
        self._lock = threading.Lock()
        self._closed = False
        self._open: weakref.WeakSet[Answer] = weakref.WeakSet()

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> Answer:
        """Starts an answer; see Backend. Reading raises ServerError with a sentence for each way to fail.

        Closing it shuts the connection; while one is still being opened that takes up to `connect_s`.
        """
        if self._closed:
            raise ModelError(f"{self.name} is not connected any more.", "Choose the model again in Settings.")
        sound = check(self.name, self.abilities, messages, sampling)
        asked = tuple(messages)
        started = Answer(lambda outlet: self._produce(outlet, asked, sound, sampling), f"answer-{self.name}")
        self._open.add(started)
        return started

    def close(self) -> None:
        """Cancels open answers."""
        self._closed = True
        for started in tuple(self._open):
            started.close()

    def _produce(
        self, outlet: Outlet, messages: tuple[Message, ...], sound: Sound | None, sampling: Sampling
    ) -> Ending:
        while not self._lock.acquire(timeout=0.05):
            outlet.check()
        try:
            outlet.check()
            wav = wav_base64(sound) if sound is not None else ""
            return self._in_either_shape(outlet, messages, wav, sampling)
        finally:
            self._lock.release()

    def _in_either_shape(self, outlet: Outlet, messages: tuple[Message, ...], wav: str, sampling: Sampling) -> Ending:
        """Asks in the shape that worked last; a server that does not know it is asked in the other one.

        One that knows neither counts as deaf from then on.
        """

        def sent(shape: Shape) -> dict[str, Any]:
            return body(self._server.model, messages, sampling, wav, shape)

        try:
            return self._patiently(outlet, sent(self._shape), has_sound=bool(wav))
        except NoAudio:
            other: Shape = "audio_url" if self._shape == "input_audio" else "input_audio"
            try:
                ending = self._patiently(outlet, sent(other), has_sound=True)
            except NoAudio:
                self._count_as_deaf()
                raise
            self._shape = other
            return ending

    def _count_as_deaf(self) -> None:
        """From now on no sound is sent, and the name that stands under the answers says so."""
        self.abilities = replace(self.abilities, hears_audio=False, max_audio_s=0.0)
        self.name = f"{self.name}, which heard nothing"

    def _patiently(self, outlet: Outlet, sent: dict[str, Any], *, has_sound: bool) -> Ending:
        """Tries again with growing pauses while the server is busy or not up; never once an answer has begun."""
        for n_tried in range(1, self._server.tries):
            try:
                return self._once(outlet, sent, has_sound=has_sound)
            except Busy:
                outlet.stopped.wait(self._server.pause_s * 2 ** (n_tried - 1))
                outlet.check()
        return self._once(outlet, sent, has_sound=has_sound)

    def _once(self, outlet: Outlet, sent: dict[str, Any], *, has_sound: bool) -> Ending:
        with request(self._server, "POST", self._url, sent, outlet) as response:
            if response.status_code != 200:
                raise refusal(self._server, response.status_code, text_of(response), has_sound=has_sound)
            if "json" in response.headers.get("content-type", ""):
                return read_document(text_of(response, _DOCUMENT_BYTES), outlet).ending()
            return read_stream(lines(response), outlet).ending()


def offered(server: Server) -> tuple[str, ...]:
    """The names of the models a server offers: a way to try an address. Raises ServerError, ModelError."""
    with request(server, "GET", endpoint(server.url, "models"), None) as response:
        if response.status_code != 200:
            raise refusal(server, response.status_code, text_of(response), has_sound=False)
        text = text_of(response, _DOCUMENT_BYTES)
    try:
        rows = json.loads(text)["data"]
        return tuple(str(row["id"]) for row in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise strange("no list of models") from error
