"""The claim check: every text is read for what it claims, and each claim is compared with the card."""

import re

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.scoring.claims.check import checked
from train.examples import Example
from train.tasks.caption_score import analysis_of

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]+[”\"')]*\s*|[^.!?\n]+\s*|\n+")


def contradicted(example: Example) -> str:
    """What the measurements contradict in a caption, as a sentence; empty when nothing is."""
    document = example.truth.get("document")
    if example.kind != "caption" or document is None:
        return ""
    found = [one for one in checked(example.answer, analysis_of(document)) if one.verdict.result == "contradicts"]
    if not found:
        return ""
    claim = found[0].claim
    return f"“{example.answer[claim.start : claim.end]}” is contradicted. {found[0].verdict.sentence}"


def repaired(text: str, analysis: Analysis) -> str:
    """The text without the sentences that hold a contradicted claim."""
    bad = [(one.claim.start, one.claim.end) for one in checked(text, analysis) if one.verdict.result == "contradicts"]
    kept = [
        match[0]
        for match in _SENTENCE.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in bad)
    ]
    return "".join(kept).strip()
