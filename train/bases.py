"""The model that a run starts from, found by its id or folder."""

import json
from collections.abc import Iterable
from pathlib import Path

from model import registry
from model.embedded import nano
from model.errors import ModelError
from model.fetch import fetched
from model.registry import EMBEDDED, model
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import clock

UNKNOWN_LICENCE = "that of the base model, which is not known here"


def base_of(named: str, models: Path) -> tuple[Path, str]:
    """Folder and id of a base that hears, by its id in the registry or its folder. Raises NotFound, ModelError."""
    folder = Path(named).expanduser()
    if (folder / "config.json").is_file():
        _check_hears(folder)
        return folder.absolute(), ""
    if named not in trainable():
        what = f"There is no model {named!r} that could be trained."
        raise NotFound(what, f"Name one of {', '.join(trainable())}, or the folder of a Music Flamingo.")
    if named == EMBEDDED:
        return nano.nano_folder(nano.read(), models / EMBEDDED), named
    here = fetched(model(named), models)
    if here is None:
        what = f"The weights of {model(named).name} are not here."
        raise ModelError(what, f"Fetch them in Settings, or with “musicflamingo models fetch {named}”.")
    return here.folder, named


def trainable() -> tuple[str, ...]:
    """The models of the registry that hear and can learn, by id; the embedded one where it has ears."""
    learns = ("transformers", EMBEDDED)
    return tuple(one.id for one in registry.MODELS if one.kind in learns and one.hears_audio)


def check_hears_all(named: str, lengths_s: Iterable[float]) -> None:
    """Refuses clips that a model of the registry could not be asked about afterwards. Raises StudioError."""
    known, longest_s = model(named), max(lengths_s, default=0.0)
    if longest_s > known.max_audio_s:
        what = (
            f"The dataset has clips of {clock(longest_s)}, and {known.name} hears {clock(known.max_audio_s)} at most."
        )
        raise StudioError(what, "Build a dataset of excerpts: “musicflamingo dataset build --crops 4”.")


def licence_of(model_id: str) -> str:
    """The licence that an adapter of this base stands under."""
    for one in registry.MODELS:
        if one.id == model_id and one.licence is not None:
            return one.licence.name
    return UNKNOWN_LICENCE


def repo_of(model_id: str) -> str:
    """Where a base can be fetched, for an adapter's card; its name where that is not known."""
    return next((one.repo for one in registry.MODELS if one.id == model_id and one.repo), model_id or "unknown")


def _check_hears(folder: Path) -> None:
    try:
        kind = json.loads((folder / "config.json").read_text("utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The folder {folder.name} has a damaged config.json.", "Choose another model.") from error
    if kind != "musicflamingo":
        what = f"The model {folder.name} is a {kind}, and training needs a Music Flamingo (musicflamingo)."
        raise ModelError(what, "Choose another model.")
