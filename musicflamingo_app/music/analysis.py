"""Everything measured in one track, who measured it and how sure they are; and its JSON form.

Conventions: an aspect that was not measured is None; one that was tried and failed stands in `failures` with the
sentence to show. Confidence is in [0, 1]: the engine's own estimate of being right, not a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Ranked, Timeline

T = TypeVar("T")

ASPECTS = (
    "beats", "tempo", "chords", "key", "key_regions", "sections", "instruments", "tags", "tuning", "loudness", "swing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who measured an aspect: engine and version, a hash of its parameters and weights, when, and its credit line."""

    engine: str
    version: str
    parameters_sha256: str
    measured_at: datetime  # aware, UTC
    credit: str = ""  # attribution that a licence asks to be shown

    @property
    def signature(self) -> str:
        """Equal for two measurements made the same way."""
        return f"{self.engine} {self.version} {self.parameters_sha256[:12]}"


@dataclass(frozen=True)
class Measured(Generic[T]):
    """A value with its confidence, ranked alternatives (best first, the value itself left out) and provenance."""

    value: T
    confidence: float
    provenance: Provenance
    alternatives: tuple[Ranked[T], ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """An aspect that no engine could measure: the last one tried and its sentence.

    `missing` names the engines that were not installed; with them another try may do better.
    """

    engine: str
    sentence: str
    missing: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """Equal for two failures for want of the same engines."""
        return f"nothing without {', '.join(self.missing)}"


@dataclass(frozen=True, slots=True)
class Tag:
    """A word for what is heard: kind is `instrument`, `genre`, `mood`, `voice` or `era`; score in [0, 1]."""

    kind: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness and range by EBU R 128, and the highest sample."""

    integrated_lufs: float
    range_lu: float
    peak_dbfs: float


@dataclass(frozen=True)
class Analysis:
    """One recording, measured. `tempo` is in beats a minute, `tuning` in cents from A = 440 Hz (-50..50).

    `swing` is how much longer the first eighth of a beat is than the second: 1 is straight, 2 a triplet's.
    """

    duration_s: float
    beats: Measured[BeatGrid] | None = None
    tempo: Measured[float] | None = None
    chords: Measured[Timeline[Chord]] | None = None
    key: Measured[Key] | None = None
    key_regions: Measured[Timeline[Key]] | None = None
    sections: Measured[Timeline[Section]] | None = None
    tags: Measured[tuple[Tag, ...]] | None = None
    tuning: Measured[float] | None = None
    loudness: Measured[Loudness] | None = None
    instruments: Measured[tuple[Playing, ...]] | None = None  # each by another name; those never heard left out
    swing: Measured[float] | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)

    @property
    def provenances(self) -> dict[str, Provenance]:
        """Aspect -> who measured it, for every aspect that was."""
        found = {name: getattr(self, name) for name in ASPECTS}
        return {name: measured.provenance for name, measured in found.items() if measured is not None}
