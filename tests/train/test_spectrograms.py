"""Spectrograms on the shelf: bounded, the oldest first, and made again where an entry is broken."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.train.conftest import Toy
from train.clips import Clip, clips
from train.spectrograms import Heard, Shelf, Spectrograms


def heard(fill: float, n: int = 100) -> Heard:
    return Heard(np.full((1, 4, n), fill, np.float32), np.ones((1, n), np.int32))


class Counted:
    """A feature extractor that counts how often it is asked."""

    def __init__(self, real: Any) -> None:
        self._real, self.n = real, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.n += 1
        return self._real(*args, **options)


@pytest.fixture
def one(toy: Toy) -> Clip:
    return clips(toy.learned[:1], toy.folder)[0]


def test_a_clip_is_heard_once(toy: Toy, tmp_path: Path, one: Clip) -> None:
    counted = Counted(toy.processor.feature_extractor)
    listener = Spectrograms(counted, Shelf(tmp_path, 10_000_000))
    first, again = listener.of(one), listener.of(one)
    assert counted.n == 1
    np.testing.assert_array_equal(first.frames, again.frames)
    np.testing.assert_array_equal(first.mask, again.mask)


@pytest.mark.parametrize("damage", [b"", b"no zip at all", None])
def test_a_broken_entry_is_made_again(toy: Toy, tmp_path: Path, one: Clip, damage: bytes | None) -> None:
    counted = Counted(toy.processor.feature_extractor)
    listener = Spectrograms(counted, Shelf(tmp_path, 10_000_000))
    first = listener.of(one)
    (entry,) = tmp_path.glob("*.npz")
    whole = bytearray(entry.read_bytes())
    whole[len(whole) // 2] ^= 0xFF  # a flipped byte, which only a checksum finds
    entry.write_bytes(bytes(whole) if damage is None else damage)
    np.testing.assert_array_equal(listener.of(one).frames, first.frames)
    assert counted.n == 2
    listener.of(one)
    assert counted.n == 2


def test_a_changed_file_is_heard_again(toy: Toy, tmp_path: Path, one: Clip) -> None:
    assert one.audio is not None
    copy = tmp_path / "tone.wav"
    copy.write_bytes(one.audio.read_bytes())
    counted = Counted(toy.processor.feature_extractor)
    listener = Spectrograms(counted, Shelf(tmp_path / "shelf", 10_000_000))
    clip = Clip(copy, None, None, one.examples)
    listener.of(clip)
    os.utime(copy, (1, 1))
    listener.of(clip)
    listener.of(Clip(copy, 0.0, 0.4, one.examples))
    assert counted.n == 3


def test_the_shelf_keeps_its_bound_and_what_was_asked_for_last(tmp_path: Path) -> None:
    size = heard(0.0).frames.nbytes + heard(0.0).mask.nbytes
    shelf = Shelf(tmp_path, 5 * size)
    for n in range(4):
        shelf.put(str(n), heard(n))
        os.utime(tmp_path / f"{n}.npz", (n + 1, n + 1))
    assert shelf.get("0") is not None  # asked for, so younger than 1
    shelf.put("4", heard(4))
    assert sum(path.stat().st_size for path in tmp_path.glob("*.npz")) <= shelf.limit_bytes
    assert shelf.get("0") is not None and shelf.get("4") is not None and shelf.get("1") is None


def test_what_exceeds_the_shelf_is_not_kept(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, 100)
    shelf.put("big", heard(1.0))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_samples", [1, 320, 321, 32_000, 32_001, 32_320, 32_321, 50_000])
def test_the_count_of_vectors_is_the_encoders(toy: Toy, n_samples: int) -> None:
    import torch
    import transformers

    made = Spectrograms(toy.processor.feature_extractor).hear(np.ones(n_samples, np.float32))
    config = transformers.AutoConfig.from_pretrained(toy.base)
    tower = transformers.AutoModel.from_config(config.audio_config)
    _, counted = tower._get_feat_extract_output_lengths(torch.from_numpy(made.mask).sum(-1))
    assert made.n_vectors == int(counted.sum()) > 0
    assert (made.mask.sum(1) > 2).all()
