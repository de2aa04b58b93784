"""What is sent to an OpenAI-compatible server: messages with sound as base64 WAV, in one of two shapes.

`input_audio` is OpenAI's own shape (llama-server, xllamacpp, vLLM); `audio_url` with a data address is vLLM's other.
"""

from collections.abc import Sequence
from typing import Any, Literal

from model.types import Message, Sampling
from model.wording import turns

Shape = Literal["input_audio", "audio_url"]


def body(model: str, messages: Sequence[Message], sampling: Sampling, wav: str, shape: Shape) -> dict[str, Any]:
    """The JSON of a request; `wav` is the sound of the first question, or empty."""
    wanted: dict[str, Any] = {
        "model": model,
        "messages": _conversation(messages, wav, shape),
        "max_tokens": sampling.max_new_tokens,
        "temperature": sampling.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if sampling.temperature > 0:
        wanted["top_p"] = sampling.top_p
    if sampling.repetition_penalty != 1.0:
        wanted["repetition_penalty"] = wanted["repeat_penalty"] = sampling.repetition_penalty  # vLLM's and llama.cpp's
    if sampling.seed is not None:
        wanted["seed"] = sampling.seed
    if sampling.json_schema is not None:
        schema = {"name": "answer", "strict": True, "schema": dict(sampling.json_schema)}
        wanted["response_format"] = {"type": "json_schema", "json_schema": schema}
    return wanted


def _conversation(messages: Sequence[Message], wav: str, shape: Shape) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    for role, text in turns(messages):
        content: str | list[dict[str, Any]] = text
        if wav and role == "user":
            content, wav = [_audio(wav, shape), {"type": "text", "text": text}], ""
        said.append({"role": role, "content": content})
    return said


def _audio(wav: str, shape: Shape) -> dict[str, Any]:
    if shape == "input_audio":
        return {"type": "input_audio", "input_audio": {"data": wav, "format": "wav"}}
    return {"type": "audio_url", "audio_url": {"url": f"data:audio/wav;base64,{wav}"}}
