"""Chords in Harte's syntax: `A:min7/b3`, `C:sus4(b7)`, `G` (major), `N` (no chord), `X` (unknown).

Conventions: the root and bass are spelled; degrees count from the root; a shorthand stands for a set of degrees,
to which the bracket adds or from which `*` takes away. Source: Harte et al., "Symbolic representation of musical
chords", ISMIR 2005, with the additions mir_eval reads (`maj13`, `min11`, `1`, `5`).
"""

import re
from dataclasses import dataclass

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.pitch import Degree, Pitch

# Shorthand -> its degrees above the root. The order is that of the vocabulary shown to people.
QUALITIES: dict[str, tuple[str, ...]] = {
    "maj": ("3", "5"),
    "min": ("b3", "5"),
    "aug": ("3", "#5"),
    "dim": ("b3", "b5"),
    "sus4": ("4", "5"),
    "sus2": ("2", "5"),
    "7": ("3", "5", "b7"),
    "maj7": ("3", "5", "7"),
    "min7": ("b3", "5", "b7"),
    "minmaj7": ("b3", "5", "7"),
    "maj6": ("3", "5", "6"),
    "min6": ("b3", "5", "6"),
    "dim7": ("b3", "b5", "bb7"),
    "hdim7": ("b3", "b5", "b7"),
    "maj9": ("3", "5", "7", "9"),
    "min9": ("b3", "5", "b7", "9"),
    "9": ("3", "5", "b7", "9"),
    "min11": ("b3", "5", "b7", "9", "11"),
    "11": ("3", "5", "b7", "9", "11"),
    "maj13": ("3", "5", "7", "9", "11", "13"),
    "min13": ("b3", "5", "b7", "9", "11", "13"),
    "13": ("3", "5", "b7", "9", "11", "13"),
    "5": ("5",),
    "1": (),
}
# Shorthand -> what musicians write after the root.
DISPLAY = {
    "maj": "", "min": "m", "aug": "+", "dim": "°", "sus4": "sus4", "sus2": "sus2", "7": "7", "maj7": "maj7",
    "min7": "m7", "minmaj7": "m(maj7)", "maj6": "6", "min6": "m6", "dim7": "°7", "hdim7": "ø7", "maj9": "maj9",
    "min9": "m9", "9": "9", "min11": "m11", "11": "11", "maj13": "maj13", "min13": "m13", "13": "13", "5": "5",
    "1": "1",
}  # fmt: skip
_HARTE = re.compile(
    r"(?P<root>[A-G](?:#*|b*))"
    r"(?::(?P<quality>[a-z0-9]+)?(?:\((?P<degrees>[^()]*)\))?)?"
    r"(?:/(?P<bass>[#b]*\d+))?"
)
_ADVICE = "Write it as root:quality/bass, such as A:min7/b3, or N for no chord."


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord. `root` is None for `N` (quality "N") and `X` (quality "X").

    `added` and `omitted` are the degrees in brackets; `bass` is the degree in the bass, None for root position.
    """

    root: Pitch | None
    quality: str = "maj"
    added: tuple[Degree, ...] = ()
    omitted: tuple[Degree, ...] = ()
    bass: Degree | None = None

    def __post_init__(self) -> None:
        known = QUALITIES.keys() if self.root else ("N", "X")
        if self.quality not in known:
            raise MusicSyntaxError(f"“{self.quality}” is not a chord quality.", _ADVICE)

    @classmethod
    def parse(cls, text: str) -> "Chord":
        """Reads Harte's syntax. Raises MusicSyntaxError."""
        if text in ("N", "X"):
            return cls(None, text)
        match = _HARTE.fullmatch(text)
        if not match or text.split("/")[0].endswith(":"):
            raise MusicSyntaxError(f"“{text}” is not a chord.", _ADVICE)
        root = Pitch.parse(match["root"])
        marks = [] if match["degrees"] is None else [mark.strip() for mark in match["degrees"].split(",")]
        added = tuple(Degree.parse(mark) for mark in marks if not mark.startswith("*"))
        omitted = tuple(Degree.parse(mark[1:]) for mark in marks if mark.startswith("*"))
        quality = match["quality"] or ("1" if marks else "maj")
        if quality not in QUALITIES:
            raise MusicSyntaxError(f"“{text}” is not a chord: “{quality}” is not a quality.", _ADVICE)
        bass = Degree.parse(match["bass"]) if match["bass"] else None
        return cls(root, quality, added, omitted, None if bass == Degree(1) else bass)

    def __str__(self) -> str:
        if self.root is None:
            return self.quality
        marks = [str(degree) for degree in self.added] + [f"*{degree}" for degree in self.omitted]
        bracket = f"({','.join(marks)})" if marks else ""
        bass = f"/{self.bass}" if self.bass else ""
        shorthand = "" if self.quality == "1" and self.added and not self.omitted else self.quality
        return f"{self.root}:{shorthand}{bracket}{bass}"

    @property
    def is_chord(self) -> bool:
        """False for `N` and `X`."""
        return self.root is not None

    @property
    def degrees(self) -> tuple[Degree, ...]:
        """Root, shorthand and bracket degrees, low to high, without the bass."""
        if self.root is None:
            return ()
        gone = {degree.semitones for degree in self.omitted}
        named = [Degree(1), *(Degree.parse(text) for text in QUALITIES[self.quality]), *self.added]
        return tuple(degree for degree in named if degree.semitones not in gone)

    @property
    def pitch_classes(self) -> frozenset[int]:
        """The pitch classes that sound, with the bass. Empty for `N` and `X`. (mir_eval drops the ninth of `C:9`.)"""
        if self.root is None:
            return frozenset()
        sounding = {degree.semitones for degree in self.degrees} | ({self.bass.semitones} if self.bass else set())
        return frozenset((self.root.pitch_class + semitones) % 12 for semitones in sounding)

    @property
    def bass_pitch(self) -> Pitch | None:
        """The spelled bass, None for `N` and `X`."""
        return self.root.above(self.bass) if self.root and self.bass else self.root

    @property
    def triad(self) -> "Chord":
        """The plain triad or power chord under it (maj, min, dim, aug, sus2, sus4, 5, 1), without bass or additions."""
        if self.root is None:
            return self
        above = {degree.semitones for degree in self.degrees}
        return Chord(self.root, _triad_quality(above))

    @property
    def bare(self) -> "Chord":
        """The chord without its bass."""
        return Chord(self.root, self.quality, self.added, self.omitted)

    def transposed(self, semitones: int, *, flats: bool = False) -> "Chord":
        """The same chord that many semitones higher; the bass degree moves with it."""
        if self.root is None or semitones % 12 == 0:
            return self
        root = Pitch.from_class(self.root.pitch_class + semitones, flats=flats)
        return Chord(root, self.quality, self.added, self.omitted, self.bass)

    def respelled(self, root: Pitch) -> "Chord":
        """The same chord under another name of its root. Raises ValueError for another pitch class."""
        if self.root is None:
            return self
        if root.pitch_class != self.root.pitch_class:
            raise ValueError(f"{root} is not another name of {self.root}.")
        return Chord(root, self.quality, self.added, self.omitted, self.bass)

    @property
    def pretty(self) -> str:
        """As musicians write it: `C♯m7/G♯`, `N.C.`, `?` for unknown."""
        if self.root is None:
            return "N.C." if self.quality == "N" else "?"
        marks = [str(degree) for degree in self.added] + [f"no{degree}" for degree in self.omitted]
        bracket = f"({','.join(marks)})" if marks else ""
        text = self.root.pretty + DISPLAY[self.quality] + bracket.replace("#", "♯").replace("b", "♭")
        return text if self.bass is None or self.bass_pitch is None else f"{text}/{self.bass_pitch.pretty}"


NO_CHORD = Chord(None, "N")
UNKNOWN_CHORD = Chord(None, "X")


def _triad_quality(semitones: set[int]) -> str:
    if 4 in semitones:
        return "aug" if 8 in semitones and 7 not in semitones else "maj"
    if 3 in semitones:
        return "dim" if 6 in semitones and 7 not in semitones else "min"
    if 5 in semitones:
        return "sus4"
    if 2 in semitones:
        return "sus2"
    return "5" if 7 in semitones else "1"
