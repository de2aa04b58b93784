"""From what a person chose to a run's plan; everything that can be known beforehand is checked here, without torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.fingerprint import fingerprint
from musicflamingo_app.errors import StudioError
from train.adapters import check_base, find_adapter
from train.bases import base_of, check_hears_all, licence_of
from train.dataset import Dataset, open_dataset
from train.recipes.recipe import Recipe
from train.runs.folder import Plan

LAUNCHES = ("", "fsdp2", "zero3")


@dataclass(frozen=True)
class Place:
    """Folders of a data folder that training reads and writes."""

    home: Path

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def datasets(self) -> Path:
        return self.home / "datasets"

    @property
    def adapters(self) -> Path:
        return self.home / "adapters"

    @property
    def models(self) -> Path:
        return self.home / "models"


def planned(
    place: Place,
    recipe: Recipe,
    dataset: str,
    base: str,
    *,
    adapter: str = "",
    processes: int = 1,
    launch: str = "",
) -> Plan:
    """The plan of a run. `dataset` and `adapter` are names in the data folder, or folders. Raises StudioError."""
    folder, model_id = base_of(base, place.models)
    data = open_dataset(_folder_of(dataset, place.datasets))
    if launch not in LAUNCHES:
        raise StudioError(f"There is no launch {launch!r}.", "Choose fsdp2 or zero3, or leave it out.")
    if processes < 1:
        raise StudioError(f"A run cannot have {processes} processes.", "Take at least one.")
    if recipe.stage == "grpo" and processes > 1:
        raise StudioError("GRPO runs in one process.", "Leave --processes out.")
    if model_id:
        check_hears_all(model_id, _lengths_s(data))
    print_of = fingerprint(folder)
    start = _adapter_folder(adapter, place.adapters, print_of, model_id) if adapter else None
    return Plan(
        recipe, folder, data.folder.absolute(), model_id, start, processes, launch, _card(data, print_of, model_id)
    )


def _folder_of(named: str, parent: Path) -> Path:
    return parent / named if (parent / named).is_dir() else Path(named).expanduser()


def _adapter_folder(named: str, adapters: Path, base_print: str, model_id: str) -> Path:
    """An adapter by name, or a folder that training wrote; one with a card of another base is refused."""
    folder = Path(named).expanduser()
    if (adapters / named).is_dir():
        folder = find_adapter(adapters, named).folder
    check_base(folder, base_print, model_id)
    return folder.absolute()


def _lengths_s(data: Dataset) -> Iterator[float]:
    """How long what is heard of each example is; of a whole recording its length."""
    whole_s = {member.sha256: member.duration_s for member in data.about.members}
    for one in (*data.train, *data.held_out):
        if one.audio:
            yield (one.end_s if one.end_s is not None else whole_s.get(one.track, 0.0)) - (one.start_s or 0.0)


def _card(data: Dataset, base_print: str, model_id: str) -> dict[str, Any]:
    return {
        "fingerprint": base_print,
        "licence": licence_of(model_id),
        "data": data.name,
        "data_hash": data.hash,
        "data_licence": data.about.licence,
        "n_train": data.about.n_train,
        "n_held_out": data.about.n_held_out,
    }
