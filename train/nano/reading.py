"""The nano answering: a clip is read once for all questions about it, then every option is weighed, or words drawn.

The likelihood of an option is that of its text and the end of the answer: what the model was taught to say.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.transformers_hf.generate import ends_of
from train.collate import Writer
from train.grpo.policy import encode
from train.spectrograms import Heard

NOISE_RMS = 0.1


@dataclass(frozen=True, slots=True)
class Prefix:
    """What all questions about a clip begin with, as the language model has read it: its cache, and its tokens."""

    cache: Any
    ids: tuple[int, ...]


class Reader:
    """Asks a Music Flamingo, plain or with an adapter, about spectrograms."""

    def __init__(self, model: Any, processor: Any) -> None:
        self.model = model.eval()
        self.inner = model.get_base_model() if hasattr(model, "peft_config") else model
        self.writer = Writer(processor)
        self._silent = list(processor.audio_token_ids)

    def vectors(self, heard: Heard) -> Any:
        """(vectors, width of words): encoder, times and projector of a sound."""
        import torch

        with torch.inference_mode():
            return self.inner.model.multi_modal_projector(encode(self.inner.model, heard))

    def prefix(self, vectors: Any) -> Prefix:
        """Reads a clip (None for no sound) up to where a question begins."""
        import torch
        import transformers

        n_vectors = 0 if vectors is None else len(vectors)
        one, other = (self.writer.prompt(word, n_vectors) for word in ("A", "B"))
        ids = one[: next(at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)]
        cache = transformers.DynamicCache(config=self.inner.config.get_text_config())
        with torch.inference_mode():
            embedded = self._embedded(ids)
            if vectors is not None:
                places = torch.tensor([ids], device=embedded.device) == self.inner.config.audio_token_id
                embedded = embedded.masked_scatter(places.unsqueeze(-1), vectors.to(embedded.dtype))
            self._spoken(embedded, cache)
        return Prefix(cache, tuple(ids))

    def likelihoods(self, before: Prefix, question: str, n_vectors: int, options: Sequence[str]) -> NDArray[np.float64]:
        """(options,) log-probability of each option as the answer."""
        import torch

        with torch.inference_mode():
            cache, first = self._asked(before, question, n_vectors)
            told = [self._reply(option) for option in options]
            longest = max(map(len, told))
            ids = torch.tensor([[*one, *[0] * (longest - len(one))] for one in told], device=first.device)
            cache.batch_repeat_interleave(len(told))
            later = self._spoken(self.inner.get_input_embeddings()(ids[:, :-1]), cache)
            logits = torch.cat([first.expand(len(told), 1, -1), self.inner.lm_head(later).float()], dim=1)
            logs = logits.log_softmax(-1).gather(-1, ids.unsqueeze(-1))[..., 0].double().cpu().numpy()
        there = np.arange(longest)[None] < np.array([len(one) for one in told])[:, None]
        return np.asarray(np.where(there, logs, 0.0).sum(1))

    def answer(self, before: Prefix, question: str, n_vectors: int, n_tokens: int = 24) -> str:
        """The likeliest words, one after the other."""
        import torch

        ends, said = ends_of(self.inner), list[int]()
        with torch.inference_mode():
            cache, logits = self._asked(before, question, n_vectors)
            while len(said) < n_tokens:
                logits[..., self._silent] = -torch.inf
                said.append(int(logits[0, -1].argmax()))
                if said[-1] in ends:
                    break
                logits = self.inner.lm_head(self._spoken(self._embedded(said[-1:]), cache)).float()
        text = self.writer.tokenizer.decode([one for one in said if one not in ends], skip_special_tokens=True)
        return str(text).strip()

    def _asked(self, before: Prefix, question: str, n_vectors: int) -> tuple[Any, Any]:
        """A cache of the prompt, and the scores (1, 1, words) of what comes first."""
        ids = self.writer.prompt(question, n_vectors)
        if ids[: len(before.ids)] != before.ids:
            raise ValueError("the question does not begin with what was read")
        cache = copy.deepcopy(before.cache)
        hidden = self._spoken(self._embedded(ids[len(before.ids) :]), cache)
        return cache, self.inner.lm_head(hidden[:, -1:]).float()

    def _embedded(self, ids: Sequence[int]) -> Any:
        import torch

        embeddings = self.inner.get_input_embeddings()
        return embeddings(torch.tensor([list(ids)], device=embeddings.weight.device))

    def _spoken(self, embedded: Any, cache: Any) -> Any:
        return self.inner.model.language_model(
            inputs_embeds=embedded, past_key_values=cache, use_cache=True
        ).last_hidden_state

    def _reply(self, text: str) -> tuple[int, ...]:
        """An answer's tokens with its end."""
        tokens = self.writer.conversation([("A", text)], 0)
        return tuple(token for token, learned in zip(tokens.ids, tokens.learned, strict=True) if learned)


def noise(extractor: Any, seed: int) -> Heard:
    """Gaussian noise of one window, as the feature extractor sees it; the same for the same seed."""
    n_samples = extractor.chunk_length * extractor.sampling_rate
    samples = NOISE_RMS * np.random.default_rng(seed).standard_normal(n_samples).astype(np.float32)
    made = extractor(samples, sampling_rate=extractor.sampling_rate, return_attention_mask=True, return_tensors="np")
    return Heard(made["input_features"].astype(np.float32), made["attention_mask"].astype(np.int32))


def window(mel: NDArray[np.float32]) -> Heard:
    """A spectrogram (mels, frames) of a whole window as what is heard."""
    return Heard(mel[None].astype(np.float32), np.ones((1, mel.shape[1]), np.int32))
