"""Claims about tempo: “96 BPM”, “between 100 and 110 BPM”, “a tempo of 66”, “♩ = 88”."""

import re
from collections.abc import Iterator

from musicflamingo_app.scoring.claims.numbers import NUMBER, number
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim, TempoRange

PLAUSIBLE_BPM = (20.0, 400.0)
_UNIT = r"[ -]?(?:ish )?(?:bpm\b|b\.p\.m\.|beats[ -](?:per|a|each)[ -]minute|beats/min)(?!-?\d)"
_ABOUT = r"(?:(?:about|around|roughly|approximately|approx\.?|circa|near|nearly|some|just over|just under|~|≈)\s*)*"
_NO_PART = r"(?<![\w.,/:-])"
_COUNTED = re.compile(rf"{_NO_PART}(?P<a>{NUMBER})(?:(?P<to>\s*-\s*|\s+to\s+|\s+and\s+)(?P<b>{NUMBER}))?{_UNIT}", re.I)
_NAMED = re.compile(
    rf"\b(?:tempo|bpm)\b[\"\s*_:=~≈(]*(?:(?:of|is|was|at|sits at|seems to be|appears to be|feels like)\s+)?{_ABOUT}"
    r"(?P<a>\d{2,3}(?:\.\d+)?)(?:\s*-\s*(?P<b>\d{2,3}(?:\.\d+)?))?(?![\w:/%.]*\d|\s*(?:%|percent|bars?|seconds?|"
    r"minutes?|people)|\w)",
    re.I,
)
_NOTE = re.compile(r"[♩♪]\.?\s*=\s*(?P<a>\d{2,3}(?:\.\d+)?)")
_CHANGE = re.compile(
    r"\b(?:accelerat|slow(?:s|ing|ed)|speed|sped|ris(?:es|ing)|rose|drop|ramp|climb|quicken|push|pick(?:s|ing)|increas|"
    r"decreas|fall|jump)\w*(?: \w+){0,3} (?:to|from|toward|towards|at) (?:\w+ )?$|\bfrom (?:\w+ )?$",
    re.I,
)
_NOT_MUSIC = re.compile(r"\b(?:heart|pulse rate|heartbeat|lyrics)\b", re.I)


def tempo_claims(reading: Reading) -> Iterator[Claim]:
    """Every tempo stated; a change of tempo is none, for there is no one number to compare."""
    for pattern in (_COUNTED, _NAMED, _NOTE):
        for match in pattern.finditer(reading.flat):
            value, start = _value(reading, match)
            if value is None or not reading.states(start, match.end()):
                continue
            if _CHANGE.search(reading.before(start)) or reading.says(_NOT_MUSIC, start):
                continue
            place = reading.place(start, match.end())
            yield Claim("tempo", start, match.end(), value, place, is_local=place is not None)


def _value(reading: Reading, match: re.Match[str]) -> tuple[TempoRange | None, int]:
    start = match.start() if match.re is _NOTE else match.start("a")
    ends = [number(match["a"]), number(match["b"]) if "b" in match.re.groupindex and match["b"] else None]
    low = ends[0]
    high = low if ends[1] is None else ends[1]
    if low is None or high is None or not PLAUSIBLE_BPM[0] <= low <= high <= PLAUSIBLE_BPM[1]:
        return None, start
    joined_by_and = "to" in match.re.groupindex and (match["to"] or "").strip() == "and"
    if joined_by_and and not reading.before(start).rstrip().lower().endswith("between"):
        return None, start
    return TempoRange(low, high), start
