"""Our networks as they ship: read from assets/weights/ears or another folder, checked, ready to listen."""

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from musicflamingo_app.analysis.weights import checked
from musicflamingo_app.errors import MissingPackage

NAMES = ("harmony", "rhythm", "timbre", "form")
SUMS = "SHA256SUMS"
SCALES = ".of_each_row"  # follows the name of a tensor of bytes


def weights_folder() -> Path:
    """Where the studio's own networks lie."""
    return Path(str(files("assets") / "weights" / "ears"))


def sums(folder: Path | None = None) -> dict[str, str]:
    """SHA-256 of each file of weights, as the list beside them says. Raises MissingPackage."""
    path = (folder or weights_folder()) / SUMS
    if not path.is_file():
        raise MissingPackage(f"The studio's own networks are missing in {path.parent}.", "Install the studio again.")
    rows = (line.split() for line in path.read_text("utf-8").splitlines())
    return {name: digest for digest, name in rows}


def check(folder: Path | None = None) -> dict[str, Path]:
    """The files of all networks and small models. Raises MissingPackage for a missing or altered one."""
    return checked(folder or weights_folder(), sums(folder), package="musicflamingo-app", what="the studio's own ears")


def numbers(name: str, folder: Path | None = None) -> dict[str, Any]:
    """What `NAME.json` among the weights holds: a small model that needs no network. Raises MissingPackage."""
    stored: dict[str, Any] = json.loads(_file(f"{name}.json", folder).read_text("utf-8"))
    return stored


def _file(name: str, folder: Path | None) -> Path:
    """One file that the list of sums names. Raises MissingPackage for a missing or altered one."""
    digest = sums(folder).get(name)
    if digest is None:
        raise MissingPackage(f"{name} is not among the studio's own ears.", "Install the studio again.")
    where = folder or weights_folder()
    return checked(where, {name: digest}, package="musicflamingo-app", what="the studio's own ears")[name]


@lru_cache(maxsize=8)
def network(name: str, folder: Path | None = None) -> Any:
    """One network, ready to run: its sizes stand in the file's own header. Raises MissingPackage."""
    path = _file(f"{name}.safetensors", folder)
    try:
        from safetensors import safe_open
    except ImportError as error:
        raise MissingPackage("PyTorch is not installed.", "Install it with `pip install torch`.") from error
    with safe_open(path, "pt") as stored:
        about = stored.metadata() or {}
        state = {key: stored.get_tensor(key) for key in stored.keys()}  # noqa: SIM118
    sizes = {key: [*map(int, value.split())] for key, value in about.items() if value.replace(" ", "").isdecimal()}
    built = _build(name, sizes)
    _fill(built, _floats(state), path)
    return built.eval() if name == "form" else _quickened(built.eval())


def _fill(built: Any, state: dict[str, Any], path: Path) -> None:
    """Puts the tensors in; only counters of batches may be missing. Raises MissingPackage."""
    differ = built.load_state_dict(state, strict=False)
    missing = [name for name in differ.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or differ.unexpected_keys:
        raise MissingPackage(f"{path.name} holds another network than the studio's.", "Install the studio again.")


def _floats(stored: dict[str, Any]) -> dict[str, Any]:
    """Tensors as they were: some are bytes, of which each row has a scale beside them."""
    whole = {key: value.float() for key, value in stored.items() if not key.endswith(SCALES)}
    return {
        key: value * stored[key + SCALES].float() if key + SCALES in stored else value for key, value in whole.items()
    }


def _quickened(network: Any) -> Any:
    from musicflamingo_app.analysis.listening.folding import folded

    return folded(network)


def _build(name: str, sizes: dict[str, list[int]]) -> Any:
    """A network of the sizes; several together where there are several numbers of channels."""
    if name == "form":
        from musicflamingo_app.analysis.listening.form_net import FormNet

        return FormNet(**{key: value for key, (value,) in sizes.items()})
    from musicflamingo_app.analysis.listening.networks import HarmonyNet, RhythmNet, TimbreNet, Together

    kind: Any = {"harmony": HarmonyNet, "rhythm": RhythmNet, "timbre": TimbreNet}[name]
    bands = [sizes["bands"][0]] if "bands" in sizes else []
    return Together(kind(*bands, channels) for channels in sizes["channels"])
