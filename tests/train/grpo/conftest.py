"""One toy for the tests of GRPO, a dataset of tones, and runs on it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.train.conftest import Toy
from tests.train.grpo.making import QUICK, toy_folder
from train.dataset import About, Dataset, write_dataset
from train.recipes.read import made
from train.runs.folder import Plan, create

Begin = Callable[..., Path]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("peft")
    return toy_folder(tmp_path_factory.mktemp("grpo"))


@pytest.fixture(scope="session")
def data(toy: Toy) -> Dataset:
    about = About("tones", 1, "CC0", "2026-01-01T00:00:00+00:00")
    folder = toy.folder / "datasets" / "rewarded"
    frozen = write_dataset(folder, about, toy.learned, toy.held_out)
    (folder / "audio").symlink_to(toy.folder / "audio")
    return frozen


@pytest.fixture
def begin(toy: Toy, data: Dataset, tmp_path: Path) -> Begin:
    """Makes a run's folder with a quick recipe, some lines of its table changed."""

    def begun(
        name: str = "one",
        *,
        adapter: Path | None = None,
        dataset: Path = data.folder,
        projector: float = 3e-3,
        **table: Any,
    ) -> Path:
        recipe = made({**QUICK, "projector_learning_rate": projector, "grpo": {**QUICK["grpo"], **table}})
        return create(tmp_path / "runs", Plan(recipe, toy.base, dataset, "toy", adapter), name=name)

    return begun
