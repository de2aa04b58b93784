"""What the studio itself says of a track, from the measurements alone: captions and answers without a model."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from db.values import CaptionKind, Evidence
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.describe import Description, describe
from musicflamingo_app.facts.playing import instruments_of, listed, play, plays_in, said
from musicflamingo_app.facts.words import joined, sentence
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.time import Interval, clock

NAME = "Measurements"
KINDS: tuple[CaptionKind, ...] = ("summary", "key_facts", "full")
_IN_SUMMARY = ("Overview", "Tempo, metre and key")
LIKELY = 0.2  # score from which a tag is told
MOST_CHORDS = 8


class Answer(Protocol):
    """What the question reader gives: text, and the statements it rests on with their intervals."""

    @property
    def text(self) -> str: ...

    @property
    def evidence(self) -> tuple[Any, ...]: ...


Reader = Callable[[str, SongCard, Interval | None], Answer | None]


def read(question: str, card: SongCard, region: Interval | None) -> Answer | None:
    """The answer to a question about what is measured; None when it is about something else."""
    from musicflamingo_app.facts.reader.read import read_question

    return read_question(question, card, region=region)


def beyond(card: SongCard) -> str:
    """What is said to a question that no measurement answers: a model that heard nothing could only invent."""
    from musicflamingo_app.facts.reader.starters import starter_questions

    said = "I can only tell what was measured, and this is no part of it. A model that hears can be chosen in Settings."
    offered = [f"“{question}”" for question in starter_questions(card, n=2)]
    return f"{said} I can answer, for example: {' or '.join(offered)}" if offered else said


def evidence_of(answer: Answer) -> tuple[Evidence, ...]:
    """The statements of an answer with their times, as they are kept."""
    return tuple(Evidence(found.sentence, found.interval.start_s, found.interval.end_s) for found in answer.evidence)


def measured_caption(kind: CaptionKind, card: SongCard, region: Interval | None, curves: Curves | None = None) -> str:
    """The text of a caption of one of KINDS: words, for key facts JSON."""
    if kind == "key_facts":
        return json.dumps(key_facts(card, region), ensure_ascii=False, indent=2)
    if region is not None:
        return " ".join(_of_region(card, region))
    whole = describe(card, loudness_curve=loudness_of(curves))
    if kind == "full":
        return whole.as_markdown()
    return Description(tuple(p for p in whole.paragraphs if p.heading in _IN_SUMMARY)).text


def loudness_of(curves: Curves | None) -> tuple[list[float], list[float]] | None:
    """The loudness curve as the description takes it: times in seconds, LUFS at each; None without one."""
    if curves is None or not len(curves.loudness_lufs):
        return None
    times = np.arange(len(curves.loudness_lufs)) / curves.loudness_hz
    return times.tolist(), curves.loudness_lufs.tolist()


def key_facts(card: SongCard, region: Interval | None = None) -> dict[str, Any]:
    """The measured key facts in the shape of the schema; null or an empty list for what nobody measured."""
    within = region or card.interval
    keys = card.keys.within(within).merged()
    seconds: dict[str, float] = {}
    for chord in card.chords_of(within):
        if chord.label.is_chord:
            seconds[chord.label.pretty] = seconds.get(chord.label.pretty, 0.0) + chord.duration_s
    sections = card.sections.value.within(within) if card.sections else ()
    genres, voices = _heard(card, "genre"), _heard(card, "voice")
    return {
        "genre": genres[0] if genres else None,
        "bpm": round(card.tempo_bpm.value) if card.tempo_bpm else None,
        "key": " then ".join(segment.label.pretty for segment in keys) or None,
        "metre": str(card.metre.value) if card.metre else None,
        "chords": sorted(seconds, key=lambda name: -seconds[name])[:MOST_CHORDS],
        "structure": [f"{clock(segment.start_s)} {segment.label.label}" for segment in sections],
        "instruments": _instruments(card, within),
        "vocals": joined(voices) or None,
        "mood": _heard(card, "mood"),
        "production": None,
    }


def _instruments(card: SongCard, within: Interval) -> list[str]:
    """What plays there, the one that plays longest first; where that was not measured the tags of the whole track."""
    if card.instruments is None:
        return _heard(card, "instrument")
    return [said(one.name) for one in instruments_of(card) if one.seconds_in(within) > 0 and one.name != "voice"]


def _heard(card: SongCard, kind: str) -> list[str]:
    return [tag.name for tag in card.tags_of(kind) if tag.score >= LIKELY]


def _of_region(card: SongCard, region: Interval) -> Iterator[str]:
    """Sentences about one region: where it lies, its sections, keys, chords and players."""
    bars = card.bars_of(region)
    numbers = f" (bars {bars[0].number} to {bars[-1].number})" if len(bars) > 1 else ""
    yield f"This is {clock(region.start_s)} to {clock(region.end_s)} of the track{numbers}."
    sections = card.sections.value if card.sections else ()
    inside = [segment for segment in sections if segment.interval.overlap_s(region) > 0]
    if inside:
        names = joined([f"the {card.name_of(segment)} from {clock(segment.start_s)}" for segment in inside])
        yield f"It lies in {names}." if len(inside) == 1 else f"It touches {names}."
    keys = card.keys.within(region).merged()
    if len(keys):
        yield f"The key is {joined([segment.label.pretty for segment in keys], 'then')}."
    charted = [" ".join(chord.pretty for chord in cell.chords) or "–" for cell in card.cells(region)]
    if any(chord != "–" for chord in charted):
        yield f"The chords{' bar by bar' if card.bars else ''} are {', '.join(charted)}."
    playing = plays_in(card, region)[0]
    if playing:
        yield sentence(f"{listed(playing)} {play([one.name for one in playing])} here")
    if len(inside) == 0 and not len(keys) and not charted and not playing:
        yield "Neither sections, key nor chords were measured here."
