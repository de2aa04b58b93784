"""What a description is made of: sentences whose times are doors into the track, paragraphs, and the whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from musicflamingo_app.facts.words import joined, times
from musicflamingo_app.music.time import Interval, clock

TOLD_TIMES = 8
_DOOR = re.compile("\ue000(\\d+)\ue001")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!&$@]|(?<=:)//|(?<=www)\.)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A time written in a sentence: characters `[start, end)` of its text, and the interval that it opens."""

    start: int
    end: int
    interval: Interval


@dataclass(frozen=True, slots=True)
class Sentence:
    """One statement. Every time in its text has a mark, whose interval begins at that time."""

    text: str
    marks: tuple[Mark, ...] = ()

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The parts of the track that the sentence cites, in order."""
        return tuple(mark.interval for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences under a heading."""

    heading: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Description:
    """A track in words, written from its card alone."""

    paragraphs: tuple[Paragraph, ...]

    @property
    def text(self) -> str:
        """Plain text, paragraphs apart by an empty line, without headings."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)

    def as_markdown(self, *, link: str | None = None) -> str:
        """Markdown with headings; `link` makes every time a link, `{start_s}` in it the second: `#t={start_s}`."""
        return "\n\n".join(
            f"### {paragraph.heading}\n\n" + " ".join(_markdown(sentence, link) for sentence in paragraph.sentences)
            for paragraph in self.paragraphs
        )


def _markdown(sentence: Sentence, link: str | None) -> str:
    """The sentence with Markdown's own signs and the marks of links escaped: a label can be nothing but text."""
    out, at = [], 0
    for mark in sentence.marks:
        time = sentence.text[mark.start : mark.end]
        target = f"[{time}]({link.replace('{start_s}', f'{mark.interval.start_s:.2f}')})" if link else time
        out += [_SPECIAL.sub(r"\\\1", sentence.text[at : mark.start]), target]
        at = mark.end
    return "".join(out) + _SPECIAL.sub(r"\\\1", sentence.text[at:])


class Pen:
    """Writes sentences: `at` gives the words of a time, `line` turns the words into a Sentence with its marks."""

    def __init__(self) -> None:
        self._doors: list[Interval] = []

    def at(self, interval: Interval) -> str:
        """The start of an interval as it will stand in the text."""
        self._doors.append(interval)
        return f"\ue000{len(self._doors) - 1}\ue001"

    def times(self, intervals: Sequence[Interval]) -> str:
        """Several times, `0:10, 0:50 and 1:30`; of very many the first and how many more."""
        told = [self.at(interval) for interval in intervals[:TOLD_TIMES]]
        more = len(intervals) - len(told)
        return joined([*told, f"{times(more)} more"] if more > 1 else [*told, "once more"] if more else told)

    def line(self, words: str) -> Sentence:
        """The sentence, with a capital and a full stop."""
        words = words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")
        text, marks, at = "", [], 0
        for match in _DOOR.finditer(words):
            text += words[at : match.start()]
            interval = self._doors[int(match[1])]
            time = clock(interval.start_s)
            marks.append(Mark(len(text), len(text) + len(time), interval))
            text, at = text + time, match.end()
        return Sentence(text + words[at:], tuple(marks))


def plain_label(label: str, *, longest: int = 120) -> str:
    """A label of a file on one line: unprintable signs and line ends become blanks, overlong ones are cut."""
    printable = "".join(sign if sign.isprintable() and not "\ue000" <= sign <= "\uf8ff" else " " for sign in label)
    words = " ".join(printable.split())
    return words if len(words) <= longest else words[: longest - 1] + "…"
