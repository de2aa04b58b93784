"""Causal attention for learning: blocks of queries, each against the keys before it, in half precision.

For short rows torch's own kernel takes three times as long on a processor, backwards above all. Queries that share a
head of keys are taken together, so keys are not repeated. With `segments`, several questions about one clip stand in
one row and do not see one another: the clip is segment 0, and a question sees the clip and itself.
"""

from typing import Any

NAME = "nano_blocks"
BLOCK = 128


def use(language_model: Any) -> None:
    """Lets a language model attend in this way. Its rows must begin at the left and be causal; no mask is read."""
    import transformers

    transformers.AttentionInterface.register(NAME, attend)
    language_model.config._attn_implementation = NAME


def attend(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: float, **more: Any
) -> tuple[Any, None]:
    """(rows, heads, tokens, width) of queries, fewer heads of keys; gives (rows, tokens, heads, width).

    `segments` (rows, tokens) may come with what a language model is called with.
    """
    import torch

    rows, heads, n, width = query.shape
    shared = key.shape[1]
    together = heads // shared
    query = (query * scaling).view(rows, shared, together, n, width)
    found = []
    for first in range(0, n, BLOCK):
        end = min(first + BLOCK, n)
        some = query[:, :, :, first:end].reshape(rows, shared, together * (end - first), width)
        scores = some @ key[:, :, :end].transpose(-1, -2)
        scores = scores.view(rows, shared, together, end - first, end)
        scores = scores + _hidden(torch, first, end, scores, more.get("segments"))
        shares = scores.softmax(-1).view(rows, shared, -1, end)
        found.append((shares @ value[:, :, :end]).view(rows, shared, together, end - first, width))
    out = torch.cat(found, dim=3).view(rows, heads, n, width)
    return out.transpose(1, 2).contiguous(), None


def _hidden(torch: Any, first: int, end: int, like: Any, segments: Any) -> Any:
    """Nothing for what a query may see, -inf for what comes after it or stands in another segment.

    (block, keys), or (rows, 1, 1, block, keys) with segments.
    """
    full = torch.full((end - first, end), float("-inf"), dtype=like.dtype, device=like.device).triu(first + 1)
    if segments is None:
        return full
    own, others = segments[:, first:end, None], segments[:, None, :end]
    return full.masked_fill((own != others) & (others != 0), float("-inf"))[:, None, None]
