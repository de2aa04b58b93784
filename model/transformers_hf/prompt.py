"""From messages to token ids, through the checkpoint's own chat template.

A recording is one placeholder in the template's text; it becomes the begin mark, one token for each vector, and the
end mark, as the checkpoint's processor would write it. It always stands in the first turn of the person, so that a
conversation that goes on keeps its beginning and what was computed for it.
"""

from collections.abc import Sequence
from typing import Any

from model.errors import ModelError
from model.transformers_hf.load import Loaded
from model.types import Message
from model.wording import turns


def token_ids(loaded: Loaded, messages: Sequence[Message], n_vectors: int) -> list[int]:
    """The prompt's tokens, `n_vectors` of them for sound. Raises ModelError when the template refuses."""
    said = turns(messages, specials(loaded.tokenizer))
    text = _heard(loaded, said, n_vectors) if loaded.processor is not None else _read(loaded.tokenizer, said)
    ids = loaded.tokenizer(text, add_special_tokens=_adds(loaded, text))["input_ids"]
    return _widened(loaded.processor, ids, n_vectors) if n_vectors else list(ids)


def specials(tokenizer: Any) -> tuple[str, ...]:
    """Every token that text must not be able to spell, longest first."""
    added = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
    return tuple(sorted({*added, *tokenizer.all_special_tokens}, key=len, reverse=True))


def _heard(loaded: Loaded, said: list[tuple[str, str]], n_vectors: int) -> str:
    turns_in, waiting = [], bool(n_vectors)
    for role, text in said:
        content = [{"type": "text", "text": text}]
        if waiting and role == "user":
            content.insert(0, {"type": "audio"})
            waiting = False
        turns_in.append({"role": role, "content": content})
    return _templated(loaded.processor, turns_in)


def _read(tokenizer: Any, said: list[tuple[str, str]]) -> str:
    return _templated(tokenizer, [{"role": role, "content": text} for role, text in said])


def _templated(template: Any, conversation: list[dict[str, Any]]) -> str:
    from jinja2 import TemplateError

    try:
        return str(template.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True))
    except (TemplateError, ValueError) as error:
        what = f"The model's chat template refuses this conversation ({error})."
        raise ModelError(what, "Start a new conversation.") from error


def _adds(loaded: Loaded, text: str) -> bool:
    """Whether the tokenizer should add its begin token: processors do unless the template wrote it."""
    bos = loaded.tokenizer.bos_token
    return loaded.processor is not None and not (bos and text.startswith(bos))


def _widened(processor: Any, ids: list[int], n_vectors: int) -> list[int]:
    """The placeholder written out: begin mark, one token a vector, end mark."""
    audio_id = processor.audio_token_id
    if ids.count(audio_id) != 1:
        what = f"The model's chat template made {ids.count(audio_id)} places for one recording."
        raise ModelError(what, "Fetch the model again; its template is not that of a Music Flamingo.")
    at = ids.index(audio_id)
    sound = [processor.audio_bos_token_id, *[audio_id] * n_vectors, processor.audio_eos_token_id]
    return [*ids[:at], *sound, *ids[at + 1 :]]
