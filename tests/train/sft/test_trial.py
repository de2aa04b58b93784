"""A recipe tried: what it measures is what the run then takes, in plain words."""

import sys
from pathlib import Path

import pytest

from musicflamingo_app.errors import StudioError
from tests.train.conftest import Toy
from tests.train.sft.conftest import QUICK, Begin
from train.dataset import Dataset
from train.plan import Place, planned
from train.recipes.read import made
from train.trial import Trial, main, said, trial

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")


def test_a_trial_measures_and_leaves_nothing(toy: Toy, data: Dataset, tmp_path: Path) -> None:
    recipe = made({**QUICK, "max_steps": 0, "epochs": 3.0, "batch": 8, "batch_per_device": 4})
    plan = planned(Place(tmp_path), recipe, str(data.folder), str(toy.base))
    tried = trial(plan, tmp_path / "runs")
    assert tried.steps == 3 * 128 // 8
    assert 1e8 < tried.memory_bytes < tried.device_bytes
    assert 0 < tried.step_s < 60 and tried.load_s > 0
    assert 50_000 < tried.checkpoint_bytes < 5_000_000 and tried.free_bytes > tried.disk_bytes
    assert 60 < tried.longest_tokens < 200 and tried.fits
    assert list((tmp_path / "runs").iterdir()) == []
    words = said(tried)
    assert "there are 48" in words and "this processor" in words and "MB" in words


def test_what_stops_a_trial_is_one_sentence(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = begin(max_tokens=20)
    monkeypatch.setattr(sys, "argv", ["train.trial", str(folder)])
    assert main() == 1
    assert "max_tokens is 20. Raise max_tokens" in (folder / "FAILED").read_text("utf-8")


def test_a_trial_is_not_for_grpo(toy: Toy, data: Dataset, tmp_path: Path) -> None:
    plan = planned(Place(tmp_path), made({"stage": "grpo"}), str(data.folder), str(toy.base))
    with pytest.raises(StudioError, match="A trial is for sft and cot"):
        trial(plan, tmp_path / "runs")


@pytest.mark.parametrize(
    ("memory", "free", "words"),
    [(10, 10**12, ""), (97 * 10**9, 10**12, "nearly all memory"), (10, 10**6, "The disk is too small")],
)
def test_what_does_not_fit_is_said(memory: int, free: int, words: str) -> None:
    tried = Trial("a card", memory, 100 * 10**9, 60.0, 2.0, 3000, 500_000_000, free, 2, 4600)
    assert words in said(tried) and tried.fits == (not words)
    assert "about 1.7 h in all" in said(tried) and tried.disk_bytes == 2_000_000_000
