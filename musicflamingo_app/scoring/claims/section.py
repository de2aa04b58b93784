"""Claims about the form: “the second chorus enters at 1:58”, “[0:12] Verse 1”, “opens with an intro”."""

import re
from collections.abc import Iterator

from musicflamingo_app.facts.references import FUNCTION, Bars, Mention, Moment, Part, function_of, ordinal_of
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim, Edge, SectionAt

_ORDINAL = r"first|second|third|fourth|fifth|sixth|1st|2nd|3rd|4th|5th|last|final|closing|opening"
_PART = re.compile(
    rf"(?<![\w-])(?:(?P<o>{_ORDINAL})\s+)?(?:(?:guitar|instrumental|"
    rf"piano)\s+)?(?P<f>{FUNCTION})(?:[ -]?#?\s?(?P<n>[1-9]|one|two|three|four)(?![\w:.,/]\d|\w))?"
    r"(?![\w-]|\s+(?:effect|pedal|pickup|singers?|album|record))",
    re.I,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}
_VERB = (
    r"(?:enters?|begins?|starts?|arrives?|comes? in|kicks in|hits|drops|appears?|lands|opens|bursts in|returns|"
    r"occurs|emerges|spans|is|repeats|"
    r"takes over|fades?(?: in| out)?|begins again|follows|runs|lasts|is heard|unfolds)"
)
_AT = (
    r"(?:\s+(?:in|up|itself))?\s+(?:at|around|by|near|from|on|after)\s+(?:about |around |roughly |approximately |"
    r"the |~)*"
)
_VERB_TIME = re.compile(
    rf"(?:,? which| that)?(?:\s+(?:then|only|first|finally|itself))?\s+{_VERB}(?:\s+\w+ly)?(?:\s+again)?{_AT}", re.I
)
_PLAIN_TIME = re.compile(
    r"\W{0,3}\s*(?:[(\[]\s*(?:from|at|around|~|≈)?|:|-|—|\bfrom\b|\bat\b|\baround\b)\s*(?:about |around |roughly )?",
    re.I,
)
_IN_PLACE = re.compile(
    r"\b(?:in|during|of|after|before|throughout|within|through|until)\s+(?:the |its |a |an )?(?:\w+ )?$", re.I
)
_LINE_PART = re.compile(r"\s*[\])]?\s*\**\s*(?:[:|-]|—)?\s*\**\s*", re.I)
_LINE_AFTER = re.compile(r"\**\s*(?:$|[\n.,:;(\[\"|-]|—)")
_PROSE_PART = re.compile(r",?\s+(?:the|a|an|its)\s+(?:\w+ )?", re.I)
_PROSE_VERB_AFTER = re.compile(rf"\s+(?:\w+ly\s+)?{_VERB}\b", re.I)
_BRINGS_PART = re.compile(
    r",?\s+(?:is(?: again)?|the (?:song|track|piece|music) (?:has )?(?:reached|reaches|enters|arrives at|moves into)"
    r"(?: its)?|we (?:hear|get|reach|enter)|comes|brings|marks|there is|there's|begins|launches|"
    r"introduces)\s+(?:the (?:start|beginning|entry|arrival) of\s+)?(?:the |a |an )?",
    re.I,
)
_EDGE = re.compile(
    r"\b(?:(?P<first>opens|begins|starts|kicks off)|(?P<last>ends|closes|finishes|concludes))\s+with\s+(?:the |an? |"
    r"its )?(?:[\w-]+ ){0,2}?$",
    re.I,
)
_NOT_WHOLE = re.compile(r"\s+(?:riff|melody|line|hook|chords?|lyrics?|vocals?|part|theme)\b", re.I)
_RANGE_PART = re.compile(FUNCTION, re.I)


def section_claims(reading: Reading) -> Iterator[Claim]:
    """Every section that is said to begin at a time or bar, or to open or close the recording."""
    times = [mention for mention in reading.mentions if isinstance(mention.place, Moment | Bars)]
    for match in _PART.finditer(reading.flat):
        found = _edge(reading, match) or _timed(reading, match, times)
        if found and reading.states(found.start, found.end):
            yield found


def _part(match: re.Match[str]) -> Part:
    if match["n"]:
        return Part(function_of(match["f"]), int(_NUMBERS.get(match["n"].lower(), match["n"])))
    return Part(function_of(match["f"]), ordinal_of(match["o"]) if match["o"] else None)


def _edge(reading: Reading, match: re.Match[str]) -> Claim | None:
    clause = reading.clause_before(match.start())
    found = _EDGE.search(clause)
    if not found or _NOT_WHOLE.match(reading.flat, match.end()) or _RANGE_PART.search(clause[: found.start()]):
        return None
    edge: Edge = "first" if found["first"] else "last"
    start = match.start() - (len(clause) - found.start())
    return Claim("section", start, match.end(), SectionAt(Part(_part(match).name), None, edge))


def _timed(reading: Reading, match: re.Match[str], times: list[Mention]) -> Claim | None:
    low, high = reading.sentence(match.start())
    after = next((time for time in times if match.end() <= time.start < high), None)
    if after and _leads_to(reading, match, reading.flat[match.end() : after.start]):
        return _claim(match.start(), after.end, match, after)
    before = next((time for time in reversed(times) if low <= time.start and time.end <= match.start()), None)
    if before and _follows(reading, match, before):
        return _claim(before.start, match.end(), match, before)
    return None


def _claim(start: int, end: int, match: re.Match[str], time: Mention) -> Claim:
    when = time.place
    if isinstance(when, Part):
        raise TypeError("a time was looked for")
    return Claim("section", start, end, SectionAt(_part(match), when))


def _leads_to(reading: Reading, match: re.Match[str], between: str) -> bool:
    if _VERB_TIME.fullmatch(between):
        return True
    if not _PLAIN_TIME.fullmatch(between):
        return False
    return not _IN_PLACE.search(reading.before(match.start())) or "(" in between


def _follows(reading: Reading, match: re.Match[str], time: Mention) -> bool:
    between, rest = reading.flat[time.end : match.start()], reading.flat[match.end() :]
    if _BRINGS_PART.fullmatch(between):
        return True
    if _PROSE_PART.fullmatch(between):
        return _PROSE_VERB_AFTER.match(rest) is not None
    opens_line = reading.flat[: time.start].rstrip(" [(*-").endswith("\n") or not reading.flat[: time.start].strip(
        " [(*-"
    )
    is_line = (opens_line or re.search(r"[\]):|—-]", between)) and _LINE_PART.fullmatch(between)
    return bool(is_line) and _LINE_AFTER.match(rest) is not None
