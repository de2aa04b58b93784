"""Spelled pitches without octave: `C`, `F#`, `Bb`, `Ebb`; and scale degrees `b3`, `5`, `#11`."""

import re
from dataclasses import dataclass

from musicflamingo_app.errors import MusicSyntaxError

LETTERS = "CDEFGAB"
NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # semitones above C
FIFTHS = "FCGDAEB"  # letters along the line of fifths; F is -1 from C
SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_PITCH = re.compile(r"([A-G])(#*|b*)")
_DEGREE = re.compile(r"(#*|b*)(\d+)")
_MAJOR_STEPS = (0, 2, 4, 5, 7, 9, 11)


@dataclass(frozen=True, slots=True)
class Pitch:
    """A pitch name: letter and accidentals (+1 a sharp, -1 a flat)."""

    letter: str
    accidentals: int = 0

    @classmethod
    def parse(cls, text: str) -> "Pitch":
        """Reads `C`, `F#`, `Bb`, also with ♯ and ♭. Raises MusicSyntaxError."""
        match = _PITCH.fullmatch(text.replace("♯", "#").replace("♭", "b"))
        if not match:
            raise MusicSyntaxError(
                f"“{text}” is not a pitch name.", "Write a letter A to G with # or b, such as F# or Bb."
            )
        marks = match[2]
        return cls(match[1], len(marks) if marks.startswith("#") else -len(marks))

    @classmethod
    def from_class(cls, pitch_class: int, *, flats: bool = False) -> "Pitch":
        """The plain name of a pitch class 0-11 (0 = C)."""
        return cls.parse((FLAT_NAMES if flats else SHARP_NAMES)[pitch_class % 12])

    @property
    def pitch_class(self) -> int:
        return (NATURAL[self.letter] + self.accidentals) % 12

    @property
    def fifths(self) -> int:
        """Steps along the line of fifths from C: G = 1, F = -1, F# = 6."""
        return FIFTHS.index(self.letter) - 1 + 7 * self.accidentals

    @classmethod
    def from_fifths(cls, fifths: int) -> "Pitch":
        """The pitch that many fifths above C."""
        return cls(FIFTHS[(fifths + 1) % 7], (fifths + 1) // 7)

    def __str__(self) -> str:
        return self.letter + ("#" * self.accidentals if self.accidentals > 0 else "b" * -self.accidentals)

    @property
    def pretty(self) -> str:
        """With musical signs: `F♯`, `B♭`."""
        return str(self).replace("#", "♯").replace("b", "♭")

    def above(self, degree: "Degree") -> "Pitch":
        """The pitch a degree above this one, spelled by its letter: E above C# is the b3."""
        letter = LETTERS[(LETTERS.index(self.letter) + degree.number - 1) % 7]
        marks = accidentals_between(letter, (self.pitch_class + degree.semitones) % 12)
        return Pitch(letter, marks)


def accidentals_between(letter: str, pitch_class: int) -> int:
    """Accidentals (-6..5) that turn a natural letter into a pitch class."""
    return (pitch_class - NATURAL[letter] + 6) % 12 - 6


@dataclass(frozen=True, slots=True)
class Degree:
    """A scale degree above a root: number 1-13 and accidentals, as in Harte's chord syntax."""

    number: int
    accidentals: int = 0

    @classmethod
    def parse(cls, text: str) -> "Degree":
        """Reads `5`, `b3`, `#11`. Raises MusicSyntaxError."""
        match = _DEGREE.fullmatch(text)
        if not match or not 1 <= int(match[2]) <= 13:
            raise MusicSyntaxError(
                f"“{text}” is not a scale degree.", "Write a number 1 to 13 with # or b, such as b7."
            )
        marks = match[1]
        return cls(int(match[2]), len(marks) if marks.startswith("#") else -len(marks))

    @property
    def semitones(self) -> int:
        """Semitones above the root, 0-11 (a ninth counts as a second)."""
        return (_MAJOR_STEPS[(self.number - 1) % 7] + self.accidentals) % 12

    def __str__(self) -> str:
        return ("#" * self.accidentals if self.accidentals > 0 else "b" * -self.accidentals) + str(self.number)
