"""From clips to batches: token ids, spectrograms, and a mask that is made once, of what is to be learned.

Learned are the assistant's words and the token that ends each answer, and nothing else. The processor's own labels
would teach the system prompt and the question too, and where padding is the end token, never to stop.
Each piece between the marks of the chat template is tokenised by itself, as it will be when the model answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from model.errors import ModelError
from model.transformers_hf.prompt import specials
from model.wording import harmless
from musicflamingo_app.errors import StudioError
from train.clips import Clip
from train.prompts import prompt_text, target_text
from train.spectrograms import Heard, Spectrograms

UNLEARNED = -100  # what the loss passes over


@dataclass(frozen=True, slots=True)
class Tokens:
    """A conversation as token ids, and which of them are learned."""

    ids: tuple[int, ...]
    learned: tuple[bool, ...]

    @property
    def labels(self) -> list[int]:
        return [token if learned else UNLEARNED for token, learned in zip(self.ids, self.learned, strict=True)]


class Writer:
    """Writes conversations in the words of a processor's chat template."""

    def __init__(self, processor: Any) -> None:
        self.processor, self.tokenizer = processor, processor.tokenizer
        self._specials = specials(self.tokenizer)
        self._ends = _ends(self.tokenizer)

    def prompt(self, question: str, n_vectors: int) -> tuple[int, ...]:
        """The ids up to where an answer begins; `n_vectors` is 0 when nothing is heard."""
        text = self._rendered(self._spoken([(question, None)], n_vectors > 0), open_end=True)
        return tuple(self._widened(self._ids(text, first=True), n_vectors))

    def conversation(self, turns: Sequence[tuple[str, str]], n_vectors: int) -> Tokens:
        """Questions with their replies. Raises ModelError for a template that does not write turn after turn."""
        ids: list[int] = []
        learned: list[bool] = []
        done = ""
        for n in range(len(turns)):
            before = self._rendered(self._spoken([*turns[:n], (turns[n][0], None)], n_vectors > 0), open_end=True)
            whole = self._rendered(self._spoken(turns[: n + 1], n_vectors > 0), open_end=False)
            reply = self._reply(before, whole, done)
            asked = self._widened(self._ids(before[len(done) :], first=n == 0), n_vectors if n == 0 else 0)
            said = self._ids(reply, first=False)
            ids += [*asked, *said]
            learned += [False] * len(asked) + [True] * len(said)
            done = before + reply
        return Tokens(tuple(ids), tuple(learned))

    def _reply(self, before: str, whole: str, done: str) -> str:
        """What stands between the mark that opens an answer and the token that ends it, that one included."""
        if not whole.startswith(before) or not before.startswith(done):
            what = "The model's chat template writes earlier turns differently once more follow."
            raise ModelError(what, "Train with turns_per_clip = 1.")
        rest = whole[len(before) :]
        at, end = max((rest.rfind(end), end) for end in self._ends)
        if at < 0:
            raise ModelError("The model's chat template does not end answers.", "Use the template of the base model.")
        return rest[: at + len(end)]

    def _spoken(self, turns: Sequence[tuple[str, str | None]], heard: bool) -> list[dict[str, Any]]:
        said = []
        for n, (question, reply) in enumerate(turns):
            content: list[dict[str, str]] = [{"type": "audio"}] if heard and n == 0 else []
            content.append({"type": "text", "text": harmless(question, self._specials)})
            said.append({"role": "user", "content": content})
            if reply is not None:
                text = harmless(reply, self._specials)
                said.append({"role": "assistant", "content": [{"type": "text", "text": text}]})
        return said

    def _rendered(self, conversation: list[dict[str, Any]], *, open_end: bool) -> str:
        template = self.processor.apply_chat_template
        return str(template(conversation, tokenize=False, add_generation_prompt=open_end))

    def _ids(self, text: str, *, first: bool) -> list[int]:
        bos = self.tokenizer.bos_token
        adds = first and not (bos and text.startswith(bos))
        return list(self.tokenizer(text, add_special_tokens=adds)["input_ids"])

    def _widened(self, ids: list[int], n_vectors: int) -> list[int]:
        if not n_vectors:
            return ids
        audio_id = self.processor.audio_token_id
        if ids.count(audio_id) != 1:
            what = f"The model's chat template made {ids.count(audio_id)} places for one recording."
            raise ModelError(what, "Fetch the model again; its template is not that of a Music Flamingo.")
        at = ids.index(audio_id)
        sound = [self.processor.audio_bos_token_id, *[audio_id] * n_vectors, self.processor.audio_eos_token_id]
        return [*ids[:at], *sound, *ids[at + 1 :]]


def _ends(tokenizer: Any) -> tuple[str, ...]:
    if not tokenizer.eos_token:
        raise ModelError("The model's tokenizer has no token that ends an answer.", "Use that of the base model.")
    return (tokenizer.eos_token,)


class Collator:
    """Clips to the tensors of one batch, padded on the right."""

    def __init__(
        self, writer: Writer, spectrograms: Spectrograms, *, think: bool = False, max_tokens: int = 24_000
    ) -> None:
        self.writer, self._spectrograms = writer, spectrograms
        self._think, self._max_tokens = think, max_tokens
        tokenizer = writer.tokenizer
        self._pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id

    def __call__(self, batch: Sequence[Clip]) -> dict[str, Any]:
        """`input_ids, attention_mask, labels` (clips, tokens); `input_features, input_features_mask` by window."""
        read = [self.read(clip) for clip in batch]
        return self._padded([tokens for tokens, _ in read]) | _stacked([heard for _, heard in read if heard])

    def read(self, clip: Clip) -> tuple[Tokens, Heard | None]:
        """One clip's tokens and what is heard. Raises StudioError when it is longer than `max_tokens`."""
        heard = self.hear(clip)
        tokens = self.writer.conversation(self.turns(clip), heard.n_vectors if heard else 0)
        if len(tokens.ids) > self._max_tokens:
            what = f"The clip {clip.name} has {len(tokens.ids)} tokens, and the recipe's max_tokens is "
            what += f"{self._max_tokens}."
            raise StudioError(what, "Raise max_tokens, ask fewer turns_per_clip, or make clips shorter.")
        return tokens, heard

    def hear(self, clip: Clip) -> Heard | None:
        """The spectrograms of a clip, None where nothing is heard."""
        return self._spectrograms.of(clip) if clip.audio is not None else None

    def turns(self, clip: Clip) -> list[tuple[str, str]]:
        """Questions and replies; thoughts are asked for where an example has some."""
        return [
            (prompt_text(example, thinks=think), target_text(example, thinks=think))
            for example in clip.examples
            for think in (self._think and bool(example.thought),)
        ]

    def _padded(self, rows: Sequence[Tokens]) -> dict[str, Any]:
        import torch

        longest = max(len(row.ids) for row in rows)
        ids = torch.full((len(rows), longest), self._pad, dtype=torch.long)
        labels = torch.full((len(rows), longest), UNLEARNED, dtype=torch.long)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for n, row in enumerate(rows):
            ids[n, : len(row.ids)] = torch.tensor(row.ids)
            labels[n, : len(row.ids)] = torch.tensor(row.labels)
            mask[n, : len(row.ids)] = 1
        return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _stacked(heard: Sequence[Heard]) -> dict[str, Any]:
    import numpy as np
    import torch

    if not heard:
        return {}
    frames = torch.from_numpy(np.concatenate([one.frames for one in heard]))
    return {"input_features": frames, "input_features_mask": torch.from_numpy(np.concatenate([h.mask for h in heard]))}


def shown(writer: Writer, tokens: Tokens) -> str:
    """The conversation for a terminal: what is learned in green, the rest dim, the sound as a count."""
    audio_id, parts, n = writer.processor.audio_token_id, [], 0
    while n < len(tokens.ids):
        end = n
        while end < len(tokens.ids) and tokens.learned[end] == tokens.learned[n]:
            end += 1
        colour = "\033[1;32m" if tokens.learned[n] else "\033[2m"
        parts.append(f"{colour}{_spelled(writer.tokenizer, tokens.ids[n:end], audio_id)}\033[0m")
        n = end
    return "".join(parts)


def _spelled(tokenizer: Any, ids: Sequence[int], audio_id: int) -> str:
    n_sound = ids.count(audio_id)
    if not n_sound:
        return str(tokenizer.decode(ids))
    at = ids.index(audio_id)
    before, after = tokenizer.decode(ids[: at + 1]), tokenizer.decode(ids[at + n_sound :])
    return f"{before}×{n_sound}{after}"
