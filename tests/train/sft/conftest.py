"""A dataset of tones and runs on it, small enough for a processor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.train.conftest import Toy
from train.dataset import About, Dataset, write_dataset
from train.recipes.read import made
from train.runs.folder import Plan, create

QUICK: dict[str, Any] = {
    "stage": "sft",
    "precision": "fp32",
    "learning_rate": 5e-3,
    "projector_learning_rate": 5e-3,
    "lora_rank": 8,
    "lora_alpha": 16,
    "batch": 16,
    "batch_per_device": 16,
    "max_steps": 32,
    "turns_per_clip": 1,
    "gradient_checkpointing": False,
    "eval_every": 0,
    "sample_every": 0,
    "samples": 4,
    "sample_tokens": 6,
    "eval_clips": 16,
    "save_every": 1000,
    "loaders": 0,
}
Begin = Callable[..., Path]


@pytest.fixture(scope="session")
def data(toy: Toy) -> Dataset:
    about = About("tones", 1, "CC0", "2026-01-01T00:00:00+00:00")
    folder = toy.folder / "datasets" / "tones"
    made = write_dataset(folder, about, toy.learned, toy.held_out)
    (folder / "audio").symlink_to(toy.folder / "audio")
    return made


@pytest.fixture
def begin(toy: Toy, data: Dataset, tmp_path: Path) -> Begin:
    """Makes a run's folder with the quick recipe, some lines changed."""

    def begun(name: str = "one", *, dataset: Path = data.folder, adapter: Path | None = None, **lines: Any) -> Path:
        recipe = made({**QUICK, **lines})
        return create(tmp_path / "runs", Plan(recipe, toy.base, dataset, "toy", adapter), name=name)

    return begun
