"""The words of a song, where its file has them: from its tags, with times where they are synchronised."""

import re
from dataclasses import dataclass
from pathlib import Path

from musicflamingo_app.errors import MissingPackage

MOST_LINES, LONGEST_LINE = 400, 120
_TIME = re.compile(r"\[(\d{1,3}):(\d{2}(?:\.\d{1,3})?)\]")
_HEADING = re.compile(r"\[[^\]]*\]|\([^)]*\)|\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is sung, and when it begins in seconds; None when nobody says."""

    text: str
    time_s: float | None = None


def lyrics_of(path: Path) -> tuple[Line, ...]:
    """The lyrics in the tags of a file; none where it has none, or its tags cannot be read. Raises MissingPackage."""
    try:
        from tinytag import TinyTag, TinyTagException
    except ImportError as error:
        raise MissingPackage(
            "Reading lyrics needs the package tinytag.", "Install it with: pip install tinytag"
        ) from error
    try:
        found = TinyTag.get(path, tags=True, duration=False).other.get("lyrics", [])
    except (TinyTagException, OSError, ValueError):
        return ()  # a file without readable tags has no lyrics to learn from
    return parsed("\n".join(str(text) for text in found))


def parsed(text: str) -> tuple[Line, ...]:
    """Lines of plain lyrics or LRC, headings such as `[Chorus]` left out, in order of time where times are given."""
    lines = []
    for row in text.splitlines()[:MOST_LINES]:
        times = [60 * int(minutes) + float(seconds) for minutes, seconds in _TIME.findall(row)]
        words = " ".join(_HEADING.sub(" ", _TIME.sub(" ", row)).split())
        if words and len(words) <= LONGEST_LINE and any(sign.isalpha() for sign in words):
            lines += [Line(words, time_s) for time_s in times or [None]]
    timed = lines and all(line.time_s is not None for line in lines)
    return tuple(sorted(lines, key=lambda line: line.time_s or 0.0) if timed else lines)
