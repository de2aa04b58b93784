"""The toy model and a few tones, made once for all tests of the trainer."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from train import tones
from train.examples import Example


@dataclass(frozen=True)
class Toy:
    """The toy's checkpoint, and a folder with tones."""

    base: Path
    folder: Path
    learned: Sequence[Example]
    held_out: Sequence[Example]

    @property
    def processor(self) -> Any:
        import transformers

        return transformers.AutoProcessor.from_pretrained(self.base)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    pytest.importorskip("peft")
    from train.toy import write_toy

    folder = tmp_path_factory.mktemp("toy")
    learned, held_out = tones.tones(128, 1), tones.tones(60, 2)
    tones.write([*learned, *held_out], folder)
    return Toy(write_toy(folder / "base"), folder, learned, held_out)
