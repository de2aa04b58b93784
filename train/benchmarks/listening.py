"""What a program that listens found in one recording, and the songs that judge and never teach."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline

SONGS = (
    "207", "282", "290", "304", "330", "384", "425", "545", "569", "610",
    "670", "673", "674", "690", "736", "834", "862", "873", "894", "900",
)  # fmt: skip


@dataclass(frozen=True)
class Findings:
    """What a program found; None where it does not measure that, or failed.

    `cpu_s` is its processor time by aspect and, as `whole`, for the file from disk to the last aspect. `failures` are
    sentences about what it tried and could not.
    """

    beats_s: tuple[float, ...] | None = None
    downbeats_s: tuple[float, ...] | None = None
    metre: Metre | None = None
    tempo_bpm: float | None = None
    chords: Timeline[Chord] | None = None
    key: Key | None = None
    key_confidence: float | None = None
    sections: Timeline[Section] | None = None
    instruments: tuple[Playing, ...] | None = None
    cpu_s: Mapping[str, float] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
