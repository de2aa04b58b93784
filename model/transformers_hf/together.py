"""Several questions about one sound answered side by side.

What all of them begin with, the sound above all, is read once; a processor that writes word by word waits for memory,
so a dozen answers take little longer than one. Each is what it would be alone.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from model.errors import NoAbility
from model.streaming import Ending
from model.thinking import Thinking
from model.transformers_hf.context import Kept, shared, size_bytes
from model.transformers_hf.generate import Prompt, config, embedded, ends_of, penalties, read, room
from model.transformers_hf.load import Loaded, package
from model.types import Done, Sampling, Whole
from model.unicode_text import plain


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as the model wrote it, tags and all, and how it ended."""

    raw: str
    ending: Ending


def written(
    loaded: Loaded, prompts: Sequence[Prompt], sampling: Sampling, kept: Kept, limit_bytes: int
) -> Iterator[Written]:
    """The likeliest answer to each prompt, in order; at most so many at once as `limit_bytes` of memory allow.

    The prompts are about the same. Raises NoAbility for answers drawn by chance, and for a prompt that leaves no room.
    """
    if sampling.temperature > 0:
        raise NoAbility("Answers that are drawn by chance are not written side by side.", "Ask one after the other.")
    if not prompts:
        return
    longest = max(len(one.ids) + min(sampling.max_new_tokens, room(loaded, one)) for one in prompts)
    first, torch = prompts[0], package("torch")
    n_shared = min(min(shared(first.ids, one.ids), len(one.ids) - 1) for one in prompts)
    with torch.no_grad():
        cache = _read(loaded, first, n_shared, kept)
        n_rows = max(1, limit_bytes * n_shared // (longest * max(1, size_bytes(cache))))
        for start in range(0, len(prompts), n_rows):
            rows = prompts[start : start + n_rows]
            yield from _answered(loaded, rows, n_shared, cache, sampling)
    kept.put(first.ids[:n_shared], first.about, cache)


def _read(loaded: Loaded, prompt: Prompt, n_tokens: int, kept: Kept) -> Any:
    """The memory of a prompt's first tokens."""
    cache = kept.take(prompt.ids[: n_tokens + 1], prompt.about)
    cache = cache or package("transformers").DynamicCache(config=loaded.model.config)
    read(loaded, embedded(loaded, prompt), n_tokens, cache, lambda: None)
    return cache


def _answered(
    loaded: Loaded, prompts: Sequence[Prompt], n_shared: int, cache: Any, sampling: Sampling
) -> Iterator[Written]:
    rooms = [min(max(1, sampling.max_new_tokens), room(loaded, one)) for one in prompts]
    rows, mask = _rows(loaded, prompts, n_shared)
    copied = copy.deepcopy(cache)
    copied.batch_repeat_interleave(len(prompts))
    made = loaded.model.generate(
        inputs_embeds=rows,
        attention_mask=mask,
        past_key_values=copied,
        generation_config=config(loaded, sampling, max(rooms)),
        logits_processor=penalties(sampling),
    )
    for prompt, n_most, ids in zip(prompts, rooms, made.tolist(), strict=True):
        yield _whole(loaded, len(prompt.ids), ids[:n_most])


def _rows(loaded: Loaded, prompts: Sequence[Prompt], n_shared: int) -> tuple[Any, Any]:
    """(prompts, tokens, width) and their mask: shorter ones are filled up between what is shared and their own."""
    longest = max(len(one.ids) for one in prompts)
    torch = package("torch")
    rows, mask = [], torch.ones(len(prompts), longest, dtype=torch.long)
    for n, prompt in enumerate(prompts):
        words, n_missing = embedded(loaded, prompt)[0], longest - len(prompt.ids)
        blank = words.new_zeros(n_missing, words.shape[1])
        rows.append(torch.cat([words[:n_shared], blank, words[n_shared:]]))
        mask[n, n_shared : n_shared + n_missing] = 0
    return torch.stack(rows), mask.to(rows[0].device)


def _whole(loaded: Loaded, n_prompt: int, ids: list[int]) -> Written:
    """What was written up to its end; what fills a row after that is left out."""
    ends = ends_of(loaded.model)
    over = next((at + 1 for at, token in enumerate(ids) if token in ends), 0)
    own = ids[: over or len(ids)]
    text = loaded.tokenizer.decode(own, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return Written(plain(str(text)), Ending("stop" if over else "length", n_prompt, len(own)))


def whole(one: Written, seconds: float) -> Whole:
    """Text and thought told apart, as a stream tells them."""
    thinking, ending = Thinking(), one.ending
    said = [*thinking.feed(one.raw), *thinking.end()]
    text, thought = ("".join(d.text for d in said if d.kind == kind).strip() for kind in ("text", "thought"))
    done = Done(ending.reason, ending.n_prompt_tokens, ending.n_new_tokens, seconds, seconds, one.raw)
    return Whole(text, thought, done)
