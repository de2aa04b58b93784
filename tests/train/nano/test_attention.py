"""Attention in blocks is attention."""

import pytest
import torch

from train.nano import attention


@pytest.mark.parametrize("n", [1, 100, attention.BLOCK, 300])
def test_blocks_give_what_the_whole_gives(n: int) -> None:
    torch.manual_seed(n)
    query, key, value = (torch.randn(2, heads, n, 16, requires_grad=True) for heads in (6, 2, 2))
    ours, _ = attention.attend(None, query, key, value, None, 0.25)
    whole = torch.nn.functional.scaled_dot_product_attention(
        query, key.repeat_interleave(3, 1), value.repeat_interleave(3, 1), is_causal=True, scale=0.25
    ).transpose(1, 2)
    torch.testing.assert_close(ours, whole)
    weights = torch.randn_like(whole)
    for mine, theirs in zip(
        torch.autograd.grad((ours * weights).sum(), (query, key, value)),
        torch.autograd.grad((whole * weights).sum(), (query, key, value)),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs)


def test_a_language_model_says_the_same(loaded: object) -> None:
    model = loaded.model.model.language_model  # type: ignore[attr-defined]
    ids = torch.arange(200)[None] % 50
    with torch.no_grad():
        before = model(input_ids=ids).last_hidden_state
        attention.use(model)
        after = model(input_ids=ids).last_hidden_state
    torch.testing.assert_close(before, after, rtol=1e-4, atol=1e-5)


def test_segments_see_the_first_and_themselves() -> None:
    torch.manual_seed(0)
    sizes = (100, 60, 90)
    segments = torch.tensor([[n for n, size in enumerate(sizes) for _ in range(size)]])
    query, key, value = (torch.randn(1, heads, sum(sizes), 8) for heads in (4, 2, 2))
    found, _ = attention.attend(None, query, key, value, None, 0.3, segments=segments)
    for number in (1, 2):
        own = torch.cat([torch.arange(sizes[0]), torch.nonzero(segments[0] == number).flatten()])
        alone, _ = attention.attend(None, query[:, :, own], key[:, :, own], value[:, :, own], None, 0.3)
        torch.testing.assert_close(found[:, own], alone)
