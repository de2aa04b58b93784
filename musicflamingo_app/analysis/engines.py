"""What an engine is: a thing that measures one aspect of a recording.

An engine returns a whole Finding or raises; it never returns half a result. It may read what was measured before it
(`Heard`) but must work when that is missing. The pipeline adds provenance, records failures and goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Ranked, Timeline

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Finding(Generic[T]):
    """What an engine found: the value, how sure it is (0-1), and other candidates, best first."""

    value: T
    confidence: float
    alternatives: tuple[Ranked[T], ...] = ()


@dataclass(frozen=True)
class Heard:
    """What is known so far. `chroma` is (12, frames) at `chroma_hz`, made once and shared.

    `shared` is what engines of one family keep for one another while one recording is measured.
    """

    tuning_cents: float | None = None
    chords: Timeline[Chord] | None = None
    beats: BeatGrid | None = None
    key: Key | None = None
    key_regions: Timeline[Key] | None = None
    chroma_hz: float = 0.0
    chroma: Floats | None = None
    shared: dict[str, object] = field(default_factory=dict, compare=False, repr=False)


class Watch(Protocol):
    """How a long engine tells where it is, and learns that it should stop."""

    def progress(self, fraction: float, sentence: str = "") -> None:
        """Tells that a part (0-1) of this engine's work is done. Raises Cancelled when the person stopped it."""


class Unwatched:
    """A Watch that nobody looks at."""

    def progress(self, fraction: float, sentence: str = "") -> None:
        return None


class Engine(Protocol[T_co]):
    """Measures one aspect of a recording."""

    name: str
    version: str
    credit: str  # attribution its licence asks for, or ""
    parameters: Mapping[str, Any]  # what changes the result; hashed into the provenance

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> "Finding[T_co]":
        """Measures. Raises MissingPackage when what it needs is not installed, StudioError when it cannot."""


def clamp01(value: float) -> float:
    """A confidence kept in [0, 1]; NaN counts as 0."""
    return min(1.0, max(0.0, value)) if value == value else 0.0
