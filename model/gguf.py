"""The back end over llama-cpp-python: GGUF files, on a processor or a graphics card.

llama.cpp hears Music Flamingo's preview through a second file (mmproj). The package's own multimodal handler insists
on pictures, so ours takes its place: the same evaluation, without that check and with WAV data instead of images.
"""

import contextlib
import importlib
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from model.errors import ModelError, NoAbility, OutOfMemory
from model.streaming import Answer, Ending, Outlet
from model.types import Abilities, Message, Sampling, Sound
from model.wav import wav_base64
from model.wording import check, turns
from musicflamingo_app.errors import MissingPackage

_PREFIX = "data:audio/wav;base64,"


class GgufBackend:
    """A Backend (model/types.py) over a GGUF file, with ears when there is an mmproj file."""

    def __init__(
        self,
        file: Path,
        name: str,
        *,
        mmproj: Path | None = None,
        n_ctx: int = 20_480,
        n_threads: int | None = None,
        n_gpu_layers: int = -1,
        max_audio_s: float = 600.0,
        is_tiny: bool = False,
    ) -> None:
        """Loads. Raises MissingPackage without llama-cpp-python, ModelError for files that are no such model."""
        llama_cpp = _package()
        for path in (file, *([mmproj] if mmproj else [])):
            if not path.is_file():
                raise ModelError(f"The file {path.name} is missing.", "Fetch the model again in Settings.")
        self.name = name
        self.abilities = Abilities(mmproj is not None, False, False, max_audio_s if mmproj else 0.0, True, is_tiny)
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[Answer] = weakref.WeakSet()
        try:
            handler = _listener(mmproj, n_gpu_layers != 0) if mmproj is not None else None
            options = {"n_ctx": n_ctx, "n_gpu_layers": n_gpu_layers, "chat_handler": handler, "verbose": False}
            self._llama: Any = llama_cpp.Llama(str(file), n_threads=n_threads, n_threads_batch=n_threads, **options)
        except (ValueError, RuntimeError, AssertionError) as error:
            what = f"llama.cpp could not load {file.name} ({error})."
            raise ModelError(what, "Fetch it again, or close programs that use the memory.") from error

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> Answer:
        """Starts an answer; see Backend. While the prompt is read, closing waits for it."""
        if self._llama is None:
            raise ModelError(f"{self.name} is not loaded any more.", "Load it again in Settings.")
        sound = check(self.name, self.abilities, messages, sampling)
        asked = tuple(messages)
        started = Answer(lambda outlet: self._produce(outlet, asked, sound, sampling), f"answer-{self.name}")
        self._open.add(started)
        return started

    def close(self) -> None:
        """Stops open answers and frees the model."""
        for started in tuple(self._open):
            started.close()
        with self._lock:
            if self._llama is not None:
                self._llama.close()
            self._llama = None

    def _produce(
        self, outlet: Outlet, messages: tuple[Message, ...], sound: Sound | None, sampling: Sampling
    ) -> Ending:
        while not self._lock.acquire(timeout=0.05):
            outlet.check()
        try:
            outlet.check()
            if self._llama is None:
                raise ModelError(f"{self.name} is not loaded any more.", "Load it again in Settings.")
            with _sentences(self.name):
                return self._answered(outlet, messages, sound, sampling)
        finally:
            self._lock.release()

    def _answered(
        self, outlet: Outlet, messages: tuple[Message, ...], sound: Sound | None, sampling: Sampling
    ) -> Ending:
        chunks = self._llama.create_chat_completion(
            messages=_conversation(messages, sound), stream=True, **_settings(sampling)
        )
        n_prompt = n_new = 0
        reason = "stop"
        with contextlib.closing(chunks):
            for chunk in chunks:
                outlet.check()
                choice = chunk["choices"][0]
                reason = choice.get("finish_reason") or reason
                if piece := choice["delta"].get("content"):
                    n_prompt = n_prompt or self._llama.n_tokens
                    outlet.text(piece)
                    n_new = self._llama.n_tokens - n_prompt + 1
        return Ending("length" if reason == "length" else "stop", n_prompt or self._llama.n_tokens, n_new)


def _package() -> ModuleType:
    try:
        return importlib.import_module("llama_cpp")
    except ImportError as error:
        what = "GGUF models need the package llama-cpp-python."
        raise MissingPackage(what, "Install it with: pip install llama-cpp-python") from error


def _conversation(messages: Sequence[Message], sound: Sound | None) -> list[dict[str, Any]]:
    """Turns as OpenAI writes them, the sound in the first one of the person."""
    said: list[dict[str, Any]] = []
    for role, text in turns(messages):
        content: Any = text
        if sound is not None and role == "user":
            heard = {"type": "input_audio", "input_audio": {"data": wav_base64(sound), "format": "wav"}}
            content, sound = [heard, {"type": "text", "text": text}], None
        said.append({"role": role, "content": content})
    return said


def _settings(sampling: Sampling) -> dict[str, Any]:
    """The sampling in llama.cpp's words; everything of its own taste is switched off."""
    wanted: dict[str, Any] = {
        "max_tokens": max(1, sampling.max_new_tokens),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p if sampling.temperature > 0 else 1.0,
        "top_k": 0,
        "min_p": 0.0,
        "repeat_penalty": sampling.repetition_penalty,
        "seed": sampling.seed,
    }
    if sampling.json_schema is not None:
        wanted["response_format"] = {"type": "json_object", "schema": dict(sampling.json_schema)}
    return wanted


@contextlib.contextmanager
def _sentences(name: str) -> Iterator[None]:
    """Turns what llama.cpp raises into sentences."""
    try:
        yield
    except MemoryError as error:
        what = f"The memory is too small for this question to {name}."
        raise OutOfMemory(what, "Ask about a shorter region, or close other programs.") from error
    except ValueError as error:
        if "exceed" in str(error):
            what = f"The question and the recording are longer than {name} was loaded for ({error})."
            raise NoAbility(what, "Ask about a shorter region, or start a new conversation.") from error
        raise ModelError(f"{name} could not read the question ({error}).", "Try another region or wording.") from error
    except RuntimeError as error:
        raise ModelError(
            f"{name} broke off ({error}).", "Load the model again; it may have run out of memory."
        ) from error


class _Hearing:
    """What is ours in the chat handler: it asks for ears where the package's own asks for sight."""

    mtmd_ctx: Any
    clip_model_path: str
    use_gpu: bool
    _mtmd_cpp: Any

    def _init_mtmd_context(self, llama_model: Any) -> None:
        """Opens the mmproj file once. Raises ValueError when it does not fit or has no ears."""
        if self.mtmd_ctx is not None:
            return
        mtmd = self._mtmd_cpp
        settings = mtmd.mtmd_context_params_default()
        settings.use_gpu, settings.print_timings, settings.n_threads = self.use_gpu, False, llama_model.n_threads
        with importlib.import_module("llama_cpp._utils").suppress_stdout_stderr(disable=False):
            opened = mtmd.mtmd_init_from_file(self.clip_model_path.encode(), llama_model.model, settings)
        if opened is None:
            raise ValueError("the mmproj file does not fit the model")
        if not mtmd.mtmd_support_audio(opened):
            mtmd.mtmd_free(opened)
            raise ValueError("the mmproj file has no ears")
        self.mtmd_ctx = opened
        llama_model._stack.callback(self._free)

    def _free(self) -> None:
        if self.mtmd_ctx is not None:
            self._mtmd_cpp.mtmd_free(self.mtmd_ctx)
            self.mtmd_ctx = None

    def _get_template_messages(self, messages: list[Any], media_marker: str) -> list[Any]:
        """Contents as plain strings, which every chat template reads; sound is its marker."""
        return [{**message, "content": _flat(message["content"], media_marker)} for message in messages]

    @staticmethod
    def get_image_urls(messages: list[Any]) -> list[str]:
        """The sounds as data addresses, in the order of their markers."""
        return [_PREFIX + part["input_audio"]["data"] for message in messages for part in _sounds(message)]


def _listener(mmproj: Path, use_gpu: bool) -> Any:
    """A chat handler that hears: the package's multimodal one, with `_Hearing` before it."""
    stock = importlib.import_module("llama_cpp.llama_chat_format").MTMDChatHandler
    return type("Listener", (_Hearing, stock), {})(clip_model_path=str(mmproj), verbose=False, use_gpu=use_gpu)


def _sounds(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [part for part in content if part["type"] == "input_audio"] if isinstance(content, list) else []


def _flat(content: Any, media_marker: str) -> str:
    if isinstance(content, str):
        return content
    return "".join(part["text"] if part["type"] == "text" else media_marker for part in content)
