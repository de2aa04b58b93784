"""The values of a conversation with a model, and what every back end promises.

A back end takes messages and streams deltas, then exactly one Done. Closing the stream cancels: the work behind it
stops within a step and no Done comes. What a back end cannot do raises NoAbility from `stream` itself, before
anything is read from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from musicflamingo_app.music.arrays import Floats

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a person or a model."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Mono float32 samples (n,) at `rate_hz`; `key` names the track and interval, the same key the same sound."""

    samples: "Floats"
    rate_hz: int
    key: str

    @property
    def duration_s(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True, slots=True)
class Thought:
    """What a model thought before it answered; never sent back to a model."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured, as words for the model; `card` is the same as a value, for whoever can read it."""

    text: str
    card: object = None


Part = Text | Sound | Thought | Facts


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation: who speaks, and the parts in order."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn. Temperature 0 takes the likeliest token; a JSON schema binds the whole answer."""

    max_new_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 0.9
    repetition_penalty: float = 1.0
    seed: int | None = None
    json_schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a back end can do. `max_audio_s` is the longest sound it takes, 0 when it hears none."""

    hears_audio: bool = False
    takes_adapters: bool = False
    thinks: bool = False
    max_audio_s: float = 0.0
    writes_json: bool = False
    is_tiny: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer as it comes."""

    kind: Literal["text", "thought"]
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of an answer: why it ended, what it cost. Times run from the call of `stream`.

    `raw` is the answer as the model wrote it, tags and all, for those who judge its form; empty where nobody kept it.
    """

    reason: Literal["stop", "length"]
    n_prompt_tokens: int
    n_new_tokens: int
    first_delta_s: float
    seconds: float
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that was waited for: its text, the thought before it, and its end."""

    text: str
    thought: str
    done: Done


class Stream(Iterator[Delta | Done], Protocol):
    """Deltas, then one Done. `close` may be called from any thread, also while another waits for the next delta."""

    def close(self) -> None:
        """Cancels what is left and returns when the work behind it has stopped. A second call does nothing."""


class Backend(Protocol):
    """A thing that answers."""

    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> Stream:
        """Starts an answer. Raises NoAbility at once for what it cannot take; reading raises ModelError."""

    def close(self) -> None:
        """Frees what the back end holds; streams still open are cancelled. A second call does nothing."""


@runtime_checkable
class ManyAtOnce(Protocol):
    """A back end that answers several questions about one sound side by side, quicker than one after the other."""

    def answers(self, questions: Sequence[Sequence[Message]], sampling: Sampling) -> list[Whole]:
        """The likeliest answer to each conversation, as it would be alone. Raises NoAbility where one cannot be taken,
        for several sounds and for answers drawn by chance; ModelError, OutOfMemory.
        """
