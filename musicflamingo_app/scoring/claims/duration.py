"""Claims about the duration: “a 3:45 track”, “lasts three and a half minutes”, “225 seconds long”."""

import re
from collections.abc import Iterator

from musicflamingo_app.facts.references import FUNCTION
from musicflamingo_app.scoring.claims.numbers import NUMBER, number
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim, Length

CLOCK_TOLERANCE_S, HALF_TOLERANCE_S, MINUTE_TOLERANCE_S = 1.0, 15.0, 30.0
_CLOCK = r"(?:(?P<h>\d):)?(?P<m>\d{1,2}):(?P<s>[0-5]\d)(?![\d:])"
_MINUTES = (
    rf"(?P<min>{NUMBER})(?P<half> and a half)?[ -](?:minutes?|min)\b(?P<half2> and a half)?"
    rf"(?:(?:,| and)* (?P<sec>{NUMBER}) (?:seconds?|sec)\b)?"
)
_SECONDS = rf"(?P<only>(?:\d{{2,4}}(?:\.\d+)?|{NUMBER}))[ -](?:seconds?|sec)\b"
_TIME = re.compile(rf"(?<![\w:.,/-])(?:{_CLOCK}|{_MINUTES}|{_SECONDS})", re.I)
_WHOLE = (
    r"(?:song|track|piece|recording|clip|excerpt|composition|tune|ballad|number|cut|anthem|performance|audio|"
    r"single|epic|miniature)"
)
_AFTER = re.compile(
    rf"(?:[- ]long)?,?\s+(?:(?!{FUNCTION}|in\b|into\b|of\b|from\b|the\b)[a-z-]+ ){{0,2}}{_WHOLE}\b(?! (?:later|in|"
    rf"into|before))",
    re.I,
)
_LONG = re.compile(r"[ -]+(?:long\b|in (?:length|duration|total))", re.I)
_ABOUT = (
    r"(?:(?:for|about|around|roughly|approximately|just|over|under|nearly|almost|some|at|a|exactly|only|a little|"
    r"slightly|"
    r"more than|less than|short of)\s+)*"
)
_BEFORE = re.compile(
    rf"\b(?:last(?:s|ing)|runs|running|clock(?:s|ing) in|duration|length|run ?time|running time|spans|duration_s|"
    rf"total time)"
    rf"[\"\s*_:=|~≈]*(?:(?:of|is|at|time)\s+)*{_ABOUT}$",
    re.I,
)
_PART = re.compile(
    rf"\b(?:{FUNCTION}|section|break|drop|build|build-up|fade|note|silence|phrase|part|loop|reverb|ending|"
    rf"talk(?:ed)?)\b",
    re.I,
)
_SUBJECT = re.compile(rf"\b(?:{_WHOLE}|it|this)\b", re.I)


def duration_claims(reading: Reading) -> Iterator[Claim]:
    """Every statement of how long the whole recording is; how long a part of it is says nothing of that."""
    for match in _TIME.finditer(reading.flat):
        before = reading.before(match.start())
        after = _AFTER.match(reading.flat, match.end())
        long = _LONG.match(reading.flat, match.end())
        is_clear = match["s"] or _SUBJECT.search(before + reading.flat[match.end() :][:40])
        stated = _BEFORE.search(before) or (long and is_clear)
        if not (after or stated) or _is_of_a_part(reading, match, before):
            continue
        if reading.states(match.start(), match.end()):
            yield Claim("duration", match.start(), match.end(), _length(match))


def _is_of_a_part(reading: Reading, match: re.Match[str], before: str) -> bool:
    clause = reading.clause_before(match.start())
    return bool(
        _PART.search(clause) or _PART.match(reading.flat[match.end() :].lstrip(" -")) or before.rstrip().endswith(" in")
    )


def _length(match: re.Match[str]) -> Length:
    if match["s"]:
        seconds = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"])
        return Length(float(seconds), CLOCK_TOLERANCE_S)
    if match["only"]:
        return Length(number(match["only"]) or 0.0, CLOCK_TOLERANCE_S)
    half_s = 30.0 if match["half"] or match["half2"] else 0.0
    whole_s = (number(match["min"]) or 0.0) * 60 + half_s
    if match["sec"]:
        return Length(whole_s + (number(match["sec"]) or 0.0), CLOCK_TOLERANCE_S)
    return Length(whole_s, HALF_TOLERANCE_S if half_s or "." in match["min"] else MINUTE_TOLERANCE_S)
