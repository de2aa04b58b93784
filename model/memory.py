"""Whether a model fits this machine, told before it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from model.devices import Device
from model.registry import Model
from musicflamingo_app.errors import NotFound

Verdict = Literal["fits", "tight", "no", "unknown"]
_WORDS_TOKENS = 2500  # question, measured facts and answer
_WORKING_BYTES = {"cuda": 2_000_000_000, "mps": 2_000_000_000, "cpu": 1_500_000_000}  # one window, one piece, runtime
_OURS = {"cuda": 0.97, "mps": 0.70, "cpu": 0.75}  # how much of the memory a model can have
_COMFORT = 0.88
_BILLION = 1e9


@dataclass(frozen=True, slots=True)
class Fit:
    """The verdict, a sentence with the numbers, and the torch device to load on ("" for none)."""

    verdict: Verdict
    sentence: str
    device: str
    needed_bytes: int


def needed_bytes(model: Model, precision: str, audio_s: float, kind: str = "cuda") -> int:
    """Weights, the context of a recording this long, and room to work in. Raises NotFound for the precision."""
    if precision not in model.sizes:
        known = ", ".join(model.sizes) or "none"
        raise NotFound(f"{model.name} has no precision {precision!r}.", f"Choose one of: {known}.")
    heard_s = min(audio_s, model.max_audio_s)
    n_tokens = round(heard_s * model.tokens_per_s) + _WORDS_TOKENS
    working = _WORKING_BYTES.get(kind, _WORKING_BYTES["cpu"])
    if model.kind == "embedded":
        working //= 5
    return model.sizes[precision].memory_bytes + n_tokens * model.kv_bytes_per_token + working


def fits(model: Model, precision: str, devices: Sequence[Device], audio_s: float = 240.0) -> Fit:
    """On the first graphics card with room, else on the processor. Raises NotFound for the precision.

    Memory that other programs use is not known and not counted.
    """
    if not model.sizes:
        return Fit("fits", f"{model.name} needs no memory here: the model runs on its server.", "", 0)
    places = _places(model, devices)
    found = [_on(model, precision, device, name, audio_s) for device, name in places]
    for verdict in ("fits", "tight"):
        for fit in found:
            if fit.verdict == verdict:
                return fit
    known = [fit for fit in found if fit.verdict == "no"]
    if known:
        return max(known, key=lambda fit: -fit.needed_bytes)
    needed = needed_bytes(model, precision, audio_s, "cpu")
    return Fit("unknown", f"It needs {_gb(needed)}; how much memory this machine has is not known.", "cpu", needed)


def _places(model: Model, devices: Sequence[Device]) -> list[tuple[Device, str]]:
    """Devices with their names in torch, graphics cards first; the embedded model lives on the processor."""
    cards = [(device, f"cuda:{n}") for n, device in enumerate(d for d in devices if d.kind == "cuda")]
    cards += [(device, "mps") for device in devices if device.kind == "mps"]
    processors = [(device, "cpu") for device in devices if device.kind == "cpu"]
    return processors if model.kind == "embedded" else cards + processors


def _on(model: Model, precision: str, device: Device, name: str, audio_s: float) -> Fit:
    needed = needed_bytes(model, precision, audio_s, device.kind)
    if not device.memory_bytes:
        sentence = f"It needs {_gb(needed)}; how much memory {device.name} has is not known."
        return Fit("unknown", sentence, name, needed)
    ours = device.memory_bytes * _OURS.get(device.kind, 0.75)
    numbers = f"{_gb(needed)} of {_gb(device.memory_bytes)} on {device.name}"
    slow = " It will be slow there." if device.kind == "cpu" and model.kind == "transformers" else ""
    if needed <= ours * _COMFORT:
        return Fit("fits", f"It fits: {numbers}.{slow}", name, needed)
    if needed <= ours:
        return Fit("tight", f"It just fits: {numbers}; close other programs first.{slow}", name, needed)
    longest_s = _longest_s(model, precision, device.kind, ours)
    shorter = f" Regions up to {longest_s // 60:.0f}:{longest_s % 60:02.0f} would fit." if longest_s >= 30 else ""
    return Fit("no", f"It does not fit: it needs {numbers}.{shorter}", "", needed)


def _longest_s(model: Model, precision: str, kind: str, room_bytes: float) -> int:
    """How much sound would fit beside the weights, in whole seconds."""
    without = needed_bytes(model, precision, 0.0, kind)
    per_s = model.tokens_per_s * model.kv_bytes_per_token
    return int(max(0.0, room_bytes - without) / per_s) if per_s else 0


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / _BILLION:.1f} GB"
