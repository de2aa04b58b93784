"""Reads a prompt and writes the answer, token by token, into an outlet.

The prompt is read in pieces, which bounds the memory and lets a person stop it; the writing is transformers' own
`generate`, which sees the embeddings and stops at the first token after the stream was closed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from model.errors import NoAbility
from model.streaming import Ending, Outlet, Stopped
from model.transformers_hf.context import Kept
from model.transformers_hf.load import Loaded, package
from model.types import Sampling

PIECE_TOKENS = 1024
_CHARACTER_TOKENS = 5  # a character has four bytes at most; what is longer is no character


@dataclass(frozen=True, slots=True)
class Prompt:
    """Token ids, the vectors (tokens, width) that take the places of sound or None, and what they are about."""

    ids: list[int]
    vectors: Any
    about: tuple[str, str]  # adapter and key of the sound


def answer(loaded: Loaded, prompt: Prompt, sampling: Sampling, outlet: Outlet, kept: Kept) -> Ending:
    """Streams the answer. Raises NoAbility when the prompt leaves no room, Stopped when the stream is closed."""
    torch = package("torch")
    n_most = min(max(1, sampling.max_new_tokens), room(loaded, prompt))
    with torch.no_grad():
        embeddings = embedded(loaded, prompt)
        cache = kept.take(prompt.ids, prompt.about) or package("transformers").DynamicCache(config=loaded.model.config)
        writer = Writer(loaded.tokenizer, outlet)
        try:
            read(loaded, embeddings, embeddings.shape[1] - PIECE_TOKENS, cache, outlet.check)
            _write(torch, loaded, embeddings, cache, writer, sampling, n_most, outlet)
        except Stopped:  # what was read until then serves the next question
            kept.put([*prompt.ids, *writer.ids], prompt.about, cache)
            raise
    kept.put([*prompt.ids, *writer.ids], prompt.about, cache)
    over = bool(writer.ids) and writer.ids[-1] in ends_of(loaded.model)
    return Ending("stop" if over else "length", len(prompt.ids), len(writer.ids))


def room(loaded: Loaded, prompt: Prompt) -> int:
    """How many tokens an answer may have. Raises NoAbility when the prompt leaves none."""
    n_room = loaded.context_tokens - len(prompt.ids)
    if n_room < 1:
        what = f"The conversation has {len(prompt.ids)} tokens, and the model reads {loaded.context_tokens} at most."
        raise NoAbility(what, "Start a new conversation, or ask about a shorter region.")
    return n_room


def embedded(loaded: Loaded, prompt: Prompt) -> Any:
    """(1, tokens, width): embeddings of the tokens, with sound in its places."""
    ids = package("torch").tensor([prompt.ids], device=loaded.model.device)
    embeddings = loaded.model.get_input_embeddings()(ids)
    if prompt.vectors is None:
        return embeddings
    places = (ids == loaded.processor.audio_token_id).unsqueeze(-1).expand_as(embeddings)
    return embeddings.masked_scatter(places, prompt.vectors.to(embeddings.device, embeddings.dtype))


def read(loaded: Loaded, embeddings: Any, n_tokens: int, cache: Any, check: Callable[[], None]) -> None:
    """Reads the first tokens into the cache, piece by piece; `check` may raise between pieces."""
    while (start := cache.get_seq_length()) < n_tokens:
        check()
        piece = embeddings[:, start : min(n_tokens, start + PIECE_TOKENS)]
        loaded.model.get_decoder()(inputs_embeds=piece, past_key_values=cache, use_cache=True)
    check()


def ends_of(model: Any) -> frozenset[int]:
    """The tokens that end an answer."""
    ends = model.generation_config.eos_token_id
    return frozenset(ends if isinstance(ends, list) else [ends])


def _write(
    torch: Any,
    loaded: Loaded,
    embeddings: Any,
    cache: Any,
    writer: "Writer",
    sampling: Sampling,
    n_most: int,
    outlet: Outlet,
) -> None:
    def closed(ids: Any, scores: Any, **more: Any) -> Any:
        return torch.full((ids.shape[0],), outlet.stopped.is_set(), device=ids.device, dtype=torch.bool)

    with _seeded(torch, loaded, sampling):
        loaded.model.generate(
            inputs_embeds=embeddings,
            attention_mask=torch.ones(embeddings.shape[:2], dtype=torch.long, device=embeddings.device),
            past_key_values=cache,
            generation_config=config(loaded, sampling, n_most),
            logits_processor=penalties(sampling),
            streamer=writer,
            stopping_criteria=package("transformers").StoppingCriteriaList([closed]),
        )
    outlet.check()


def config(loaded: Loaded, sampling: Sampling, n_most: int) -> Any:
    """Everything stated, so nothing of a checkpoint's own taste slips in. Tokens for sound are never written."""
    own = loaded.model.generation_config
    drawn = (
        {"temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0} if sampling.temperature > 0 else {}
    )
    return package("transformers").GenerationConfig(
        max_new_tokens=n_most,
        do_sample=sampling.temperature > 0,
        suppress_tokens=list(loaded.processor.audio_token_ids) if loaded.processor is not None else None,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        bos_token_id=own.bos_token_id,
        use_cache=True,
        **drawn,
    )


def penalties(sampling: Sampling) -> Any:
    """What makes words already said less likely. As a setting transformers would warn that it cannot see the prompt."""
    transformers = package("transformers")
    if sampling.repetition_penalty == 1.0:
        return transformers.LogitsProcessorList()
    penalty = transformers.RepetitionPenaltyLogitsProcessor(penalty=sampling.repetition_penalty)
    return transformers.LogitsProcessorList([penalty])


def _seeded(torch: Any, loaded: Loaded, sampling: Sampling) -> Any:
    """A context in which drawing starts from the seed, and the rest of the program's chance is left alone."""
    devices = [loaded.model.device] if loaded.model.device.type == "cuda" else []
    chance = torch.random.fork_rng(devices=devices, enabled=sampling.seed is not None)
    return _Seed(torch, chance, sampling.seed)


class _Seed:
    def __init__(self, torch: Any, chance: Any, seed: int | None) -> None:
        self._torch, self._chance, self._seed = torch, chance, seed

    def __enter__(self) -> None:
        self._chance.__enter__()
        if self._seed is not None:
            self._torch.manual_seed(self._seed)

    def __exit__(self, *error: Any) -> None:
        self._chance.__exit__(*error)


class Writer:
    """Takes tokens from `generate` (its streamer) and says the text as soon as it is whole characters."""

    def __init__(self, tokenizer: Any, outlet: Outlet) -> None:
        self.ids: list[int] = []
        self._decode, self._outlet = tokenizer.decode, outlet
        self._said = self._start = 0
        self._prompt_comes = True

    def put(self, value: Any) -> None:
        """The prompt's tokens first (none, for it came as embeddings), then each new one."""
        if self._prompt_comes:
            self._prompt_comes = False
            return
        self.ids.extend(value.flatten().tolist())
        self._say(whole=False)

    def end(self) -> None:
        self._say(whole=True)

    def _say(self, *, whole: bool) -> None:
        """Decodes the last tokens with those before them, for the text of a token depends on its neighbours."""
        before = self._text(self.ids[self._start : self._said])
        now = self._text(self.ids[self._start :])
        unfinished = now.endswith("\ufffd") and len(self.ids) - self._said < _CHARACTER_TOKENS
        if len(now) <= len(before) or (unfinished and not whole):
            return
        self._start, self._said = self._said, len(self.ids)
        self._outlet.text(now[len(before) :])

    def _text(self, ids: list[int]) -> str:
        return str(self._decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))
