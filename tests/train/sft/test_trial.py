"""A recipe tried: what it measures is what the run then takes, in plain words."""

import sys
from pathlib import Path

import pytest

from tests.train.conftest import Toy
from tests.train.grpo.making import QUICK as REWARDED
from tests.train.sft.conftest import QUICK, Begin
from train.dataset import Dataset
from train.plan import Place, planned
from train.recipes.read import made
from train.runs.folder import create
from train.trial import Trial, _longest, _Times, main, said, trial

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


def test_a_trial_by_reward_measures_steps_that_teach(toy: Toy, data: Dataset, tmp_path: Path) -> None:
    recipe = made({**REWARDED, "grpo": {**REWARDED["grpo"], "steps": 50, "control_every": 10, "control_prompts": 8}})
    plan = planned(Place(tmp_path), recipe, str(data.folder), str(toy.base))
    tried = trial(plan, tmp_path / "runs")
    assert tried.steps == 50 and 0 < tried.step_s < 60 and 1e8 < tried.memory_bytes < tried.device_bytes
    assert tried.looks_s > 0 and tried.seconds > tried.step_s * 50 + tried.looks_s
    assert 0 < tried.drawn_tokens <= tried.most_tokens == 6 and tried.longest_tokens > 20
    assert tried.checkpoint_bytes > 50_000 and list((tmp_path / "runs").iterdir()) == []
    assert "The longest answer drawn has" in said(tried) and "there are 50" in said(tried)


def test_every_step_of_a_trial_by_reward_learns(toy: Toy, data: Dataset, tmp_path: Path) -> None:
    """Also where the reward would say nothing: an untrained model is wrong every time."""
    from train.grpo.trial import tried

    plan = planned(Place(tmp_path), made(REWARDED), str(data.folder), str(toy.base))
    folder = create(tmp_path / "runs", plan, name="try")
    told: list[dict[str, float]] = []

    class Journal(_Times):
        def metrics(self, step: int, **values: float) -> None:
            told.append(values)

    tried(folder, plan, Journal(), 2, _longest)
    assert len(told) == 2 and all(row["dropped_groups"] == 0 and row["grad_norm"] > 0 for row in told)


@pytest.mark.parametrize(
    ("memory", "free", "words"),
    [(10, 10**12, ""), (97 * 10**9, 10**12, "nearly all memory"), (10, 10**6, "The disk is too small")],
)
def test_what_does_not_fit_is_said(memory: int, free: int, words: str) -> None:
    tried = Trial("a card", memory, 100 * 10**9, 60.0, 2.0, 3000, 500_000_000, free, 2, 4600)
    assert words in said(tried) and tried.fits == (not words)
    assert "about 1.7 h in all" in said(tried) and tried.disk_bytes == 2_000_000_000
