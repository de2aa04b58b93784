"""The back end over transformers: Music Flamingo, and any language model without ears.

One lock per loaded model: a second question waits until the first is answered or stopped. The thread of an answer
takes the lock, listens (or remembers), reads and writes.
"""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from model.errors import ModelError, NoAbility
from model.streaming import Answer, Ending, Outlet
from model.transformers_hf.adapters import Adapters
from model.transformers_hf.context import Kept
from model.transformers_hf.generate import Prompt, answer
from model.transformers_hf.hearing import Ears
from model.transformers_hf.load import Loaded, is_out_of_memory, out_of_memory, package
from model.transformers_hf.prompt import token_ids
from model.transformers_hf.together import Written, whole, written
from model.types import Abilities, Message, Sampling, Sound, Whole
from model.wording import check, sound_of

Found = TypeVar("Found")

REMEMBERED_BYTES = 512 * 2**20  # the vectors of about 50 minutes of sound in the 8B model
CONTEXT_BYTES = 2 * 2**30  # the context of about 20 minutes of sound in the 8B model


class TransformersBackend:
    """A Backend (model/types.py) over a loaded model; it hears `max_audio_s`, or as long as its processor takes."""

    def __init__(
        self,
        loaded: Loaded,
        name: str,
        *,
        thinks: bool = False,
        is_tiny: bool = False,
        max_audio_s: float | None = None,
        remembered_bytes: int = REMEMBERED_BYTES,
        context_bytes: int = CONTEXT_BYTES,
    ) -> None:
        self.name = name
        hears = loaded.processor is not None
        longest_s = float(max_audio_s or loaded.processor.max_audio_len) if hears else 0.0
        self.abilities = Abilities(hears, True, thinks, longest_s, False, is_tiny)
        self._loaded: Loaded | None = loaded
        self._ears = Ears(loaded, remembered_bytes) if hears else None
        self._adapters: Adapters | None = Adapters(loaded)
        self._kept, self._context_bytes = Kept(context_bytes), context_bytes
        self._lock = threading.Lock()
        self._open: weakref.WeakSet[Answer] = weakref.WeakSet()

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> Answer:
        """Starts an answer; see Backend. A prompt longer than the model reads raises when it is read."""
        self._here()
        sound = check(self.name, self.abilities, messages, sampling)
        asked = tuple(messages)
        started = Answer(lambda outlet: self._produce(outlet, asked, sound, sampling), f"answer-{self.name}")
        self._open.add(started)
        return started

    def answers(self, questions: Sequence[Sequence[Message]], sampling: Sampling) -> list[Whole]:
        """Answers to several questions about one sound, or about none; see ManyAtOnce (model/types.py)."""
        self._here()
        sounds = {sound.key: sound for one in questions if (sound := check(self.name, self.abilities, one, sampling))}
        if len(sounds) > 1 or (sounds and not all(map(sound_of, questions))):
            raise NoAbility("The questions are not all about the same sound.", "Ask about one after the other.")
        began_s = time.perf_counter()
        with self._lock:
            said = self._within_memory(
                lambda: self._side_by_side(questions, next(iter(sounds.values()), None), sampling)
            )
        each_s = (time.perf_counter() - began_s) / max(1, len(said))
        return [whole(one, each_s) for one in said]

    def close(self) -> None:
        """Stops open answers and frees the model's memory."""
        for started in tuple(self._open):
            started.close()
        with self._lock:
            self._forget()
            self._loaded = self._ears = self._adapters = None
        _release()

    @property
    def adapters(self) -> tuple[str, ...]:
        """Names of the adapters that are loaded."""
        return self._adapters.names if self._adapters else ()

    @property
    def adapter(self) -> str:
        """The adapter that speaks, "" for the base alone."""
        return self._adapters.active if self._adapters else ""

    def load_adapter(self, name: str, folder: Path) -> None:
        """Loads an adapter and lets it speak; waits for an answer under way. Raises ModelError, MissingPackage."""
        with self._lock:
            self._worn().load(name, folder)

    def use_adapter(self, name: str) -> None:
        """Lets a loaded adapter speak, or the base for ""; waits for an answer under way. Raises ModelError."""
        with self._lock:
            self._worn().use(name)

    def unload_adapter(self, name: str) -> None:
        """Takes an adapter off; waits for an answer under way. Raises ModelError."""
        with self._lock:
            self._worn().unload(name)
            self._forget()  # the name may come back with other weights

    def _here(self) -> Loaded:
        if self._loaded is None:
            raise ModelError(f"{self.name} is not loaded any more.", "Load it again in Settings.")
        return self._loaded

    def _worn(self) -> Adapters:
        self._here()
        assert self._adapters is not None
        return self._adapters

    def _forget(self) -> None:
        self._kept.clear()
        if self._ears is not None:
            self._ears.remembered.clear()

    def _produce(
        self, outlet: Outlet, messages: tuple[Message, ...], sound: Sound | None, sampling: Sampling
    ) -> Ending:
        with self._turn(outlet):
            loaded = self._here()
            return self._within_memory(lambda: self._answered(loaded, outlet, messages, sound, sampling))

    def _within_memory(self, work: Callable[[], Found]) -> Found:
        """The work, or OutOfMemory once what was kept is forgotten."""
        loaded = self._here()
        try:
            return work()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        self._forget()
        _release()
        raise out_of_memory(loaded.checkpoint, "this question")

    def _side_by_side(
        self, questions: Sequence[Sequence[Message]], sound: Sound | None, sampling: Sampling
    ) -> list[Written]:
        loaded, about = self._here(), (self.adapter, sound.key if sound is not None else "")
        vectors = self._ears.vectors(sound, self.adapter, lambda: None) if sound is not None and self._ears else None
        n_vectors = 0 if vectors is None else len(vectors)
        prompts = [Prompt(token_ids(loaded, one, n_vectors), vectors, about) for one in questions]
        return list(written(loaded, prompts, sampling, self._kept, self._context_bytes))

    def _answered(
        self, loaded: Loaded, outlet: Outlet, messages: tuple[Message, ...], sound: Sound | None, sampling: Sampling
    ) -> Ending:
        vectors = None
        if sound is not None and self._ears is not None:
            vectors = self._ears.vectors(sound, self.adapter, outlet.check)
        ids = token_ids(loaded, messages, 0 if vectors is None else len(vectors))
        about = (self.adapter, sound.key if sound is not None else "")
        return answer(loaded, Prompt(ids, vectors, about), sampling, outlet, self._kept)

    @contextmanager
    def _turn(self, outlet: Outlet) -> Iterator[None]:
        """Waits for the model; a stream that is closed while it waits gives its turn up."""
        while not self._lock.acquire(timeout=0.05):
            outlet.check()
        try:
            outlet.check()
            yield
        finally:
            self._lock.release()


def _release() -> None:
    """Gives memory of the graphics card back that nothing uses any more."""
    gc.collect()
    torch = package("torch")
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
