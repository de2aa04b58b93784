"""The models in memory: loaded in the background, each asked by one question at a time, in the order they came.

Back ends are made by openers, one for each model id, given from outside. What a model is stands in model/registry.py.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from model.errors import ModelError, NoAbility
from model.registry import Model, model
from model.types import Abilities, Backend
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.talk import Stop

log = logging.getLogger(__name__)

State = Literal["unloaded", "loading", "ready", "failed"]
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Opening:
    """How a model is to be loaded; "" leaves precision or device to what fits this machine."""

    precision: str = ""
    device: str = ""
    on_progress: Callable[[float, str], None] = lambda fraction, sentence: None


Open = Callable[[Opening], Backend]


@dataclass(frozen=True, slots=True)
class Worn:
    """An adapter as a model puts it on: a key that names no other one ever, what people call it, its folder."""

    key: str
    name: str
    folder: Path


@runtime_checkable
class Wearer(Protocol):
    """A back end that takes adapters."""

    @property
    def adapters(self) -> tuple[str, ...]: ...

    def load_adapter(self, name: str, folder: Path) -> None: ...

    def use_adapter(self, name: str) -> None: ...

    def unload_adapter(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Status:
    """Where a model stands; `sentence` says what is being done, or why it failed."""

    state: State = "unloaded"
    sentence: str = ""
    fraction: float = 0.0
    precision: str = ""
    n_waiting: int = 0  # questions, the one being answered included


@dataclass
class _Seat:
    """One model's place: where it stands, what speaks there, and who waits for it."""

    status: Status = field(default_factory=Status)
    backend: Backend | None = None
    error: StudioError | None = None
    opening: object = None  # the load under way; another one, or None, makes it unwanted
    line: deque[object] = field(default_factory=deque)


class Voices:
    """All models by id. Safe to use from many threads."""

    def __init__(self, openers: Mapping[str, Open]) -> None:
        self._openers = dict(openers)
        self._seats = {model_id: _Seat() for model_id in openers}
        self._changed = threading.Condition()
        self.precisions: dict[str, str] = {}  # by model: what to load in when nobody says

    @property
    def ids(self) -> tuple[str, ...]:
        """The models that can be loaded."""
        return tuple(self._seats)

    def status(self, model_id: str) -> Status:
        """Where a model stands. Raises NotFound."""
        seat = self._seat(model_id)
        with self._changed:
            now = seat.status
            return Status(now.state, now.sentence, now.fraction, now.precision, len(seat.line))

    def abilities(self, model_id: str) -> Abilities:
        """What a model can do: what it says itself once loaded, before that what is known of it. Raises NotFound."""
        backend = self._seat(model_id).backend
        return backend.abilities if backend is not None else _expected(model(model_id))

    def name(self, model_id: str) -> str:
        """What people call a model. Raises NotFound."""
        backend = self._seat(model_id).backend
        return backend.name if backend is not None else model(model_id).name

    def begin(self, model_id: str, *, precision: str = "", device: str = "") -> None:
        """Loads a model in the background, unless it is loaded or loading in that precision. Raises NotFound."""
        seat = self._seat(model_id)
        with self._changed:
            same = not precision or seat.status.precision in ("", precision)
            if seat.status.state in ("loading", "ready") and same:
                return
            precision = precision or self.precisions.get(model_id, "")
            before, seat.backend = seat.backend, None
            mark = seat.opening = object()
            seat.error = None
            seat.status = Status("loading", "Loading the model.", 0.0, precision)
            self._changed.notify_all()
        if before is not None:  # in another precision; its memory is needed
            before.close()
        arguments = (model_id, Opening(precision, device, self._teller(seat, mark)), mark)
        threading.Thread(target=self._load, args=arguments, name=f"load-{model_id}", daemon=True).start()

    def opened(
        self, model_id: str, stop: Stop | None = None, *, precision: str = "", device: str = ""
    ) -> Generator[Status, None, None]:
        """Loads a model and gives its status at each change, until it is ready or `stop` is set.

        Raises what loading raised, ModelError when it was unloaded meanwhile.
        """
        seat, told = self._seat(model_id), Status()
        self.begin(model_id, precision=precision, device=device)
        while not (stop is not None and stop.is_set):
            with self._changed:
                if seat.status == told:
                    self._changed.wait(LOOK_S)
                status, error = seat.status, seat.error
            if status.state == "ready":
                return
            if status.state == "failed" and error is not None:
                raise error
            if status.state == "unloaded":
                raise _gone(model_id)
            if status != told:
                told = status
                yield status

    def load(
        self, model_id: str, on_progress: Callable[[float, str], None], *, precision: str = "", device: str = ""
    ) -> None:
        """Loads a model and waits. Raises what loading raises: ModelError, MissingPackage, OutOfMemory, NotFound."""
        for status in self.opened(model_id, precision=precision, device=device):
            on_progress(status.fraction, status.sentence)

    def unload(self, model_id: str) -> None:
        """Frees a model; the answer under way ends with a sentence. Raises NotFound."""
        seat = self._seat(model_id)
        with self._changed:
            backend, seat.backend, seat.opening = seat.backend, None, None
            seat.status = Status()
            self._changed.notify_all()
        if backend is not None:
            backend.close()

    def close(self) -> None:
        """Frees all models."""
        for model_id in self._seats:
            self.unload(model_id)

    def backend(self, model_id: str) -> Backend:
        """What speaks for a model. Raises ModelError when it is not loaded, NotFound."""
        backend = self._seat(model_id).backend
        if backend is None:
            raise _gone(model_id)
        return backend

    def wear(self, model_id: str, worn: Worn | None) -> None:
        """Puts an adapter on a loaded model, or all off for None. Raises ModelError, NoAbility, MissingPackage."""
        backend = self.backend(model_id)
        if not (backend.abilities.takes_adapters and isinstance(backend, Wearer)):
            if worn is not None:
                what = f"{backend.name} takes no adapters, so “{worn.name}” cannot speak."
                raise NoAbility(what, "Choose the model that the adapter was trained on.")
        elif worn is not None and worn.key not in backend.adapters:
            backend.load_adapter(worn.key, worn.folder)
        else:
            backend.use_adapter(worn.key if worn is not None else "")

    def forget(self, key: str) -> None:
        """Takes an adapter off every model that has it on, because it is about to be removed."""
        for seat in self._seats.values():
            backend = seat.backend
            if isinstance(backend, Wearer) and key in backend.adapters:
                backend.unload_adapter(key)

    @contextmanager
    def place(self, model_id: str) -> Iterator["Place"]:
        """A place at the end of the line before a model, given up at the end. Raises NotFound."""
        line, ticket = self._seat(model_id).line, object()
        with self._changed:
            line.append(ticket)
        try:
            yield Place(line, ticket, self._changed)
        finally:
            with self._changed:
                line.remove(ticket)
                self._changed.notify_all()

    def _seat(self, model_id: str) -> _Seat:
        try:
            return self._seats[model_id]
        except KeyError as error:
            what = f"There is no model named {model_id!r}."
            raise NotFound(what, f"Choose one of {', '.join(self._seats)}.") from error

    def _teller(self, seat: _Seat, mark: object) -> Callable[[float, str], None]:
        def tell(fraction: float, sentence: str) -> None:
            with self._changed:
                if seat.opening is mark:
                    seat.status = Status("loading", sentence, min(1.0, max(0.0, fraction)), seat.status.precision)
                    self._changed.notify_all()

        return tell

    def _load(self, model_id: str, opening: Opening, mark: object) -> None:
        backend: Backend | None = None
        error: StudioError = ModelError(
            f"{model(model_id).name} could not be loaded because of a bug.", "Look into the studio's log and report it."
        )
        try:
            backend = self._openers[model_id](opening)
        except StudioError as refused:
            log.info("%s could not be loaded: %s", model_id, refused)
            error = refused
        finally:
            self._settle(self._seats[model_id], mark, backend, error)

    def _settle(self, seat: _Seat, mark: object, backend: Backend | None, error: StudioError) -> None:
        with self._changed:
            wanted = seat.opening is mark
            if wanted:
                seat.opening = None
                precision = seat.status.precision
                if backend is None:
                    seat.error, seat.status = error, Status("failed", str(error), 0.0, precision)
                else:
                    seat.backend, seat.status = backend, Status("ready", "", 1.0, precision)
            self._changed.notify_all()
        if backend is not None and not wanted:
            backend.close()


class Place:
    """Somebody's place in the line before a model."""

    def __init__(self, line: deque[object], ticket: object, changed: threading.Condition) -> None:
        self._line, self._ticket, self._changed = line, ticket, changed

    def positions(self, stop: Stop) -> Iterator[int]:
        """How many are before this one, told at each change, until it is its turn or `stop` is set."""
        told = -1
        while not stop.is_set:
            with self._changed:
                if self._position() == told:
                    self._changed.wait(LOOK_S)
                position = self._position()
            if position == 0:
                return
            if position != told:
                told = position
                yield position

    def _position(self) -> int:
        return self._line.index(self._ticket)


def _gone(model_id: str) -> ModelError:
    return ModelError(f"{model(model_id).name} is not loaded any more.", "Load it again and ask once more.")


def _expected(known: Model) -> Abilities:
    return Abilities(known.hears_audio, False, known.thinks, known.max_audio_s, False, known.kind == "embedded")
