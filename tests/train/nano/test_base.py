"""From a run's ears to a folder that loads like any Music Flamingo."""

from pathlib import Path
from typing import Any

import pytest
import torch

from model.transformers_hf.load import Checkpoint, load
from tests.train.nano.conftest import SMALL
from train.nano.base import main


def test_ears_of_a_run_are_put_on_the_words(words: Path, loaded: Any, tmp_path: Path) -> None:
    ears = {n: v + 0.01 for n, v in loaded.model.model.state_dict().items() if not n.startswith("language_model.")}
    (tmp_path / "run").mkdir()
    torch.save(ears, tmp_path / "run" / "ears.pt")
    out = tmp_path / "base"
    asked = ["--ears", str(tmp_path / "run"), "--out", str(out), "--words", str(words)]
    assert main(asked, sizes=SMALL) == 0
    made = load(Checkpoint(str(out), precision="fp32")).model.model.state_dict()
    for name, weights in ears.items():
        torch.testing.assert_close(made[name], weights.to(torch.bfloat16).float(), msg=name)


def test_a_run_without_ears_is_told_in_one_sentence(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--ears", str(tmp_path), "--out", str(tmp_path / "base"), "--words", str(words)]
    assert main(asked, sizes=SMALL) == 1
    said = capsys.readouterr().err
    assert "There are no ears" in said and "Traceback" not in said
    assert not (tmp_path / "base").exists()
