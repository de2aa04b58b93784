"""Chords, keys, progressions, metres and steps of transposition that a question names."""

import re
from dataclasses import dataclass

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.facts.reader.tokens import Token
from musicflamingo_app.facts.reader.vocabulary import NUMBERS, UNITS
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.theory import progression_patterns

_SUFFIXES = {
    "": None, "maj": "maj", "M": "maj", "m": "min", "min": "min", "-": "min", "dim": "dim", "°": "dim",
    "aug": "aug", "+": "aug", "sus": "sus4", "sus4": "sus4", "sus2": "sus2", "7": "7", "maj7": "maj7", "M7": "maj7",
    "m7": "min7", "min7": "min7", "mmaj7": "minmaj7", "m(maj7)": "minmaj7", "6": "maj6", "maj6": "maj6", "m6": "min6",
    "min6": "min6", "dim7": "dim7", "°7": "dim7", "o7": "dim7", "m7b5": "hdim7", "ø": "hdim7", "ø7": "hdim7",
    "maj9": "maj9", "m9": "min9", "min9": "min9", "9": "9", "m11": "min11", "11": "11", "maj13": "maj13",
    "m13": "min13", "13": "13", "5": "5",
}  # fmt: skip
_SYMBOL = re.compile(r"([A-Ga-g])([#b]?)(.*?)(?:/([A-G][#b]?))?")
_MODE_WORDS = {"major": "major", "maj": "major", "minor": "minor", "min": "minor", "aeolian": "minor"}
_MODE_WORDS |= {mode: mode for mode in MODES} | {"ionian": "major"}
_SIGNS = {"flat": "b", "sharp": "#"}
_SEVENTHS = ("7", "7th", "seventh")
_NOT_AFTER_ARTICLE = ("key", "chord", "third", "scale", "tonality", "mode", "feel", "second", "sixth", "seventh", "or")
_CHAIN = re.compile(r"[-–—,>]+")
_NUMERAL = re.compile(r"[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)[°o7]?")


@dataclass(frozen=True, slots=True)
class Named:
    """A chord or key that the question names, `quality` in Harte's words (None: none was said), at token `at`.

    `mode` is the word major, minor or a mode; `before` is the word before it.
    """

    root: Pitch
    quality: str | None
    mode: str | None
    at: int
    before: str
    bass: Pitch | None = None

    @property
    def chord(self) -> Chord:
        """The chord of that name; its bass is left to whoever compares."""
        return Chord(self.root, self.quality or "maj")

    @property
    def key(self) -> Key | None:
        """The key of that name; major when no mode was said. None for other chords."""
        if self.mode:
            return Key(self.root, self.mode)
        return Key(self.root, {"min": "minor"}.get(self.quality or "maj", "major")) if self._is_triad else None

    @property
    def _is_triad(self) -> bool:
        return self.quality in (None, "maj", "min")


@dataclass(frozen=True, slots=True)
class Chain:
    """A progression that the question names: as written, and its search patterns."""

    text: str
    patterns: tuple[tuple[str, ...], ...]
    is_roman: bool


def named_of(tokens: tuple[Token, ...], used: set[int]) -> tuple[Named, ...]:
    """Every chord or key named; the tokens that name it are added to `used`."""
    found, at = [], 0
    while at < len(tokens):
        named, width = (None, 1) if at in used else _named_at(tokens, at)
        if named:
            found.append(named)
            used.update(range(at, at + width))
        at += width
    return tuple(found)


def _named_at(tokens: tuple[Token, ...], at: int) -> tuple[Named | None, int]:
    match = _SYMBOL.fullmatch(tokens[at].text)
    if not match or match[3] not in _SUFFIXES or not _is_meant(tokens, at, match[0]):
        return None, 1
    letter, marks, quality, width = match[1].upper(), match[2], _SUFFIXES[match[3]], 1
    bass = Pitch.parse(match[4]) if match[4] else None
    words = [token.word for token in tokens[at + 1 : at + 4]] + ["", "", ""]
    if not marks and quality is None and words[0] in _SIGNS:
        marks, width = _SIGNS[words[0]], 2
    mode = None
    if quality is None and words[width - 1] in _MODE_WORDS:
        mode = _MODE_WORDS[words[width - 1]]
        width += 1
        quality = {"major": "maj", "minor": "min"}.get(mode)
    if quality in (None, "maj", "min") and words[width - 1] in _SEVENTHS:
        quality = "min7" if quality == "min" else "maj7" if quality == "maj" else "7"
        mode, width = None, width + 1
    root = Pitch.parse(letter + marks)
    return Named(root, quality, mode, at, tokens[at - 1].word if at else "", bass), width


def _is_meant(tokens: tuple[Token, ...], at: int, text: str) -> bool:
    """Whether the letters are a note: not the article “a”, nor “am” the verb."""
    before = tokens[at - 1].word if at else ""
    after = tokens[at + 1].word if at + 1 < len(tokens) else ""
    further = tokens[at + 2].word if at + 2 < len(tokens) else ""
    if text == "a" or (text == "A" and (at == 0 or all(token.text.isupper() for token in tokens))):
        in_key = before in ("in", "to", "of") and after in ("", "or", "and")
        return in_key or after in _SIGNS or (after in _MODE_WORDS and further not in _NOT_AFTER_ARTICLE)
    if text.lower() == "am":
        return (text == "Am" and after != "i") or after == "chord" or before in ("an", "use", "the", "to", "over", "of")
    return True


def chains_of(tokens: tuple[Token, ...], used: set[int]) -> tuple[Chain, ...]:
    """Progressions: one token with links (`I-V-vi-IV`), or three and more numerals or capital chords in a row."""
    found, at = [], 0
    while at < len(tokens):
        width = 1
        if at not in used:
            parts = [part for part in _CHAIN.split(tokens[at].text) if part]
            if len(parts) < 2:
                width = max(1, _row_width(tokens, at, used))
                parts = [token.text for token in tokens[at : at + width]]
            chain = _chain(parts) if len(parts) > 1 else None
            if chain:
                found.append(chain)
                used.update(range(at, at + width))
        at += width
    return tuple(found)


def _row_width(tokens: tuple[Token, ...], at: int, used: set[int]) -> int:
    for fits in (_NUMERAL.fullmatch, _is_capital_chord):
        width = 0
        while at + width < len(tokens) and at + width not in used and fits(tokens[at + width].text):
            width += 1
        if width >= 3:
            return width
    return 1


def _is_capital_chord(text: str) -> bool:
    match = _SYMBOL.fullmatch(text)
    return bool(match and text[0].isupper() and match[3] in _SUFFIXES)


def _chain(parts: list[str]) -> Chain | None:
    is_roman = all(_NUMERAL.fullmatch(part) for part in parts)
    if not is_roman and not all(_is_capital_chord(part) for part in parts):
        return None
    try:
        return Chain("–".join(parts), progression_patterns("-".join(part.split("/")[0] for part in parts)), is_roman)
    except MusicSyntaxError:
        return None


def degree_of(tokens: tuple[Token, ...], used: set[int]) -> str | None:
    """A single Roman numeral beside “chord”: `the V chord`."""
    for at, token in enumerate(tokens[:-1]):
        if at not in used and tokens[at + 1].word == "chord" and _NUMERAL.fullmatch(token.text):
            used.add(at)
            return token.text
    return None


def step_of(tokens: tuple[Token, ...], used: set[int]) -> int | None:
    """Semitones to move by, down is negative; None when no step is named. Reads `up a tone`, `3 semitones down`."""
    words = [token.word for token in tokens]
    for width in (2, 1):
        for at in range(len(words) - width + 1):
            unit = UNITS.get(tuple(words[at : at + width]))
            if unit is None or set(range(at, at + width)) & used:
                continue
            count = _count(words[at - 1]) if at else None
            counted = at and words[at - 1] in ("a", "an")
            sense = {"down", "lower", "lowered", "below"} & set(words)
            if count is None and not counted and not ({"up", "higher", "raise"} & set(words)) and not sense:
                continue
            used.update(range(at - (1 if at else 0), at + width))
            return unit * (count or 1) * (-1 if sense else 1)
    return None


def _count(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 3 else NUMBERS.get(word)


def metre_of(tokens: tuple[Token, ...], used: set[int]) -> Metre | None:
    """A time signature: `3/4`, `six eight` or a waltz."""
    words = [token.word for token in tokens]
    for at, word in enumerate(words):
        upper, _, lower = word.partition("/")
        width = 1
        if not lower:
            upper, lower = word, words[at + 1] if at + 1 < len(words) else ""
            lower = {"eight": "8", "four": "4"}.get(lower, "")
            upper, width = str(_count(upper) or ""), 2
        try:
            metre = Metre.parse(f"{upper}/{lower}")
        except MusicSyntaxError:
            continue
        used.update(range(at, at + width))
        return metre
    if "waltz" in words:
        return Metre(3, 4)
    return None


def numbers_of(tokens: tuple[Token, ...], used: set[int]) -> tuple[float, ...]:
    """Plain numbers in digits or words, in order."""
    found = []
    for at, token in enumerate(tokens):
        if at in used:
            continue
        if re.fullmatch(r"\d{1,4}(?:\.\d+)?", token.word):
            found.append(float(token.word))
            used.add(at)
        elif token.word in NUMBERS and token.word not in ("one",):
            found.append(float(NUMBERS[token.word]))
            used.add(at)
    return tuple(found)
