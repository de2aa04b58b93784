"""Scores a caption by what it claims: how much of it is true, and how much of what is known it tells.

The measurements travel inside the example as a short document, so that a dataset can be judged anywhere.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.claims.check import checked
from musicflamingo_app.scoring.claims.values import CheckedClaim, Claim, Presence
from train.examples import Score

SURE = 0.95  # what reached an example was sure enough for it; a confidence is not kept
FEWEST_CLAIMS = 3  # with fewer, and more to tell, precision says little: each missing one is half wrong
ROOM = 1.5  # a text this much longer than its target starts to cost
_WHO = Provenance("dataset", "1", "0" * 64, datetime(1970, 1, 1, tzinfo=UTC))


def card_document(card: SongCard) -> dict[str, Any]:
    """What is known of a recording as short JSON; times in hundredths of a second."""
    grid = card.beats.value if card.beats and card.beats.value.beats else None
    document = {
        "duration": round(card.duration_s, 2),
        "tempo": round(card.tempo_bpm.value, 2) if card.tempo_bpm else None,
        "key": str(card.key.value) if card.key else None,
        "metre": str(grid.metre) if grid else None,
        "beats": [round(time_s, 2) for time_s in grid.times_s] if grid else [],
        "downbeats": [round(time_s, 2) for time_s in grid.downbeats_s] if grid else [],
        "chords": _rows(card.chords),
        "key_regions": _rows(card.key_regions),
        "sections": [[*_ends(s), s.label.letter, s.label.function] for s in _kept(card.sections)],
        "tags": [[tag.kind, tag.name, round(tag.score, 2)] for tag in card.tags.value] if card.tags else None,
    }
    return {name: value for name, value in document.items() if value not in (None, [])}


def analysis_of(document: Mapping[str, Any]) -> Analysis:
    """The analysis that a short document stands for."""

    def known(name: str, value: Any) -> Any:
        return Measured(value, SURE, _WHO) if document.get(name) is not None else None

    beats = document.get("beats", ())
    sections = Timeline.of((a, b, Section(letter, name)) for a, b, letter, name in document.get("sections", ()))
    return Analysis(
        float(document["duration"]),
        beats=known(
            "beats", BeatGrid.of(beats, document.get("downbeats", ()), Metre.parse(document.get("metre", "4/4")))
        ),
        tempo=known("tempo", document.get("tempo")),
        chords=known("chords", _timeline(document.get("chords", ()), Chord.parse)),
        key=known("key", Key.parse(document["key"]) if "key" in document else None),
        key_regions=known("key_regions", _timeline(document.get("key_regions", ()), Key.parse)),
        sections=known("sections", sections),
        tags=known("tags", tuple(Tag(*row) for row in document.get("tags", ()))),
    )


def score_caption(text: str, truth: Mapping[str, Any]) -> Score:
    """Precision and recall of the claims, their F1, less for a text that runs on or repeats itself.

    Parts: `precision`, `recall`, `length` and `variety` (1 where nothing is wrong), `answered`, `right`.
    """
    analysis = analysis_of(truth["document"])
    verdicts = checked(text, analysis)
    right, wrong = _count(verdicts, "agrees"), _count(verdicts, "contradicts")
    wanted = truth.get("aspects") or sorted(aspects_of(analysis))
    missing = max(0, min(FEWEST_CLAIMS, len(wanted)) - right - wrong)
    precision = (right + 0.5 * missing) / max(1, right + wrong + missing) if text else 0.0
    told = {aspect for one in verdicts if one.verdict.result == "agrees" for aspect in told_by(one.claim)}
    recall = sum(aspect in told for aspect in wanted) / len(wanted) if wanted else precision
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    length, variety = _length(text, int(truth.get("words", 0))), _variety(text)
    value = f1 * length * variety
    parts = {"precision": precision, "recall": recall, "length": length, "variety": variety}
    return Score(value, {**parts, "answered": float(bool(text)), "right": float(value >= 0.75)})


def aspects_of(analysis: Analysis) -> set[str]:
    """What could be told of a recording: kinds of claims, and each instrument and voice that is heard."""
    named = {"tempo": analysis.tempo, "key": analysis.key, "metre": analysis.beats, "harmony": analysis.chords}
    found = {name for name, aspect in named.items() if aspect is not None}
    if analysis.sections and any(s.label.function for s in analysis.sections.value):
        found.add("section")
    heard = [tag for tag in (analysis.tags.value if analysis.tags else ()) if tag.score >= 0.5]
    return found | {tag.name for tag in heard if tag.kind in ("instrument", "voice")}


def told_by(claim: Claim) -> tuple[str, ...]:
    """The aspects that a claim tells of."""
    if isinstance(claim.value, Presence):
        return (claim.value.tag,)
    return ("harmony",) if claim.kind in ("chord", "progression") else (claim.kind,)


def _count(verdicts: Sequence[CheckedClaim], result: str) -> int:
    return len({_what(one.claim) for one in verdicts if one.verdict.result == result})


def _what(claim: Claim) -> tuple[object, ...]:
    """A claim said twice counts once."""
    return claim.kind, str(claim.value), str(claim.place)


def _length(text: str, n_wanted: int) -> float:
    n_words = len(text.split())
    if not n_wanted or n_words <= ROOM * n_wanted:
        return 1.0
    return max(0.0, 1.0 - (n_words / n_wanted - ROOM) / ROOM)


def _variety(text: str) -> float:
    """1 less the share of sentences that were said before."""
    sentences = [s.strip().lower() for s in re.split(r"[.!?\n]+", text) if s.strip()]
    return len(set(sentences)) / len(sentences) if sentences else 1.0


def _ends(segment: Any) -> tuple[float, float]:
    return round(segment.start_s, 2), round(segment.end_s, 2)


def _kept(fact: Fact[Timeline[Any]] | None) -> list[Any]:
    """The segments that are still some time long when rounded."""
    return [s for s in fact.value if round(s.end_s, 2) > round(s.start_s, 2)] if fact else []


def _rows(fact: Fact[Timeline[Any]] | None) -> list[list[Any]]:
    return [[*_ends(s), str(s.label)] for s in _kept(fact)]


def _timeline(rows: Sequence[Sequence[Any]], read: Any) -> Timeline[Any]:
    return Timeline.of((start_s, end_s, read(label)) for start_s, end_s, label in rows)
