"""The proof that it learns to hear: from chance to nearly all right on tones it never heard, and at chance on noise."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.train.conftest import Toy
from tests.train.sft.conftest import QUICK, Begin
from train import tones
from train.clips import clips
from train.collate import Collator, Writer
from train.examples import Example
from train.prompts import prompt_text
from train.recipes.read import made
from train.runs.read import read_run
from train.spectrograms import Spectrograms
from train.tuning import adapted, open_base

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")


def right(model: Any, toy: Toy, asked: Sequence[Example]) -> float:
    """The share of right answers, each the likeliest text."""
    from train.sft.answers import say
    from train.sft.lessons import Lessons

    processor = toy.processor
    lessons = Lessons((), (), (), Collator(Writer(processor), Spectrograms(processor.feature_extractor)))
    model.eval()
    said = [say(model, lessons, clips([one], toy.folder)[0], prompt_text(one), 6) for one in asked]
    return sum(tones.score(one, text).value for one, text in zip(asked, said, strict=True)) / len(asked)


def test_it_learns_to_hear(toy: Toy, begin: Begin) -> None:
    from train.sft.learn import run

    recipe = made(QUICK)
    before = right(open_base(toy.base, recipe).model, toy, toy.held_out)
    folder = begin(eval_every=16, sample_every=16)
    assert run(folder)
    tuned = adapted(open_base(toy.base, recipe), recipe, folder / "adapter")
    noisy = tones.write_noise(toy.held_out, toy.folder)
    assert before <= 0.35
    assert right(tuned, toy, toy.held_out) >= 0.95
    assert right(tuned, toy, noisy) <= 0.40  # 60 guesses among four: more would happen once in 100
    done = read_run(folder)
    assert (done.status, done.step, done.steps, done.fraction) == ("done", 32, 32, 1.0)
    assert done.curves["loss"][-1][1] < 0.2 < done.curves["loss"][0][1]
    assert [step for step, _ in done.curves["held_out_loss"]] == [16, 32]
    assert {row["step"] for row in done.samples} == {16, 32} and len(done.samples) == 8
    _only_the_adapter_learned(folder / "adapter")


def _only_the_adapter_learned(adapter: Path) -> None:
    from safetensors import safe_open

    with safe_open(str(adapter / "adapter_model.safetensors"), "pt") as file:
        names = set(file.keys())
    assert {name for name in names if "audio_tower" in name or "lm_head" in name} == set()
    assert {"multi_modal_projector" in name or "language_model" in name for name in names} == {True}
