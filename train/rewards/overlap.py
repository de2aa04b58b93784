"""What a caption claims in a category, what is true in it, and how near the two are."""

import re
from collections.abc import Sequence
from fractions import Fraction

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.find import find_claims
from musicflamingo_app.scoring.claims.values import TempoRange
from musicflamingo_app.scoring.key import key_score
from train.rewards.lexicon import MEASURED, phrase, terms

TEMPO_TOLERANCE = 0.04
OCTAVES = (Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 3))  # levels of the pulse that people confuse
OCTAVE_SCORE = 0.5
_KINDS = {"BPM": "tempo", "Key": "key", "Meter": "metre"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NUMERAL = r"[b#♭♯]?(?:[IV]+|[iv]+)[°o+7]*"
_DASH = re.compile(r"\s?[-–—→]\s?")
_NUMERALS = re.compile(rf"(?<![\w-]){_NUMERAL}(?:{_DASH.pattern}{_NUMERAL})+(?![\w-])")
_DENIED = re.compile(r"\b(?:no|without|lacks?|lacking|absence of|devoid of|never)\s+(?:any\s+)?(?:\w+\s+)?$", re.I)

Item = str | float | Key | Metre


def truths(category: str, values: Sequence[str]) -> tuple[Item, ...]:
    """The values of a category as items: numbers, keys, metres, terms of the lexicon, else the words themselves."""
    if category == "BPM":
        return tuple(float(found[0]) for value in values if (found := _NUMBER.search(value)))
    if category in MEASURED:
        kind = Key if category == "Key" else Metre
        return tuple(item for value in values if (item := _parsed(kind, value)) is not None)
    items: dict[Item, None] = {}
    for value in values:
        items.update(dict.fromkeys(_terms(category, value) or [value.strip().casefold()]))
    return tuple(items)


def claims(category: str, caption: str, true: Sequence[Item]) -> tuple[Item, ...]:
    """What a caption says in a category, each once: by its own words, and by those of the truth."""
    if category in MEASURED:
        said = [claim.value for claim in find_claims(caption) if claim.kind == _KINDS[category]]
        return tuple(dict.fromkeys(_middle(value) for value in said))
    listed = {term for term, _ in terms(category)}
    unlisted = [item for item in true if isinstance(item, str) and item not in listed]
    words = [item for item in unlisted if _stated(phrase(item), caption)]
    return tuple(dict.fromkeys([*_terms(category, caption), *words]))


def overlap(category: str, true: Item, said: Item) -> float:
    """How near a claim is to the truth, in [0, 1]: tempo by its octaves, key as MIREX weighs it, else equality."""
    if isinstance(true, float) and isinstance(said, float):
        if _near(said, true):
            return 1.0
        return OCTAVE_SCORE if any(_near(said, true * float(octave)) for octave in OCTAVES) else 0.0
    if isinstance(true, Key) and isinstance(said, Key):
        return key_score(true, said)
    return float(true == said)


def _terms(category: str, text: str) -> list[Item]:
    """Terms of the lexicon that a text states; what is part of a longer term is not counted again."""
    found: list[Item] = []
    for term, pattern in terms(category):
        if _stated(pattern, text):
            found.append(term)
            text = pattern.sub(lambda match: " " * len(match[0]), text)
    if category == "Theory":
        found += ["-".join(_DASH.split(match[0])) for match in _NUMERALS.finditer(text)]
    return found


def _stated(pattern: re.Pattern[str], text: str) -> bool:
    return any(not _DENIED.search(text[: match.start()]) for match in pattern.finditer(text))


def _near(said: float, true: float) -> bool:
    return abs(said - true) <= TEMPO_TOLERANCE * true


def _middle(value: object) -> Item:
    if isinstance(value, TempoRange):
        return (value.low_bpm + value.high_bpm) / 2
    assert isinstance(value, Key | Metre)
    return value


def _parsed(kind: type[Key] | type[Metre], text: str) -> Key | Metre | None:
    try:
        return kind.parse(text)
    except MusicSyntaxError:
        return None
