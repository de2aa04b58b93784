"""Claims about the metre: “in 6/8”, “4/4 time”, “common time”, “waltz time”."""

import re
from collections.abc import Iterator

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim

_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "nine": 9, "twelve": 12, "eight": 8}
_SIGNATURE = re.compile(
    r"(?<![\w./:])(?:(?P<a>[2-9]|1[0-5])\s?/\s?(?P<u>2|4|8|16)|(?P<wa>two|three|four|five|six|seven|nine|"
    r"twelve)-(?P<wu>two|four|eight))"
    r"(?![\d/]|-?\w|\.\d)",
    re.I,
)
_AFTER = re.compile(
    r"[\s-]+(?:time|metre|meter|signature|feel|groove|beat|pulse|rhythm|waltz|swing|shuffle|pattern|backbeat|sway|"
    r"lilt|march|ballad)\b",
    re.I,
)
_BEFORE = re.compile(
    r"(?:\bin|\binto|\b(?:time|metre|meter|signature|feel|timesignature|pulse|groove|rhythm|beat)"
    r"(?:[ _]signature)?\W{0,4}(?:\s*(?:is|of|as|"
    r"in|seems to be|appears to be|"
    r"looks like|feels like|sounds like|probably|likely)\b)*)[\s*:=\"(~]*(?:(?:a|an|the|steady|slow|fast|standard|"
    r"straight|simple|"
    r"compound|lilting|odd|clear|driving|swaying|gentle|regular|typical|relaxed|swung|loping|rolling|lazy)\s+)*$",
    re.I,
)
_LISTED_AFTER = re.compile(r"\)?\s*[,|·/(]\s*~?\d{2,3}\s?bpm\b", re.I)
_LISTED_BEFORE = re.compile(r"\b(?:bpm|major|minor)\s*[,|·/(]+\s*$", re.I)
_NOT_AFTER = re.compile(r"\s*(?:of\b|stars?|points|inch|cup|mile|finished|done|full|\")", re.I)
_BARS_OF = re.compile(r"\b(?:bars?|measures?) of (?:\w+ )?$", re.I)
_BY_NAME = re.compile(
    r"\b(?P<common>common[ -]time)(?! signature)|(?P<cut>cut[ -]time|alla breve)|(?P<waltz>waltz[ -](?:time|metre|"
    r"meter|rhythm|feel))\b",
    re.I,
)
_IN = re.compile(
    r"(?:\b(?:in|of|is|has|with|uses?|time|metre|meter|signature)\b|[:=,(])\W*(?:(?:a|an|the|steady|simple|straight|"
    r"slow|brisk|gentle)\s+)*$",
    re.I,
)
_NAMED = {"common": Metre(4, 4), "cut": Metre(2, 2), "waltz": Metre(3, 4)}
_MEETING = re.compile(r"\b(?:our|their|a|most|spend|spent)\s+(?:\w+\s+)*$", re.I)


def metre_claims(reading: Reading) -> Iterator[Claim]:
    """Every time signature stated, in digits or by its name; fractions, dates and ratings are none."""
    for match in _SIGNATURE.finditer(reading.flat):
        beats = int(match["a"] or _WORDS[match["wa"].lower()])
        unit = int(match["u"] or _WORDS[match["wu"].lower()])
        if beats <= 32 and _is_signature(reading, match):
            yield _claim(reading, match.start(), match.end(), Metre(beats, unit))
    for match in _BY_NAME.finditer(reading.flat):
        name = match.lastgroup or ""
        before = reading.before(match.start())
        is_stated = name == "waltz" or (_IN.search(before) and not _MEETING.search(before))
        if is_stated and reading.states(match.start(), match.end()):
            yield _claim(reading, match.start(), match.end(), _NAMED[name])


def _claim(reading: Reading, start: int, end: int, metre: Metre) -> Claim:
    place = reading.place(start, end)
    return Claim("metre", start, end, metre, place, is_local=place is not None)


def _is_signature(reading: Reading, match: re.Match[str]) -> bool:
    flat, before = reading.flat, reading.before(match.start())
    if _NOT_AFTER.match(flat, match.end()) or _BARS_OF.search(before):
        return False
    listed = _LISTED_AFTER.match(flat, match.end()) or _LISTED_BEFORE.search(before)
    if not (listed or _AFTER.match(flat, match.end()) or _BEFORE.search(before)):
        return False
    return reading.states(match.start(), match.end())
