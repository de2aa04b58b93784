"""The fit of bars: what it learns from an item, and that it tells downbeats by the cue that tells them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.listening.bars import BarModel
from train.ears import bars
from train.ears.items import Item, save

BEAT_S, N_BARS = 0.5, 20
FRAMES = int(4 * N_BARS * BEAT_S * 10) + 10


def item(style: str = "pop909") -> Item:
    """Twenty bars of four with a chord for each; the first band sounds on downbeats, as toy networks hear."""
    beats_s = np.arange(4 * N_BARS) * BEAT_S
    positions = np.tile([1, 2, 3, 4], N_BARS).astype(np.int8)
    rhythmic = np.zeros((5 * FRAMES, 82), np.uint8)
    rhythmic[np.round(beats_s[::4] * 50).astype(int), 0] = 255
    chords = 1 + (np.arange(FRAMES) // 20 % 5).astype(np.int16)
    nothing = np.zeros(FRAMES, np.int8)
    return Item(
        np.zeros((FRAMES, 252), np.uint8), rhythmic, chords, nothing, nothing, np.zeros(FRAMES, np.uint32),
        beats_s.astype(np.float32), positions, {"style": style, "metre": "4/4"},
    )  # fmt: skip


def toy(name: str, weights: Path) -> Any:
    """Networks of one part: rhythm hears downbeats where the first band sounds; harmony hears no change."""
    asked.append((name, weights.name))
    if name == "rhythm":
        return lambda rows: torch.stack([rows[..., 0], 4 * rows[..., 0] - 2], dim=-1)
    return lambda rows: {"changes": torch.zeros(rows.shape[:2])}


asked: list[tuple[str, str]] = []


@pytest.fixture(autouse=True)
def networks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.setattr(bars, "network", toy)


def test_a_lesson_is_the_cues_at_beats_and_which_are_downbeats(tmp_path: Path) -> None:
    found = bars.lesson(item(), tmp_path)
    assert found is not None
    cues, downbeats = found
    assert cues.shape == (4 * N_BARS, 3) and downbeats.sum() == N_BARS
    assert cues[downbeats, 0].min() > cues[~downbeats, 0].max()


def test_without_beats_there_is_no_lesson(tmp_path: Path) -> None:
    silent = Item(**{**vars(item()), "beats_s": np.zeros(0, np.float32), "positions": np.zeros(0, np.int8)})
    assert bars.lesson(silent, tmp_path) is None


def test_the_fit_hears_each_part_by_its_own_weights_and_no_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train").mkdir()
    for number in range(12):
        save(item(), tmp_path / "train" / f"pop-{number:03d}-0.npz")
        save(item(), tmp_path / "train" / f"score-bach.{number}.npz")
    weights = tmp_path / "weights"
    weights.mkdir()
    given = ["bars", "--items", str(tmp_path), "--weights", str(weights), "--heard-by", "a", "b", "--parts", "2"]
    monkeypatch.setattr(sys, "argv", given)
    bars.main()
    assert {place for _, place in asked} == {"a", "b"}
    assert sum(name == "rhythm" for name, _ in asked) == 12
    stored = json.loads((weights / "bars.json").read_text("utf-8"))
    model = BarModel(**{key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()})
    found = bars.lesson(item(), tmp_path)
    assert found is not None
    np.testing.assert_array_equal(model.odds(found[0]) > 0, found[1])
    assert "bars.json" in (weights / "SHA256SUMS").read_text("utf-8")
