"""Texts as the page shows them: blocks of spans, where a time is a door and a claim carries its verdict.

A page builds elements from this and never reads markup: what a model or a title wrote stays text. Of Markdown only
headings, list items and emphasis marks are understood; they are taken away, not rendered.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from musicflamingo_app.facts.describe import Description, Sentence
from musicflamingo_app.facts.references import find_references
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.scoring.claims.check import checked

_LINE = re.compile(r"[^\n]+")
_LEAD = re.compile(r"\s*(?:(?P<h>#{1,6})\s+|(?P<li>[-*•]|\d{1,2}[.)])\s+)?")
_EMPHASIS = re.compile(r"\*{1,3}|_{2,3}|`+")

Block = dict[str, Any]
Span = dict[str, Any]


def described(description: Description) -> list[Block]:
    """The measured description: a heading and its sentences' spans for each paragraph."""
    return [
        {
            "kind": "p",
            "heading": paragraph.heading,
            "spans": [span for sentence in paragraph.sentences for span in _sentence(sentence)],
        }
        for paragraph in description.paragraphs
    ]


def _sentence(sentence: Sentence) -> Iterator[Span]:
    at = 0
    for mark in sentence.marks:
        if mark.start > at:
            yield {"t": sentence.text[at : mark.start]}
        interval = mark.interval
        yield {"t": sentence.text[mark.start : mark.end], "seek": _seek(interval.start_s, interval.end_s)}
        at = mark.end
    yield {"t": sentence.text[at:] + " "}


def told(text: str, analysis: Analysis | None, *, check: bool = True) -> list[Block]:
    """A text of a model or a person: places become doors; with `check` each claim gets its verdict."""
    marks: list[tuple[int, int, Span]] = []
    if analysis is not None:
        for found in find_references(text, analysis):
            seek = _seek(found.interval.start_s, found.interval.end_s)
            marks.append((found.start, found.end, {"seek": seek}))
        for claim in checked(text, analysis) if check else ():
            verdict = claim.verdict
            about = " ".join(part for part in (verdict.sentence, verdict.note) if part)
            marks.append((claim.claim.start, claim.claim.end, {"verdict": verdict.result, "about": about}))
    return [_block(text, line.start(), line.end(), marks) for line in _LINE.finditer(text) if line.group().strip()]


def verdict_counts(blocks: Sequence[Block]) -> dict[str, int]:
    """How many claims agree, contradict and could not be checked; a claim over several spans counts once."""
    counts = {"agrees": 0, "contradicts": 0, "unchecked": 0}
    for block in blocks:
        before = None
        for span in block["spans"]:
            now = (span.get("verdict"), span.get("about"), span.get("claim"))
            if span.get("verdict") and now != before:
                counts[span["verdict"]] += 1
            before = now
    return counts


def _block(text: str, start: int, end: int, marks: Sequence[tuple[int, int, Span]]) -> Block:
    lead = _LEAD.match(text, start, end)
    assert lead is not None  # the pattern matches the empty string
    kind = "h" if lead["h"] else "li" if lead["li"] else "p"
    cuts = {lead.end(), end}
    hidden = [match.span() for match in _EMPHASIS.finditer(text, lead.end(), end)]
    for low, high in [*hidden, *((a, b) for a, b, _ in marks)]:
        cuts |= {cut for cut in (low, high) if lead.end() <= cut <= end}
    edges = sorted(cuts)
    spans = []
    for low, high in pairwise(edges):
        if any(a <= low < b for a, b in hidden):
            continue
        extra: Span = {}
        for index, (a, b, mark) in enumerate(marks):
            if a <= low < b:
                extra |= mark | ({"claim": index} if "verdict" in mark else {})
        spans.append({"t": text[low:high]} | extra)
    return {"kind": kind, "spans": _joined(spans)}


def _joined(spans: list[Span]) -> list[Span]:
    """Neighbours with the same marks made one."""
    out: list[Span] = []
    for span in spans:
        if out and _marks(out[-1]) == _marks(span):
            out[-1]["t"] += span["t"]
        else:
            out.append(span)
    return out


def _marks(span: Span) -> Span:
    return {name: value for name, value in span.items() if name != "t"}


def _seek(start_s: float, end_s: float) -> list[float]:
    return [round(start_s, 3), round(end_s, 3)]
