"""Which items are made when pieces of some styles are asked for."""

import sys
from pathlib import Path

import pytest

from train.ears.make import SEEDS, main, of_styles
from train.pieces.compose import piece


def test_pieces_of_chosen_styles_are_all_that_there_are() -> None:
    asked = of_styles("train", ["jazz swing", "waltz"], 40, 60)
    seeds = SEEDS["train"][40:100]
    assert asked == [f"piece-{seed}" for seed in seeds if piece(seed).style in ("jazz swing", "waltz")] != []


def test_passing_over_pieces_needs_styles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--data", str(tmp_path), "--out", str(tmp_path / "items"), "--first", "5"]
    monkeypatch.setattr(sys, "argv", ["make", *asked])
    with pytest.raises(SystemExit):
        main()
    assert "--styles" in capsys.readouterr().err
    assert not (tmp_path / "items").exists()
