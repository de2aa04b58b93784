"""Draws completions: every prompt is read once, then all completions of all prompts are written together.

The loop is our own and not `generate`, because what was read of a prompt is shared by its group, and so that
everything about the distribution is stated: the softmax at a temperature, without the tokens that stand for sound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.transformers_hf.load import package
from train.grpo.policy import Policy
from train.grpo.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Drawn:
    """A completion: its tokens, the end token included where it `ended` by itself, and its text without that."""

    ids: tuple[int, ...]
    text: str
    ended: bool


@dataclass(slots=True)
class _Rows:
    """Completions being written. `alive` has the number of the completion in each row of the cache, -1 if it ended."""

    alive: list[int]
    written: list[list[int]]
    cache: Any
    mask: Any  # (rows, positions)
    positions: Any  # (rows,) of the next token


def draw(
    policy: Policy, prompts: Sequence[Prompt], n: int, *, temperature: float, max_new_tokens: int, generator: Any
) -> list[list[Drawn]]:
    """`n` completions of each prompt. The same generator state gives the same completions."""
    torch = package("torch")
    with torch.no_grad(), policy.computing():
        rows, next_in = _read(torch, policy, prompts, n)
        base = policy.base
        silent = torch.tensor(policy.sound_ids, device=policy.device)
        for _ in range(max_new_tokens):
            logits = _next_logits(base, rows, next_in)
            logits[:, silent] = -torch.inf
            chances = torch.softmax(logits / temperature, dim=-1)
            tokens = torch.multinomial(chances, 1, generator=generator)
            next_in = _write(torch, policy, rows, tokens)
            if next_in is None:
                break
    done = [_drawn(policy, ids) for ids in rows.written]
    return [done[start : start + n] for start in range(0, len(done), n)]


def _read(torch: Any, policy: Policy, prompts: Sequence[Prompt], n: int) -> tuple[_Rows, Any]:
    """Reads all but the last token of each prompt, filled on the left, and gives the embeddings of the last."""
    embedded = [policy.embeddings(prompt)[0] for prompt in prompts]
    longest = max(len(one) for one in embedded)
    together = torch.zeros((len(prompts), longest, embedded[0].shape[1]), dtype=embedded[0].dtype, device=policy.device)
    mask = torch.zeros((len(prompts), longest), dtype=torch.long, device=policy.device)
    for row, one in enumerate(embedded):
        together[row, longest - len(one) :] = one
        mask[row, longest - len(one) :] = 1
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    cache = package("transformers").DynamicCache(config=policy.base.config.get_text_config())
    policy.base.model.language_model(
        inputs_embeds=together[:, :-1],
        attention_mask=mask[:, :-1],
        position_ids=positions[:, :-1],
        past_key_values=cache,
        use_cache=True,
    )
    cache.batch_repeat_interleave(n)
    count = len(prompts) * n
    mask, last = mask.repeat_interleave(n, 0), positions[:, -1].repeat_interleave(n, 0)
    rows = _Rows(list(range(count)), [[] for _ in range(count)], cache, mask, last)
    return rows, together[:, -1:].repeat_interleave(n, 0)


def _next_logits(base: Any, rows: _Rows, next_in: Any) -> Any:
    """(rows, words) float32: what may come next."""
    heard = base.model.language_model(
        inputs_embeds=next_in,
        attention_mask=rows.mask,
        position_ids=rows.positions.unsqueeze(1),
        past_key_values=rows.cache,
        use_cache=True,
    )
    return base.lm_head(heard.last_hidden_state[:, -1]).float()


def _write(torch: Any, policy: Policy, rows: _Rows, tokens: Any) -> Any:
    """Notes the drawn tokens and gives the embeddings to go on with; None when every completion has ended.

    Ended rows are written no further; they leave the cache once they are half of it.
    """
    drawn = tokens.flatten().tolist()
    going = [row for row, token in enumerate(drawn) if rows.alive[row] >= 0 and token not in policy.eos_ids]
    for row, token in enumerate(drawn):
        if rows.alive[row] >= 0:
            rows.written[rows.alive[row]].append(token)
            if token in policy.eos_ids:
                rows.alive[row] = -1
    if not going:
        return None
    rows.mask = torch.nn.functional.pad(rows.mask, (0, 1), value=1)
    rows.positions = rows.positions + 1
    if 2 * len(going) <= len(drawn):
        kept = torch.tensor(going, device=tokens.device)
        rows.cache.batch_select_indices(kept)
        rows.mask, rows.positions, tokens = rows.mask[kept], rows.positions[kept], tokens[kept]
        rows.alive = [rows.alive[row] for row in going]
    return policy.base.get_input_embeddings()(tokens)


def _drawn(policy: Policy, ids: list[int]) -> Drawn:
    ended = bool(ids) and ids[-1] in policy.eos_ids
    said = ids[:-1] if ended else ids
    text = policy.processor.tokenizer.decode(said, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return Drawn(tuple(ids), str(text), ended)
