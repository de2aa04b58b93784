"""Words are spelled out only where they are learned, and the loss and its gradient are those of all places."""

from typing import Any

import pytest
import torch

from tests.train.conftest import Toy
from train.clips import clips
from train.collate import UNLEARNED, Collator, Writer
from train.sft.trainer import narrowed
from train.spectrograms import Spectrograms


@pytest.fixture
def batch(toy: Toy) -> dict[str, Any]:
    """Clips of different lengths, so that rows learn at different places."""
    collator = Collator(Writer(toy.processor), Spectrograms(toy.processor.feature_extractor))
    packed = [*clips(toy.learned[:6], toy.folder, turns=3), *clips(toy.learned[6:7], toy.folder)]
    return collator(packed)


def flamingo(toy: Toy) -> Any:
    import transformers

    return transformers.MusicFlamingoForConditionalGeneration.from_pretrained(toy.base)


@pytest.mark.parametrize("n_items", [None, 37])
def test_loss_and_gradient_are_those_of_all_places(toy: Toy, batch: dict[str, Any], n_items: int | None) -> None:
    more = {} if n_items is None else {"num_items_in_batch": torch.tensor(n_items)}
    whole, part = flamingo(toy), flamingo(toy)
    expected = whole(**batch, **more)
    found = part(**(batch | narrowed(batch["labels"])), **more)
    assert float(found.loss.detach()) == pytest.approx(float(expected.loss.detach()), abs=1e-5)
    assert found.logits.shape[1] < expected.logits.shape[1] / 2
    expected.loss.backward()
    found.loss.backward()
    for (name, one), other in zip(whole.named_parameters(), part.parameters(), strict=True):
        if one.grad is not None:
            torch.testing.assert_close(other.grad, one.grad, atol=1e-5, rtol=1e-4, msg=lambda text, n=name: n + text)


def test_every_learned_token_is_foretold_once(batch: dict[str, Any]) -> None:
    told = narrowed(batch["labels"])
    assert int((told["labels"] != UNLEARNED).sum()) == int((batch["labels"][:, 1:] != UNLEARNED).sum()) > 0
    for row, labels in zip(told["labels"], batch["labels"], strict=True):
        assert row[row != UNLEARNED].tolist() == labels[labels != UNLEARNED].tolist()
