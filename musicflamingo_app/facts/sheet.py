"""The song card written down: plain text for language models, and JSON of the key facts.

Labels come from files and people: they are data. They stand in quotes with control characters, angle brackets
(markers of chat templates) and line ends escaped, and are cut when overlong.
"""

import json
from typing import Any

from musicflamingo_app.facts.card import Cell, Fact, SongCard
from musicflamingo_app.facts.playing import instruments_of, said, stays_of, sure_of
from musicflamingo_app.facts.swing import swing_in_words
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Timeline, clock

LONGEST_LABEL = 160
LIKELY_TAG = 0.2  # score from which a tag is worth telling


def quoted(label: str) -> str:
    """A label in double quotes on one line: nothing in it can end the quotes, the line or a template's turn."""
    cut = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    text = json.dumps(cut, ensure_ascii=False)
    return "".join(sign if sign.isprintable() and sign not in "<>" else _escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    return json.dumps(sign)[1:-1] if ord(sign) > 126 else f"\\u{ord(sign):04x}"


def card_text(card: SongCard, within: Interval | None = None) -> str:
    """The block of facts, one line each; with `within` the sections, chords and players of that interval alone."""
    lines = [
        *_labels(card),
        *_measures(card),
        *_keys(card),
        *_sections(card, within),
        *_playing(card, within),
        *_sound(card),
    ]
    if card.not_measured:
        lines.append(f"not measured: {', '.join(card.not_measured)}")
    return "\n".join(lines)


def _labels(card: SongCard) -> list[str]:
    rows = {"title": card.title, "artist": card.artist, "album": card.album, "genre label": card.genre}
    lines = [f"{name}: {quoted(value)}" for name, value in rows.items() if value]
    return [*lines, *([f"year: {card.year}"] if card.year else []), f"duration: {clock(card.duration_s)}"]


def _measures(card: SongCard) -> list[str]:
    lines = []
    if card.tempo_bpm:
        shape = card.stability.value if card.stability else None
        manner = (
            "" if shape is None else ", steady" if shape.is_steady else f", {_range(shape.low_bpm, shape.high_bpm)}"
        )
        ending = f", {shape.ending} at the end" if shape and shape.ending else ""
        lines.append(f"tempo: {round(card.tempo_bpm.value)} bpm{manner}{ending}{_sure(card.tempo_bpm)}")
    if card.metre:
        lines.append(f"metre: {card.metre.value}{_sure(card.metre)}")
        lines.append(f"bars: {card.n_bars}")
        swing = card.swing and swing_in_words(card.swing.value, card.swing.confidence)
        if card.swing and swing:
            lines.append(f"eighths: {swing}{_sure(card.swing)}")
    elif card.beats:
        lines.append("beats: none found")
    return lines


def _range(low: float, high: float) -> str:
    return f"between {round(low)} and {round(high)}"


def _keys(card: SongCard) -> list[str]:
    lines = [f"key: {card.key.value.pretty}{_sure(card.key)}"] if card.key else []
    regions = card.keys
    if len(regions) > 1:
        lines.append("key regions: " + "; ".join(f"{_span(s.interval)} {s.label.pretty}" for s in regions))
    return lines


def _sections(card: SongCard, within: Interval | None) -> list[str]:
    sections = card.sections.value if card.sections else Timeline[Any]()
    if within is not None:
        sections = sections.within(within)
    if not len(sections):
        whole = within or card.interval
        chords = _chart(card.cells(whole))
        return [f"chords {_span(whole)}: {chords}"] if chords else []
    lines = []
    for segment in sections:
        bars = card.bars_of(segment.interval)
        numbers = f", bars {bars[0].number}-{bars[-1].number}" if bars else ""
        chords = _chart(card.cells(segment.interval))
        lines.append(f"section {_span(segment.interval)} {segment.label}{numbers}{': ' + chords if chords else ''}")
    return lines


def _playing(card: SongCard, within: Interval | None) -> list[str]:
    """`playing drums: 0:08-0:40, 0:50-2:20 (confidence 0.90)`."""
    lines = []
    for one in instruments_of(card):
        stays = [stay for stay in stays_of(one) if within is None or stay.interval.overlap_s(within) > 0]
        if stays:
            sure = f" (confidence {sure_of(one, card):.2f})"
            lines.append(f"playing {said(one.name)}: {', '.join(_span(stay.interval) for stay in stays)}{sure}")
    return lines


def _chart(cells: tuple[Cell, ...]) -> str:
    """`G | D/F♯ | Em7 C`: one bar between two strokes, `-` for a bar without chord."""
    if not any(cell.chords for cell in cells):
        return ""
    return " | ".join(" ".join(chord.pretty for chord in cell.chords) or "-" for cell in cells)


def _sound(card: SongCard) -> list[str]:
    lines = []
    for kind, name in (("instrument", "instruments"), ("voice", "voice"), ("genre", "style"), ("mood", "mood")):
        tags = [f"{tag.name} ({tag.score:.2f})" for tag in card.tags_of(kind) if tag.score >= LIKELY_TAG]
        if tags:
            lines.append(f"{name} heard: {', '.join(tags)}")
    if card.tuning_cents:
        lines.append(f"tuning: {card.tuning_cents.value:+.0f} cents from A 440")
    if card.loudness:
        loud = card.loudness.value
        lines.append(f"loudness: {loud.integrated_lufs:.1f} LUFS, range {loud.range_lu:.1f} LU")
    return lines


def _span(interval: Interval) -> str:
    return f"{clock(interval.start_s)}-{clock(interval.end_s)}"


def _sure(fact: Fact[Any]) -> str:
    return f" (confidence {fact.confidence:.2f})"


def card_json(card: SongCard) -> dict[str, Any]:
    """The key facts; times in seconds, chords and keys as musicians write them in plain letters."""
    loud = card.loudness.value if card.loudness else None
    return {
        "title": card.title, "artist": card.artist, "album": card.album, "year": card.year, "genre": card.genre,
        "duration_s": round(card.duration_s, 2),
        "tempo_bpm": round(card.tempo_bpm.value, 1) if card.tempo_bpm else None,
        "steady": card.stability.value.is_steady if card.stability else None,
        "swing_ratio": round(card.swing.value, 2) if card.swing else None,
        "metre": str(card.metre.value) if card.metre else None,
        "n_bars": card.n_bars if card.metre else None,
        "key": str(card.key.value) if card.key else None,
        "key_regions": _rows(card.keys),
        "sections": [
            {"start_s": round(s.start_s, 2), "end_s": round(s.end_s, 2)} | _section_json(s.label)
            for s in (card.sections.value if card.sections else ())
        ],
        "instruments": [row for one in instruments_of(card) for row in _rows(one.timeline)],
        "chords": _rows(card.chords.value if card.chords else Timeline()),
        "distinct_chords": [str(chord) for chord in card.distinct_chords],
        "tags": [[tag.kind, tag.name, round(tag.score, 3)] for tag in (card.tags.value if card.tags else ())],
        "tuning_cents": round(card.tuning_cents.value, 1) if card.tuning_cents else None,
        "loudness_lufs": round(loud.integrated_lufs, 1) if loud else None,
        "loudness_range_lu": round(loud.range_lu, 1) if loud else None,
        "not_measured": list(card.not_measured),
        "failures": dict(card.failures),
    }  # fmt: skip


def _section_json(section: Section) -> dict[str, Any]:
    return {"label": section.label, "letter": section.letter}


def _rows(timeline: Timeline[Any]) -> list[list[Any]]:
    return [[round(s.start_s, 2), round(s.end_s, 2), str(s.label)] for s in timeline]
