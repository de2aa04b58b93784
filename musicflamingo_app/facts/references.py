"""Places that a text names: times (`1:23`), bars (“bar 17”) and sections (“second chorus”), found in an analysis.

A `Mention` is what the text says; a `Reference` is where that is in one recording. Character offsets count code
points of the text as it was given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment

LAST = -1  # ordinal of “the last chorus”
END_SLACK_S = 1.0  # a range may run over the end by its rounding
# Characters that models write in place of plain ones, one for one so that offsets stay.
_PLAIN = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-", "\u00a0": " ", "\u2007": " ",
     "\u2009": " ", "\u202f": " ", "\u200a": " ", "’": "'", "‘": "'", "♭": "b", "♯": "#", "＃": "#", "∶": ":",
     "ſ": "s", "ı": "i", "İ": "I", "\u212a": "K"}  # the last four match s, i and k when case is ignored
)  # fmt: skip


def plain(text: str) -> str:
    """The text with odd hyphens, spaces, apostrophes and accidentals made plain; every offset stays."""
    return text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, or a stretch of time, in seconds; both ends are equal for a single time."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars by number, the last one included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Part:
    """A section by function or letter; `ordinal` counts from 1, LAST is the last one, None when it is not said."""

    name: str
    ordinal: int | None = None


Place = Moment | Bars | Part


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named between two character offsets."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Reference:
    """A place named between two character offsets, and when that is; a single time is an interval of no length."""

    start: int
    end: int
    interval: Interval


_ORDINALS = {
    word: number
    for number, words in enumerate(
        ("first 1st opening", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th", "seventh 7th",
         "eighth 8th", "ninth 9th", "tenth 10th", "eleventh 11th", "twelfth 12th"), start=1,
    )
    for word in words.split()
} | {"last": LAST, "final": LAST, "closing": LAST}  # fmt: skip
_CARDINALS = {
    "a": 1,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "thirty": 30, "forty": 40, "fifteen": 15, "twenty": 20, "ninety": 90, "sixty": 60,
    "forty-five": 45,
}  # fmt: skip
FUNCTION_WORDS = {
    "intro": "intro", "introduction": "intro", "verse": "verse", "pre-chorus": "pre-chorus",
    "prechorus": "pre-chorus", "pre chorus": "pre-chorus", "chorus": "chorus", "refrain": "chorus",
    "bridge": "bridge", "middle eight": "bridge", "middle 8": "bridge", "solo": "solo", "interlude": "interlude",
    "outro": "outro", "coda": "outro",
}  # fmt: skip
FUNCTION = (
    r"(?:pre[- ]?chorus|chorus|introduction|intro|verse|refrain|bridge|middle (?:eight|8)|solo|interlude|outro|coda)"
)
_NOT_FORM = (
    r"(?![\w-]|\s+(?:effects?|pedals?|unit|pickup|singers?|girls?|line\b|of (?:voices|angels|singers|birds)|pin|"
    r"(?:debut |studio )?(?:albums?|records?|artists?|efforts?|singles?|careers?|projects?|release|LP|EP|outing|tour)"
    r"\b|(?:of|to)\s+(?:the|a|an)\s+(?:guitar|violin|cello|nose|river|album|band|book|listener)))"
)
_BOOKS = (
    "genesis exodus leviticus numbers deuteronomy joshua judges ruth samuel kings chronicles ezra nehemiah esther job "
    "psalms? proverbs ecclesiastes isaiah jeremiah lamentations ezekiel daniel hosea joel amos obadiah jonah micah "
    "nahum habakkuk zephaniah haggai zechariah malachi matthew mark luke john acts romans corinthians galatians "
    "ephesians philippians colossians thessalonians timothy titus philemon hebrews james peter jude revelation surah? "
    "sura gen exod? ps isa matt cor rev verse verses"
).replace(" ", "|")
_CLOCK = r"(?<![\d:.,/])(?<!\d{4}-)(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?:\.(\d{1,3}))?(?![\d/]|[:.]\d)"
_AFTER_TIME = re.compile(r"\s*(?:[ap]\.?\s?m\b\.?|o'clock|ratio\b)", re.I)
_IS_LENGTH = re.compile(
    r"[- ]?(?:-minute )?(?:long\b|in length|in duration|tracks?\b|songs?\b|pieces?\b|recording\b|ballad\b)", re.I
)
_BEFORE_LENGTH = re.compile(
    rf"(?:\b(?:{_BOOKS})\.?|\b(?:ratio|scale|odds|score|duration|length|runtime|running time|lasts|lasting|"
    r"runs|runs for|clocks in at)(?: (?:of|is|at|was))?:?\**)\s*$",
    re.I,
)
_JOIN = r"\s*(?:-|—|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bthru\b)\s*"
_CLOCK_RE = re.compile(_CLOCK)
_JOIN_RE = re.compile(_JOIN)
_SECONDS = re.compile(
    r"(?<![\w.,:/-])(?:(?P<lead>at|around|about|near|from|by|until|till|after|before|past|to|@|t ?=)\s*"
    r"(?:about |around |roughly |the )?)?"
    r"(?P<n>(?P<m>\d{1,2})\s?(?:minutes?|mins?|m)(?: and|,)?\s?(?P<s>[0-5]?\d)\s?(?:seconds?|secs?|s)\b|"
    r"(?P<a>\d{1,4}(?:\.\d+)?)(?:(?:\s*-\s*|\s+to\s+)(?P<b>\d{1,4}(?:\.\d+)?))?(?P<gap>[ -]?)(?P<unit>seconds?|secs?|s|"
    r"minutes?|mins?)\b)(?P<tail>[ -](?:mark\b|in\b(?!\s+(?:length|duration))|into\b))?",
    re.I,
)
_WORD_TIME = re.compile(
    r"\b(?P<lead>at|around|about|after|by|the)\s+(?:about\s+)?(?:the\s+)?(?P<w>[a-z]+(?:-five)?)[ -](?P<unit>seconds?|"
    r"minutes?)(?P<tail>[ -](?:mark\b|in\b(?!\s+(?:length|duration))|into\b))?",
    re.I,
)
_NOT_TIME = re.compile(
    r"[- ]+(?:long|of\b|delay|decay|reverb|tail|sample|loop|clip|fade|build|gap|pause|intro|outro|solo|song|track|"
    r"piece|window|ago|later|or\b|per\b|each|apart|video)",
    re.I,
)
_BARS = re.compile(
    r"\b(?P<word>bars?|measures?|mm?\.)\s+(?:no\.\s*|number\s+|#)?(?P<a>\d{1,4})(?!\d|[.:/]\d)"
    r"(?:(?:\s*-\s*|\s+(?:to|through|until|thru)\s+)(?P<b>\d{1,4})(?!\d|[.:/]\d))?",
    re.I,
)
_NOT_BARS = re.compile(
    r"[\s-]*(?:seconds?|secs?|s\b|minutes?|milliseconds?|ms\b|db\b|decibels?|k?hz\b|inch|cm\b|mm\b|feet|met(?:re|er)s?\b|"
    r"bpm|beats per|lufs|octaves?|%|percent|of (?:the|each|every|this|that)\b|people|times|stars|st\b|street)",
    re.I,
)
_ORDINAL_PART = re.compile(rf"\b(?P<o>{'|'.join(_ORDINALS)})\s+(?P<f>(?:guitar )?{FUNCTION}){_NOT_FORM}", re.I)
_NUMBERED_PART = re.compile(
    rf"\b(?P<f>{FUNCTION})[ -]?#?\s?(?P<n>\d|one|two|three|four|five|six)\b(?![:.,/]\d|\s*(?:bars?|times|beats)\b)",
    re.I,
)
_THE_PART = re.compile(rf"\b(?:the|its|this) (?P<f>{FUNCTION})s?{_NOT_FORM}(?!\s*\d)", re.I)
_LETTER_PART = re.compile(rf"\b(?:(?P<o>(?i:{'|'.join(_ORDINALS)})) )?[Ss]ection (?P<l>[A-Z]'?)(?![\w'.]*\w)")


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Every place the text names, in order and without overlaps, whether or not a recording has it."""
    flat = plain(text)
    found = [*_clocks(flat), *_seconds(flat), *_word_times(flat), *_bars(flat), *_parts(flat)]
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def find_references(text: str, analysis: Analysis) -> tuple[Reference, ...]:
    """Every place the text names that one recording has; what is out of range or stands for several is left out."""
    found = []
    for mention in find_mentions(text):
        intervals = intervals_of(mention.place, analysis)
        lettered = isinstance(mention.place, Part) and mention.place.name not in FUNCTION_WORDS.values()
        if len(intervals) == 1 or (intervals and lettered):  # a letter names material: its first time is meant
            found.append(Reference(mention.start, mention.end, intervals[0]))
    return tuple(found)


def intervals_of(place: Place, analysis: Analysis) -> tuple[Interval, ...]:
    """When a place sounds in a recording: none when it is not there, several for “the chorus” of a song with more."""
    if isinstance(place, Moment):
        end_s = min(place.end_s, analysis.duration_s)
        fits = place.start_s <= end_s and place.end_s <= analysis.duration_s + END_SLACK_S
        return (Interval(place.start_s, end_s),) if fits else ()
    if isinstance(place, Bars):
        bars = analysis.beats.value.bars(analysis.duration_s) if analysis.beats else ()
        inside = [bar for bar in bars if place.first <= bar.number <= place.last]
        complete = inside and (inside[0].number, inside[-1].number) == (place.first, place.last)
        return (Interval(inside[0].start_s, inside[-1].end_s),) if complete else ()
    return tuple(segment.interval for segment in sections_of(place, analysis))


def sections_of(part: Part, analysis: Analysis) -> tuple[Segment[Section], ...]:
    """The sections a part stands for, by function or by letter."""
    named = [s for s in analysis.sections.value if _is_called(s.label, part.name)] if analysis.sections else []
    if part.ordinal is None:
        return tuple(named)
    index = part.ordinal if part.ordinal == LAST else part.ordinal - 1
    return (named[index],) if -len(named) <= index < len(named) else ()


def ordinal_of(word: str) -> int | None:
    """1 for “first” or “1st”, LAST for “final”; None for any other word."""
    return _ORDINALS.get(word.lower())


def function_of(word: str) -> str:
    """The section's function that a word means: “refrain” is a chorus."""
    return FUNCTION_WORDS[re.sub(r"\s+", " ", word.lower()).removeprefix("guitar ")]


def _is_called(section: Section, name: str) -> bool:
    return section.function == name or section.letter == name or section.letter.rstrip("'") == name


def _clocks(flat: str) -> Iterator[Mention]:
    matches = [m for m in _CLOCK_RE.finditer(flat) if _is_time(flat, m)]
    index = 0
    while index < len(matches):
        first = matches[index]
        after = matches[index + 1] if index + 1 < len(matches) else None
        start_s, end = _clock_s(first), first.end()
        end_s = start_s
        if after and _joined(flat, first, after) and _clock_s(after) > start_s:
            end_s, end, index = _clock_s(after), after.end(), index + 1
        yield Mention(first.start(), end, Moment(start_s, end_s))
        index += 1


def _joined(flat: str, first: re.Match[str], after: re.Match[str]) -> bool:
    between = flat[first.end() : after.start()]
    if between.strip() == "and":
        return flat[: first.start()].rstrip().lower().endswith("between")
    return _JOIN_RE.fullmatch(between) is not None


def _is_time(flat: str, match: re.Match[str]) -> bool:
    before = flat[max(0, match.start() - 40) : match.start()]
    if _BEFORE_LENGTH.search(before) or _AFTER_TIME.match(flat, match.end()):
        return False
    return not _IS_LENGTH.match(flat, match.end()) and (match[1] is None or int(match[2]) < 60)


def _clock_s(match: re.Match[str]) -> float:
    whole_s = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return float(f"{whole_s}.{match[4] or 0}")


def _seconds(flat: str) -> Iterator[Mention]:
    for match in _SECONDS.finditer(flat):
        if _NOT_TIME.match(flat, match.end()) or (not match["tail"] and _is_amount(flat, match)):
            continue
        end = match.end("n") + len("-mark" if (match["tail"] or "").endswith("mark") else "")
        if match["m"]:
            time_s = int(match["m"]) * 60.0 + int(match["s"])
            yield Mention(match.start("n"), end, Moment(time_s, time_s))
            continue
        unit_s = 60.0 if match["unit"].lower().startswith("m") else 1.0
        start_s = float(match["a"]) * unit_s
        end_s = float(match["b"] or match["a"]) * unit_s
        if end_s >= start_s:
            yield Mention(match.start("n"), end, Moment(start_s, end_s))


def _is_amount(flat: str, match: re.Match[str]) -> bool:
    """Whether a number of seconds is a length rather than a time: `for 8 seconds`, `a 2 s decay`, `the 90s`."""
    lead = (match["lead"] or "").lower()
    if lead in ("at", "@", "after", "from", "until", "till", "by") or lead.startswith("t"):
        return False
    short = match["unit"] == "s" and match["gap"] == " "
    before = flat[max(0, match.start() - 20) : match.start()]
    return (
        not short
        or re.search(r"\b(?:an?|of|for|last(?:s|ing)|every|within|the|takes?|over|under)\s*$", before) is not None
    )


def _word_times(flat: str) -> Iterator[Mention]:
    for match in _WORD_TIME.finditer(flat):
        number = _CARDINALS.get(match["w"].lower())
        is_time = match["tail"] or match["lead"].lower() in ("at", "after")
        if number is None or not is_time or _NOT_TIME.match(flat, match.end()):
            continue
        time_s = number * (60.0 if match["unit"].lower().startswith("m") else 1.0)
        yield Mention(match.start("w"), match.end("unit"), Moment(time_s, time_s))


def _bars(flat: str) -> Iterator[Mention]:
    for match in _BARS.finditer(flat):
        first, last = int(match["a"]), int(match["b"] or match["a"])
        before = flat[max(0, match.start() - 2) : match.start()]
        is_name = match["word"][0].isupper() and re.search(r"\w $", before)  # “at Bar 61 in Soho”
        if first >= 1 and last >= first and not is_name and not _NOT_BARS.match(flat, match.end()):
            yield Mention(match.start(), match.end(), Bars(first, last))


def _parts(flat: str) -> Iterator[Mention]:
    for match in _ORDINAL_PART.finditer(flat):
        yield Mention(match.start(), match.end(), Part(function_of(match["f"]), _ORDINALS[match["o"].lower()]))
    for match in _NUMBERED_PART.finditer(flat):
        number = int(match["n"]) if match["n"].isdecimal() else _CARDINALS[match["n"].lower()]
        if number >= 1:
            yield Mention(match.start(), match.end(), Part(function_of(match["f"]), number))
    for match in _THE_PART.finditer(flat):
        yield Mention(match.start(), match.end(), Part(function_of(match["f"])))
    for match in _LETTER_PART.finditer(flat):
        yield Mention(match.start(), match.end(), Part(match["l"], ordinal_of(match["o"] or "")))
