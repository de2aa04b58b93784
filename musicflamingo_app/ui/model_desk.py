"""The models as the Settings page shows them, and what is being done to each: fetched, loaded, chosen, removed."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from model.devices import Device, devices
from model.memory import Fit
from model.registry import Model
from musicflamingo_app.errors import Cancelled, StudioError

if TYPE_CHECKING:
    from musicflamingo_app.services.speech import Offer, Speech

LOADING = "Loading"
_SHORT = {
    "embedded": "comes with the studio, hears nothing, and is told what was measured.",
    "transformers": "hears the recording; runs in this computer.",
    "gguf": "hears the recording; runs in this computer through llama.cpp.",
    "server": "the recording is sent to the server you named.",
}
_HEARS_LITTLE = "comes with the studio, hears seconds of a song, and learned from synthetic music; measurements count."
_LABELS = {"unloaded": "", "loading": "loading", "ready": "loaded", "failed": "did not load"}


class VoiceChoice(Protocol):
    """Which model speaks, and in which precision, kept between starts."""

    def chosen(self) -> tuple[str, str]:
        """Model id and precision; "" for what fits."""
        ...

    def choose(self, model_id: str, precision: str) -> None:
        """Keeps both. Raises StudioError."""
        ...


@dataclass
class _Work:
    """A fetch or load under way or just ended."""

    label: str
    sentence: str = ""
    fraction: float = 0.0
    busy: bool = True
    stopped: bool = False


class ModelDesk:
    """Safe to use from many threads. Devices are asked for once, in the background, because that takes seconds."""

    def __init__(
        self, speech: "Speech", choice: VoiceChoice, ask_devices: Callable[[], Sequence[Device]] = devices
    ) -> None:
        self._speech, self._choice, self._ask_devices = speech, choice, ask_devices
        self._devices: Sequence[Device] | None = None
        self._asking = threading.Lock()
        self._work: dict[str, _Work] = {}
        self._lock = threading.Lock()

    @property
    def chosen(self) -> str:
        return self._choice.chosen()[0]

    def view(self) -> dict[str, Any]:
        """What the page draws."""
        known = self._known_devices()
        chosen, precision = self._choice.chosen()
        rows = [
            self._row(offer, known, precision if offer.model.id == chosen else "") for offer in self._speech.models()
        ]
        return {"chosen": chosen, "models": rows}

    def act(self, model_id: str, action: str, values: Mapping[str, Any]) -> None:
        """Does what a button says. Raises StudioError; what takes long goes on in the background."""
        offer = self._speech.offer(model_id)
        precision = values.get("precision", "")
        actions: dict[str, Callable[[], Any]] = {
            "choose": lambda: self._choice.choose(model_id, precision if isinstance(precision, str) else ""),
            "load": lambda: self._begin(offer.model, LOADING, self._load),
            "fetch": lambda: self._begin(offer.model, "Downloading", self._fetcher(bool(values.get("accepted")))),
            "unload": lambda: self._speech.unload_model(model_id),
            "remove": lambda: self._speech.remove_model(model_id),
            "cancel": lambda: self._cancel(model_id),
        }
        if action not in actions:
            raise StudioError(f"A model cannot be told to “{action}”.", f"Use one of {', '.join(actions)}.")
        actions[action]()

    # Work

    def _begin(self, model: Model, label: str, run: Callable[[Model, _Work], None]) -> None:
        with self._lock:
            before = self._work.get(model.id)
            if before is not None and before.busy:
                raise StudioError(f"{model.name} is busy: {before.label.lower()}.", "Wait for it, or cancel it.")
            work = self._work[model.id] = _Work(label)
        threading.Thread(target=self._run, args=(model, work, run), name=f"model {model.id}", daemon=True).start()

    def _run(self, model: Model, work: _Work, run: Callable[[Model, _Work], None]) -> None:
        try:
            run(model, work)
            work.sentence = ""
        except Cancelled:
            work.sentence = "Stopped. What was downloaded is kept; downloading again goes on from there."
        except StudioError as error:
            work.sentence = "" if work.stopped else str(error)
        finally:
            work.busy = False

    def _load(self, model: Model, work: _Work) -> None:
        chosen, precision = self._choice.chosen()

        def progress(fraction: float, sentence: str) -> None:
            work.fraction, work.sentence = fraction, sentence

        self._speech.load_model(model.id, precision=precision if chosen == model.id else "", on_progress=progress)

    def _fetcher(self, accepted: bool) -> Callable[[Model, _Work], None]:
        def fetch(model: Model, work: _Work) -> None:
            def progress(here: int, total: int) -> None:
                work.fraction = here / total if total else 0.0
                work.sentence = f"{_size(here)} of {_size(total)}"

            self._speech.fetch_model(
                model.id, licence_accepted=accepted, on_progress=progress, is_stopped=lambda: work.stopped
            )

        return fetch

    def _cancel(self, model_id: str) -> None:
        work = self._work.get(model_id)
        if work is None or not work.busy:
            return
        work.stopped = True
        if work.label == LOADING:
            self._speech.unload_model(model_id)  # what is half loaded is dropped when it comes

    # Rows

    def _row(self, offer: "Offer", known: Sequence[Device] | None, precision: str) -> dict[str, Any]:
        model, work = offer.model, self._work.get(offer.model.id)
        busy = work is not None and work.busy
        status = offer.status
        label = (
            work.label
            if work is not None and busy
            else _LABELS[status.state] or _place(offer, self._speech.server is not None)
        )
        sentence = (work.sentence if work is not None else "") or status.sentence or _missing(offer)
        return {
            **_told(model),
            "label": label,
            "busy": busy or status.state == "loading" or (known is None and bool(model.sizes)),
            "fraction": work.fraction if work is not None and busy else status.fraction,
            "sentence": sentence,
            "sizes": self._sizes(model, known, status.precision or precision),
            "licence": _licence(model),
            "folder": str(offer.folder) if model.needs_fetching else "",
            "download": _size(min(size.disk_bytes for size in model.sizes.values())) if model.needs_fetching else "",
            "can": _can(offer, busy=busy),
        }

    def _sizes(self, model: Model, known: Sequence[Device] | None, chosen: str) -> list[dict[str, Any]]:
        fits: Mapping[str, Fit] = self._speech.fits(model.id, known) if known is not None else {}
        return [
            {
                "name": name,
                "disk": _size(size.disk_bytes),
                "memory": _size(size.memory_bytes),
                "verdict": fits[name].verdict if name in fits else "unknown",
                "fit": fits[name].sentence if name in fits else "Looking at this machine …",
                "chosen": name == chosen,
            }
            for name, size in model.sizes.items()
        ]

    def _known_devices(self) -> Sequence[Device] | None:
        if self._devices is None and self._asking.acquire(blocking=False):
            threading.Thread(target=self._look, name="devices", daemon=True).start()
        return self._devices

    def _look(self) -> None:
        try:
            self._devices = tuple(self._ask_devices())
        finally:
            self._asking.release()


def _told(model: Model) -> dict[str, Any]:
    """What is always true of a model."""
    return {
        "id": model.id,
        "name": model.name,
        "about": model.about,
        "short": _HEARS_LITTLE if model.kind == "embedded" and model.hears_audio else _SHORT[model.kind],
        "hears": _hears(model),
        "thinks": model.thinks,
        "tiny": model.kind == "embedded",
    }


def _hears(model: Model) -> str:
    if not model.hears_audio:
        return "Hears nothing."
    if model.max_audio_s < 60:
        return f"Hears {model.max_audio_s:.0f} seconds, an excerpt of each song."
    return f"Hears up to {model.max_audio_s / 60:.0f} minutes."


def _place(offer: "Offer", has_server: bool) -> str:
    if offer.model.kind == "server" and not has_server:
        return "no address yet"
    if not offer.model.needs_fetching:
        return "ready"
    return f"on this disk, {_size(offer.disk_bytes)}" if offer.is_here else "not downloaded"


def _missing(offer: "Offer") -> str:
    if not offer.missing_packages:
        return ""
    return f"It needs packages that are not installed: pip install {' '.join(offer.missing_packages)}"


def _can(offer: "Offer", *, busy: bool) -> list[str]:
    if busy:
        return ["cancel"]
    can = []
    if offer.model.needs_fetching and not offer.is_here:
        can.append("fetch")
    elif offer.status.state in ("unloaded", "failed") and not offer.missing_packages:
        can.append("load")
    if offer.status.state == "ready":
        can.append("unload")
    if offer.model.needs_fetching and offer.is_here:
        can.append("remove")
    return can


def _licence(model: Model) -> dict[str, Any] | None:
    if model.licence is None:
        return None
    return {
        "name": model.licence.name,
        "summary": model.licence.summary,
        "url": model.licence.url,
        "non_commercial": model.licence.non_commercial,
    }


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"
