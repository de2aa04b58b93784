"""Chords as people write them: `Am7`, `B♭maj7/D`, `F#m7b5`, “E minor chord”."""

import re

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.pitch import LETTERS, Degree, Pitch, accidentals_between

# What stands after the root -> Harte's shorthand (with a bracket where it has none). Longer names come first.
_QUALITIES = {
    "": "maj", "m": "min", "min": "min", "mi": "min", "maj": "maj", "M": "maj", "M7": "maj7",
    "maj7": "maj7", "Δ": "maj7",
    "Δ7": "maj7", "m7": "min7", "min7": "min7", "7": "7", "6": "maj6", "maj6": "maj6", "m6": "min6", "min6": "min6",
    "9": "9", "maj9": "maj9", "M9": "maj9", "m9": "min9", "min9": "min9", "11": "11", "m11": "min11", "min11": "min11",
    "13": "13", "maj13": "maj13", "m13": "min13", "min13": "min13", "dim": "dim", "°": "dim", "o": "dim",
    "dim7": "dim7", "°7": "dim7", "o7": "dim7", "m7b5": "hdim7", "m7(b5)": "hdim7", "min7b5": "hdim7", "ø": "hdim7",
    "ø7": "hdim7", "aug": "aug", "+": "aug", "sus": "sus4", "sus4": "sus4", "sus2": "sus2", "7sus4": "sus4(b7)",
    "7sus": "sus4(b7)", "9sus4": "sus4(b7,9)", "add9": "maj(9)", "add2": "maj(9)", "madd9": "min(9)",
    "m(add9)": "min(9)",
    "(add9)": "maj(9)", "5": "5", "mmaj7": "minmaj7", "m(maj7)": "minmaj7", "mM7": "minmaj7", "7b9": "7(b9)",
    "7#9": "7(#9)", "7(b9)": "7(b9)", "7(#9)": "7(#9)", "7b5": "7(b5,*5)", "7#5": "7(#5,*5)", "maj7#11": "maj7(#11)",
}  # fmt: skip
_SUFFIX = "|".join(re.escape(name) for name in sorted(_QUALITIES, key=len, reverse=True))
NAME = rf"[A-G](?:#|b)?(?:{_SUFFIX})(?:/[A-G](?:#|b)?)?"  # case counts
TOKEN = rf"(?<![\w#&'/.-]){NAME}(?![\w#'+°ø/(])"
_PARTS = re.compile(rf"(?P<root>[A-G](?:#|b)?)(?P<quality>{_SUFFIX})(?:/(?P<bass>[A-G](?:#|b)?))?")
_WORDS = {
    ("major", ""): "maj", ("minor", ""): "min", ("diminished", ""): "dim", ("augmented", ""): "aug",
    ("major", "7"): "maj7",
    ("minor", "7"): "min7", ("dominant", "7"): "7", ("diminished", "7"): "dim7", ("half-diminished", "7"): "hdim7",
    ("half-diminished", ""): "hdim7", ("major", "9"): "maj9", ("minor", "9"): "min9", ("dominant", "9"): "9",
    ("dominant", ""): "7", ("major", "6"): "maj6", ("minor", "6"): "min6",
}  # fmt: skip
WORDED = re.compile(
    r"(?<![\w#'/.-])(?P<root>[A-G])(?P<acc>#|b|[ -](?i:sharp|flat))?[ -](?P<q>(?i:major|minor|half-diminished|"
    r"diminished|augmented|dominant))"
    r"(?:[ -](?P<n>(?i:seventh|7th|7|ninth|9th|9|sixth|6)))?(?= (?i:chord|triad|harmony|voicing|arpeggio)s?\b)"
)


def named_chord(name: str) -> Chord | None:
    """The chord of a name such as `Cmaj7/E` (plain accidentals); None when it is not one."""
    match = _PARTS.fullmatch(name)
    if match is None:
        return None
    try:
        return _on_bass(Chord.parse(f"{match['root']}:{_QUALITIES[match['quality']]}"), match["bass"])
    except MusicSyntaxError:
        return None


def worded_chord(match: re.Match[str]) -> Chord | None:
    """The chord of a match of `WORDED`: “F sharp minor seventh”; None for a name without a chord (“dominant sixth”)."""
    accidental = (match["acc"] or "").lower().strip(" -")
    mark = {"sharp": "#", "flat": "b"}.get(accidental, accidental)
    number = {"s": {"seventh": "7", "sixth": "6"}.get((match["n"] or "").lower(), "")}.get(
        (match["n"] or "")[:1].lower(), ""
    )
    number = number or (match["n"] or "").lower().replace("ninth", "9").removesuffix("th")
    quality = _WORDS.get((match["q"].lower(), number))
    return Chord.parse(f"{match['root']}{mark}:{quality}") if quality else None


def is_plain(name: str) -> bool:
    """Whether a name is a letter alone, perhaps with an accidental: a chord only where chords are spoken of."""
    return re.fullmatch(r"[A-G][#b]?", name) is not None


def is_note_like(name: str) -> bool:
    """Whether a name might be a note, a street or a sheet of paper: letters with a bare number, such as G7 or A4."""
    return re.fullmatch(r"[A-G][#b]?\d*", name) is not None


def _on_bass(chord: Chord, bass: str | None) -> Chord:
    if bass is None or chord.root is None:
        return chord
    low = Pitch.parse(bass)
    if low.pitch_class == chord.root.pitch_class:
        return chord
    number = (LETTERS.index(low.letter) - LETTERS.index(chord.root.letter)) % 7 + 1
    natural = chord.root.above(Degree(number))
    degree = Degree(
        number,
        accidentals_between(low.letter, low.pitch_class) - accidentals_between(natural.letter, natural.pitch_class),
    )
    return Chord(chord.root, chord.quality, chord.added, chord.omitted, degree)
