"""The model that learns, and the reference that it is held to.

A prompt is read once for all completions of its group: its sound goes through encoder and projector once, its tokens
through the language model once, and keys and values are repeated for the completions. This holds for drawing and for
learning, where gradients flow back through the shared part, so that a long recording costs one reading and not G.

The model stays in evaluation mode: dropout would make the ratio of new and old probabilities noise.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from model.transformers_hf.load import package
from train.grpo.prompts import Prompt

REFERENCE = "reference"  # name of the frozen copy of an adapter that a run starts from


@dataclass(frozen=True, slots=True)
class Read:
    """A prompt as the language model has read it: the cache of all but its last token, and that token's id."""

    cache: Any
    last_id: int
    n_tokens: int


class Policy:
    """Music Flamingo, plain or with an adapter (PEFT), and how to get at the reference.

    `frozen` is a copy of the whole model, for a run that tunes all weights. With an adapter the reference is the model
    without it, or with the adapter that the run started from, where one is loaded under the name `reference`.
    """

    def __init__(self, model: Any, processor: Any, frozen: Any = None) -> None:
        self.model, self.processor = model.eval(), processor
        self.frozen = frozen.eval() if frozen is not None else None
        self.is_adapted = hasattr(model, "peft_config")
        self._hears_fixed = not any(p.requires_grad for p in self._inner(model).audio_tower.parameters())
        self._encoded: dict[int, tuple[Prompt, Any]] = {}

    @property
    def parameters(self) -> list[Any]:
        """The weights that learn."""
        return [p for p in self.model.parameters() if p.requires_grad]

    @property
    def base(self) -> Any:
        """The Music Flamingo inside, with whatever adapter speaks."""
        return self._base(self.model)

    @property
    def device(self) -> Any:
        return next(self.model.parameters()).device

    @property
    def eos_ids(self) -> tuple[int, ...]:
        ends = self.base.generation_config.eos_token_id
        return tuple(ends) if isinstance(ends, list) else (ends,)

    @property
    def sound_ids(self) -> tuple[int, ...]:
        """The tokens that may not be drawn: each would need a sound of its own."""
        said = self.processor
        return (said.audio_token_id, said.audio_bos_token_id, said.audio_eos_token_id)

    @property
    def has_reference(self) -> bool:
        return self.is_adapted or self.frozen is not None

    @contextmanager
    def as_reference(self) -> Iterator[Any]:
        """The model as the reference, for the time of the context."""
        with self._switched() as model:
            yield model

    def _switched(self) -> AbstractContextManager[Any]:
        if self.frozen is not None:
            return nullcontext(self.frozen)
        if not self.is_adapted:
            raise ValueError("a policy without an adapter or a frozen copy has no reference")
        if REFERENCE in self.model.peft_config:
            return _other_adapter(self.model)
        return _no_adapter(self.model)

    def computing(self) -> AbstractContextManager[Any]:
        """A context for whatever the model computes: where the base is held in bf16, what learns is not."""
        torch = package("torch")
        is_half = self.base.get_input_embeddings().weight.dtype == torch.bfloat16
        return torch.autocast(self.device.type, torch.bfloat16, enabled=is_half)  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Drops what was encoded of the last batch's sounds."""
        self._encoded.clear()

    def embeddings(self, prompt: Prompt, model: Any = None) -> Any:
        """(1, tokens, width): the prompt with its sound in place."""
        torch = package("torch")
        model = self.model if model is None else model
        base = self._base(model)
        ids = torch.tensor([prompt.ids], device=self.device)
        embedded = base.get_input_embeddings()(ids)
        if prompt.heard is None:
            return embedded
        vectors = base.model.multi_modal_projector(self._hidden(prompt, model))
        places = (ids == self.processor.audio_token_id).unsqueeze(-1).expand_as(embedded)
        return embedded.masked_scatter(places, vectors.to(embedded.dtype))

    def read(self, prompt: Prompt, model: Any = None) -> Read:
        """Reads all but the last token of a prompt into a new cache."""
        model = self.model if model is None else model
        embedded = self.embeddings(prompt, model)
        base = self._base(model)
        cache = package("transformers").DynamicCache(config=base.config.get_text_config())
        base.model.language_model(inputs_embeds=embedded[:, :-1], past_key_values=cache, use_cache=True)
        return Read(cache, prompt.ids[-1], len(prompt.ids))

    def log_probs(
        self, prompt: Prompt, completions: Sequence[Sequence[int]], temperature: float = 1.0, model: Any = None
    ) -> tuple[Any, Any]:
        """Log-probabilities of the completions' tokens and the entropy at each, both (completions, longest).

        What lies beyond the end of a shorter completion means nothing and is to be masked.
        """
        with self.computing():
            return self._log_probs(prompt, completions, temperature, self.model if model is None else model)

    def _log_probs(self, prompt: Prompt, completions: Sequence[Sequence[int]], temperature: float, model: Any) -> Any:
        torch = package("torch")
        base = self._base(model)
        read = self.read(prompt, model)
        read.cache.batch_repeat_interleave(len(completions))
        targets = padded(completions, 0).to(self.device)
        first = torch.full((len(completions), 1), read.last_id, device=self.device)
        ids = torch.cat([first, targets[:, :-1]], dim=1)
        hidden = base.model.language_model(input_ids=ids, past_key_values=read.cache, use_cache=True).last_hidden_state
        logs = torch.log_softmax(base.lm_head(hidden).float() / temperature, dim=-1)
        with torch.no_grad():
            entropy = -(logs.exp() * logs).sum(-1)
        return logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1), entropy

    def _hidden(self, prompt: Prompt, model: Any) -> Any:
        """(vectors, width): what the encoder makes of a prompt's sound, kept for the batch while the encoder rests."""
        if not self._hears_fixed:
            return encode(self._inner(model), prompt.heard)
        known = self._encoded.get(id(prompt))
        if known is None:
            with package("torch").no_grad():
                known = self._encoded[id(prompt)] = (prompt, encode(self._inner(model), prompt.heard))
        return known[1]

    def _base(self, model: Any) -> Any:
        return model.get_base_model() if hasattr(model, "peft_config") else model

    def _inner(self, model: Any) -> Any:
        return self._base(model).model


def encode(inner: Any, heard: Any) -> Any:
    """(vectors, width): encoder and rotary time of a sound, as in `get_audio_features` before it projects."""
    torch = package("torch")
    rotate = package("transformers.models.musicflamingo.modeling_musicflamingo").apply_rotary_time_emb
    tower = inner.audio_tower
    device, dtype = tower.conv1.weight.device, tower.conv1.weight.dtype
    mask = torch.from_numpy(heard.mask).to(device)
    frames = torch.from_numpy(heard.frames).to(device, dtype)
    hidden = tower(frames, input_features_mask=mask, return_dict=True).last_hidden_state
    n_most = hidden.shape[-2]
    _, n_valid = tower._get_feat_extract_output_lengths(mask.sum(-1).to(torch.long))
    step_s = inner.config.audio_frame_step * 4  # frames of the spectrogram in one vector
    windows = torch.arange(len(hidden), dtype=torch.float32)[:, None] * n_most
    times_s = (windows + torch.arange(n_most, dtype=torch.float32)) * step_s
    cos, sin = inner.pos_emb(times_s.to(device), seq_len=n_most)
    valid = torch.arange(n_most, device=device)[None, :] < n_valid.to(device)[:, None]
    return rotate(hidden, cos, sin)[valid]


def padded(rows: Sequence[Sequence[int]], pad: int) -> Any:
    """(rows, longest) token ids, filled on the right."""
    torch = package("torch")
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows])


@contextmanager
def _no_adapter(model: Any) -> Iterator[Any]:
    with _learning_kept(model), model.disable_adapter():
        yield model


@contextmanager
def _other_adapter(model: Any) -> Iterator[Any]:
    """The adapter that the run started from speaks."""
    speaking = model.active_adapter
    with _learning_kept(model):
        model.set_adapter(REFERENCE, inference_mode=True)
        try:
            yield model
        finally:
            model.set_adapter(speaking)


@contextmanager
def _learning_kept(model: Any) -> Iterator[None]:
    """What may learn is the same afterwards: switching adapters changes it."""
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    try:
        yield
    finally:
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in learning)
