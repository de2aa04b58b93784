"""Music theory: Roman numerals, chord spelling in a key, and progressions that can be searched for in any key."""

import re
from collections.abc import Iterable

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.time import Timeline

NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_MAJOR_STEPS = (0, 2, 4, 5, 7, 9, 11)
_ROMAN = re.compile(r"([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)")
_ROMAN_SUFFIX = {
    "": None, "°": "dim", "o": "dim", "dim": "dim", "+": "aug", "aug": "aug", "7": None, "maj7": None, "6": None,
    "ø7": "dim", "ø": "dim", "°7": "dim", "o7": "dim", "9": None, "sus4": "sus4", "sus2": "sus2",
}  # fmt: skip
# Triad quality -> the letter that names its family in a search index. Inversions, sevenths and colours do not count.
_FAMILY = {"maj": "M", "min": "m", "dim": "d", "aug": "a", "sus4": "s", "sus2": "s", "5": "M", "1": "M"}
_PROGRESSION_ADVICE = "Write numerals such as I-V-vi-IV (lower case is minor) or chords such as C-G-Am-F."


def spelled(chord: Chord, key: Key | None) -> Chord:
    """The chord with its root named as the key names it; without a key as it is."""
    return chord if key is None or chord.root is None else chord.respelled(key.spell(chord.root.pitch_class))


def roman(chord: Chord, key: Key) -> str:
    """The Roman numeral of a chord in a key: `V7`, `ii`, `bVII`, `viiø7`, `I/3`. `N.C.` and `?` stay.

    Degrees count from the tonic's major scale, so the minor key's own chords are i, bIII, bVI, bVII.
    """
    if chord.root is None:
        return chord.pretty
    step = (chord.root.pitch_class - key.tonic.pitch_class) % 12
    mark, number = _degree_of(step)
    quality, numeral = chord.triad.quality, NUMERALS[number]
    numeral = numeral.lower() if quality in ("min", "dim") else numeral
    bass = f"/{chord.bass}" if chord.bass else ""
    return f"{mark}{numeral}{_roman_colour(chord)}{bass}"


def _degree_of(step: int) -> tuple[str, int]:
    """Accidental and index of the scale degree that many semitones above the tonic."""
    if step in _MAJOR_STEPS:
        return "", _MAJOR_STEPS.index(step)
    return ("#", 3) if step == 6 else ("b", _MAJOR_STEPS.index(step + 1))


def _roman_colour(chord: Chord) -> str:
    plain = {"maj": "", "min": "", "dim": "°", "aug": "+", "min7": "7", "min6": "6", "min9": "9", "minmaj7": "maj7",
             "hdim7": "ø7", "dim7": "°7", "maj6": "6", "min11": "11", "min13": "13"}  # fmt: skip
    return plain.get(chord.quality, chord.quality)


def progression_tokens(chords: Timeline[Chord]) -> tuple[str, ...]:
    """The chords as search tokens (`0M 7M 9m`: pitch class of the root, family), repeats in a row made one."""
    tokens: list[str] = []
    for segment in chords:
        if segment.label.root is None:
            continue
        token = _token(segment.label.root.pitch_class, segment.label.triad.quality)
        if not tokens or tokens[-1] != token:
            tokens.append(token)
    return tuple(tokens)


def progression_patterns(text: str) -> tuple[tuple[str, ...], ...]:
    """What to look for in `progression_tokens`: a progression in all twelve keys, or the chords named.

    Reads numerals (`I-V-vi-IV`, any key) or chord names (`C-G-Am-F`, as they are). Raises MusicSyntaxError.
    """
    words = [word for word in re.split(r"[\s,\-–—|>]+", text.strip()) if word]
    if not words:
        raise MusicSyntaxError("The progression is empty.", _PROGRESSION_ADVICE)
    if all(_ROMAN.fullmatch(word) for word in words):
        steps = [_roman_step(word) for word in words]
        return tuple(_unrepeated(_token(tonic + step, q) for step, q in steps) for tonic in range(12))
    return (_unrepeated(_chord_token(word) for word in words),)


def _roman_step(word: str) -> tuple[int, str]:
    match = _ROMAN.fullmatch(word)
    if match is None or match[3] not in _ROMAN_SUFFIX:
        raise MusicSyntaxError(f"“{word}” is not a Roman numeral.", _PROGRESSION_ADVICE)
    step = _MAJOR_STEPS[NUMERALS.index(match[2].upper())] + {"": 0, "b": -1, "#": 1}[match[1]]
    return step % 12, _ROMAN_SUFFIX[match[3]] or ("min" if match[2].islower() else "maj")


def _chord_token(word: str) -> str:
    match = re.fullmatch(r"([A-Ga-g][#b♯♭]?)(min|m(?!aj)|dim|°|\+|aug|sus[24]?)?(.*)", word)
    if match is None or not re.fullmatch(r"(maj)?\d{0,2}(/[A-G][#b♯♭]?)?", match[3]):
        raise MusicSyntaxError(f"“{word}” is not a chord or a Roman numeral.", _PROGRESSION_ADVICE)
    root = Pitch.parse(match[1][0].upper() + match[1][1:])
    named = {"m": "min", "°": "dim", "+": "aug", "sus": "sus4"}
    return _token(root.pitch_class, named.get(match[2] or "", match[2] or "maj"))


def _token(pitch_class: int, quality: str) -> str:
    return f"{pitch_class % 12}{_FAMILY[quality]}"


def _unrepeated(tokens: Iterable[str]) -> tuple[str, ...]:
    out: list[str] = []
    for token in tokens:
        if not out or out[-1] != token:
            out.append(token)
    return tuple(out)
