"""Keys: tonic and mode, their spelling, relatives and place on the Camelot wheel."""

from dataclasses import dataclass

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.pitch import Pitch

# Mode -> (semitones of its scale, fifths from its tonic to the tonic of the major key with its signature).
MODES: dict[str, tuple[tuple[int, ...], int]] = {
    "major": ((0, 2, 4, 5, 7, 9, 11), 0),
    "minor": ((0, 2, 3, 5, 7, 8, 10), -3),
    "dorian": ((0, 2, 3, 5, 7, 9, 10), -2),
    "phrygian": ((0, 1, 3, 5, 7, 8, 10), -4),
    "lydian": ((0, 2, 4, 6, 7, 9, 11), 1),
    "mixolydian": ((0, 2, 4, 5, 7, 9, 10), -1),
    "locrian": ((0, 1, 3, 5, 6, 8, 10), -5),
}
_SHORT = {
    "": "major", "maj": "major", "M": "major", "m": "minor", "min": "minor", "aeolian": "minor", "ionian": "major",
}  # fmt: skip
_FLATTEST = -8  # F flat, in fifths from C
_ADVICE = "Write a tonic and a mode, such as “C major”, “F# minor” or “D dorian”."


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (spelled) and a mode out of `MODES`."""

    tonic: Pitch
    mode: str = "major"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise MusicSyntaxError(f"“{self.mode}” is not a mode.", _ADVICE)

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Reads `C major`, `F#:minor`, `Am`, `Bb`, `D dorian`. Raises MusicSyntaxError."""
        cleaned = text.strip().replace("♯", "#").replace("♭", "b").replace(":", " ")
        width = 1
        while width < len(cleaned) and cleaned[width] in "#b":
            width += 1
        mode = cleaned[width:].strip()
        mode = mode if mode in ("m", "M") else mode.lower()
        mode = _SHORT.get(mode, mode)
        if mode not in MODES or not cleaned:
            raise MusicSyntaxError(f"“{text}” is not a key.", _ADVICE)
        try:
            return cls(Pitch.parse(cleaned[0].upper() + cleaned[1:width]), mode)
        except MusicSyntaxError as error:
            raise MusicSyntaxError(f"“{text}” is not a key.", _ADVICE) from error

    @classmethod
    def of(cls, pitch_class: int, mode: str = "major") -> "Key":
        """The key on a pitch class, spelled with the fewest accidentals (Gb major rather than F# on a tie of six)."""
        step = MODES[mode][1]
        fits = [Pitch.from_fifths(f) for f in range(-9, 13) if (7 * f) % 12 == pitch_class % 12]
        tonic = min(fits, key=lambda pitch: (abs(pitch.fifths + step), pitch.fifths + step > 0))
        return cls(tonic, mode)

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode}"

    @property
    def pretty(self) -> str:
        """`F♯ minor`."""
        return f"{self.tonic.pretty} {self.mode}"

    @property
    def signature(self) -> int:
        """Sharps (positive) or flats (negative) of the key signature."""
        return self.tonic.fifths + MODES[self.mode][1]

    @property
    def is_minor(self) -> bool:
        """Whether its third is minor."""
        return 3 in MODES[self.mode][0]

    @property
    def scale(self) -> tuple[int, ...]:
        """Its seven pitch classes, from the tonic up."""
        return tuple((self.tonic.pitch_class + step) % 12 for step in MODES[self.mode][0])

    @property
    def relative(self) -> "Key":
        """The minor key of a major one with the same signature, and back; a mode's relative is its major key."""
        if self.mode == "major":
            return Key(Pitch.from_fifths(self.tonic.fifths + 3), "minor")
        return Key(Pitch.from_fifths(self.signature), "major")

    @property
    def parallel(self) -> "Key":
        """The key of the other gender on the same tonic (respelled if it would need over seven accidentals)."""
        other = Key(self.tonic, "major" if self.is_minor else "minor")
        return other if abs(other.signature) <= 7 else Key.of(self.tonic.pitch_class, other.mode)

    @property
    def camelot(self) -> str:
        """Its place on the Camelot wheel: `8B` is C major, `8A` A minor; a mode stands where its signature does."""
        hour = (7 + self.signature) % 12 + 1
        return f"{hour}{'A' if self.is_minor else 'B'}"

    def transposed(self, semitones: int) -> "Key":
        """The same mode that many semitones higher, spelled with the fewest accidentals."""
        return self if semitones % 12 == 0 else Key.of(self.tonic.pitch_class + semitones, self.mode)

    def spell(self, pitch_class: int) -> Pitch:
        """The name of a pitch class in this key: scale tones as the signature has them, others near it.

        Chromatic tones lie on the line of fifths: b2 b3 #4 b6 b7 around a major scale; around a minor one also the
        raised third, sixth and seventh that its dominants need. Of these nobody reads a double flat: D, not Ebb.
        """
        low = self.signature - (3 if self.is_minor else 5)
        for fifths in range(low, low + 12):
            if (7 * fifths) % 12 == pitch_class % 12:
                return Pitch.from_fifths(fifths if fifths >= _FLATTEST else fifths + 12)
        raise AssertionError("twelve fifths name every pitch class")
