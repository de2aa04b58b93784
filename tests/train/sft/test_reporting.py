"""Curves beside metrics.jsonl: in the run's own folder, and only through packages that work."""

import importlib.util
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from tests.train.sft.conftest import Begin
from train.runs.read import read_run
from train.sft import reporting
from train.sft.learn import run

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name in names else found(name, *more))


def test_without_them_one_sentence_says_where_curves_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without(monkeypatch, "tensorboard", "trackio")
    with caplog.at_level(logging.INFO):
        assert reporting.reporters(tmp_path) == []
    assert [one.message for one in caplog.records] == [
        "Curves are in metrics.jsonl alone: neither tensorboard nor trackio is installed."
    ]


def test_a_folder_of_that_name_is_no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorboard", "trackio"):
        (tmp_path / name / "runs").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(one for one in sys.path if "site-packages" not in one)])
    assert importlib.util.find_spec("trackio") is not None and reporting.reporters(tmp_path) == []


def test_a_damaged_installation_stops_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "trackio.py").write_text("raise OSError('libsomething.so is missing')\n")
    monkeypatch.syspath_prepend(tmp_path)
    without(monkeypatch, "tensorboard")
    assert reporting.reporters(tmp_path) == []
    assert caplog.records[0].getMessage() == (
        "Curves do not go to trackio: it is installed but cannot be used (libsomething.so is missing)."
    )


class Events:
    """A SummaryWriter as the Trainer uses one."""

    made: ClassVar[list["Events"]] = []

    def __init__(self, log_dir: str) -> None:
        self.log_dir, self.scalars = Path(log_dir), list[tuple[str, float, int]]()
        Events.made.append(self)

    def add_text(self, *said: Any) -> None:
        pass

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.scalars.append((name, value, step))

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_curves_lie_in_the_folder_of_the_run(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    events = ModuleType("torch.utils.tensorboard")
    events.SummaryWriter = Events  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", events)
    monkeypatch.setattr(reporting, "_is_usable", lambda name: name == "tensorboard")
    monkeypatch.setattr("transformers.integrations.integration_utils.is_tensorboard_available", lambda: True)
    folder = begin(max_steps=2)
    assert run(folder)
    (made,) = Events.made
    assert made.log_dir == folder / "tensorboard"
    told = tuple((step, value) for name, value, step in made.scalars if name == "train/loss")
    assert told == read_run(folder).curves["loss"] and len(told) == 2
