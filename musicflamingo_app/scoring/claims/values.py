"""What a text claims about a recording, and what the measurements say to it."""

from dataclasses import dataclass
from typing import Literal

from musicflamingo_app.facts.references import LAST, Bars, Moment, Part, Place
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import clock

Kind = Literal["tempo", "key", "metre", "chord", "progression", "section", "duration", "instrument"]
Result = Literal["agrees", "contradicts", "unchecked"]
Edge = Literal["", "first", "last"]


@dataclass(frozen=True, slots=True)
class TempoRange:
    """A tempo in beats a minute; both ends are equal for a single number."""

    low_bpm: float
    high_bpm: float

    def __str__(self) -> str:
        return f"{self.low_bpm:g}" if self.low_bpm == self.high_bpm else f"{self.low_bpm:g}-{self.high_bpm:g}"


@dataclass(frozen=True, slots=True)
class ChordAt:
    """One chord; `edge` is `first` for “opens on Am”, `last` for “ends on C”."""

    chord: Chord
    edge: Edge = ""

    def __str__(self) -> str:
        return f"{self.chord} {self.edge}".rstrip()


@dataclass(frozen=True, slots=True)
class Progression:
    """Chords, or Roman numerals, in a row; exactly one of the two is not empty.

    A loop may start anywhere; a list (“the chords are Am, F and C”) is not `is_ordered`: it names what is heard.
    """

    chords: tuple[Chord, ...] = ()
    numerals: tuple[str, ...] = ()
    is_loop: bool = False
    is_ordered: bool = True

    def __str__(self) -> str:
        return " ".join([*map(str, self.chords), *self.numerals, *(["loop"] if self.is_loop else [])])


@dataclass(frozen=True, slots=True)
class SectionAt:
    """A section that begins (and perhaps ends) at a time or bar, or that stands first or last."""

    part: Part
    when: Moment | Bars | None
    edge: Edge = ""

    def __str__(self) -> str:
        if self.edge:
            return f"{self.part.name} {self.edge}"
        ordinal = {None: "", LAST: " last"}.get(self.part.ordinal, f" {self.part.ordinal}")
        return f"{self.part.name}{ordinal} @{when_text(self.when)}"


@dataclass(frozen=True, slots=True)
class Length:
    """The duration of a recording, and how far from it the words leave room: “four minutes” is not 4:00.0."""

    duration_s: float
    tolerance_s: float

    def __str__(self) -> str:
        return clock(self.duration_s)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether an instrument or voice, by the name of its tag, is heard."""

    tag: str
    is_present: bool = True

    def __str__(self) -> str:
        return self.tag if self.is_present else f"no {self.tag}"


Value = TempoRange | Key | Metre | ChordAt | Progression | SectionAt | Length | Presence


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement between two character offsets of a text.

    `place` is where in the recording it is said to hold (None: nowhere in particular); `is_local` when it does not
    speak of the whole recording, such as a key that the music moves to. `edge` is
    set for a key in which it begins (`first`) or ends (`last`).
    """

    kind: Kind
    start: int
    end: int
    value: Value
    place: Place | None = None
    is_local: bool = False
    edge: Edge = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the measurements say to a claim: one sentence with the measured value, and a note where one is due."""

    result: Result
    sentence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with its verdict."""

    claim: Claim
    verdict: Verdict


def when_text(when: Moment | Bars | None) -> str:
    """`1:58`, `0:15-0:45`, `bar 65`, `bars 9-12`; empty for None."""
    if when is None:
        return ""
    if isinstance(when, Bars):
        return f"bar {when.first}" if when.first == when.last else f"bars {when.first}-{when.last}"
    return clock(when.start_s) if when.start_s == when.end_s else f"{clock(when.start_s)}-{clock(when.end_s)}"
