"""The paragraphs on loudness, on what was heard to play (and when) and sing, and on what nobody measured."""

from itertools import pairwise
from math import isfinite, log10

from musicflamingo_app.facts.card import Curve, SongCard
from musicflamingo_app.facts.playing import families_of, instruments_of
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG, FAINT_TAG
from musicflamingo_app.facts.prose.overview import is_silent
from musicflamingo_app.facts.prose.playing import playing_lines
from musicflamingo_app.facts.prose.text import Pen, Sentence
from musicflamingo_app.facts.words import joined, with_article
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment

NARROW_LU, WIDE_LU = 4.0, 10.0  # ranges by EBU Tech 3342: pressed pop; soft and loud passages far apart
AUDIBLE_LU = 1.5  # differences of sections that are told
SILENCE_LUFS = -60.0  # quieter frames are left out


def dynamics(card: SongCard, pen: Pen, curve: Curve | None) -> list[Sentence]:
    """How loud, how even, and with the curve where loudest and quietest."""
    lines = []
    if card.loudness and not is_silent(card) and isfinite(card.loudness.value.integrated_lufs):
        loud = card.loudness.value
        manner = "stays even most of the time" if loud.range_lu < NARROW_LU else "rises and falls moderately"
        manner = "swings widely between soft and loud" if loud.range_lu > WIDE_LU else manner
        level = f"{loud.integrated_lufs:.0f}".replace("-", "−")
        lines.append(pen.line(f"the level {manner} (range {loud.range_lu:.0f} LU) around {level} LUFS"))
    return [*lines, *_by_section(card, pen, curve)] if not is_silent(card) else []


def _by_section(card: SongCard, pen: Pen, curve: Curve | None) -> list[Sentence]:
    parts = card.sections.value.segments if card.sections else ()
    levels = {part: level for part in parts if (level := level_of(part.interval, curve)) is not None} if curve else {}
    if len(levels) < 2:
        return []
    loudest, quietest = max(levels, key=lambda p: levels[p]), min(levels, key=lambda p: levels[p])
    apart = levels[loudest] - levels[quietest]
    if apart < AUDIBLE_LU:
        return [pen.line("no section stands out as louder or softer than the others")]
    first = f"{_the(card, loudest)}, from {pen.at(loudest.interval)}, is the loudest part"
    second = f"{_the(card, quietest)}, from {pen.at(quietest.interval)}, the quietest"
    return [pen.line(f"{first} and {second}, about {apart:.0f} LU below"), *_steps(card, pen, levels)]


def _steps(card: SongCard, pen: Pen, levels: dict[Segment[Section], float]) -> list[Sentence]:
    """The largest step from one section to the next, when it is a plain one."""
    steps = [(levels[b] - levels[a], b) for a, b in pairwise(levels)]
    change, part = max(steps, key=lambda step: abs(step[0]))
    if abs(change) < 2 * AUDIBLE_LU:
        return []
    way = "rises" if change > 0 else "drops"
    return [pen.line(f"the level {way} most where {_the(card, part)} begins, at {pen.at(part.interval)}")]


def level_of(interval: Interval, curve: Curve) -> float | None:
    """The mean power of an interval's frames in LUFS; None when it has none."""
    inside = [lufs for time_s, lufs in zip(*curve, strict=False) if interval.contains(time_s)]
    heard = [10 ** (lufs / 10) for lufs in inside if lufs > SILENCE_LUFS]
    return 10 * log10(sum(heard) / len(heard)) if heard else None


def _the(card: SongCard, part: Segment[Section]) -> str:
    name = card.name_of(part)
    return name if name.startswith("section") else f"the {name}"


def instruments(card: SongCard, pen: Pen) -> list[Sentence]:
    """Instruments, voice and style, as far as they were heard."""
    if is_silent(card):
        return []
    if card.instruments is not None:
        return [*playing_lines(card, pen), *_named(card, pen), *_voices(card, pen), *_style(card, pen)]
    clear, faint = _heard(card, "instrument")
    lines = []
    if clear:
        more = f", and probably {joined(faint)}" if faint else ""
        lines.append(pen.line(f"{joined(clear)} can be heard{more}"))
    elif faint:
        lines.append(pen.line(f"{joined(faint)} can probably be heard"))
    return [*lines, *_voices(card, pen), *_style(card, pen)]


def _named(card: SongCard, pen: Pen) -> list[Sentence]:
    """Instruments that the tagger clearly hears, by a closer name than their family or though they never play."""
    families = {one.name for one in instruments_of(card)}
    names = [name for name in _heard(card, "instrument")[0] if not any(name in family for family in families)]
    apart = [name for name in names if not families.intersection(*families_of(name.split()).values())]
    closer = [name for name in names if name not in apart]
    lines = [pen.line(f"{joined(closer)} can be heard among them")] if closer else []
    was = "was" if len(apart) == 1 else "were"
    return [*lines, *([pen.line(f"{joined(apart)} {was} named by the tagger, but found at no time")] if apart else [])]


def _voices(card: SongCard, pen: Pen) -> list[Sentence]:
    clear, faint = (_singers(names) for names in _heard(card, "voice"))
    names = clear or faint
    if not names:
        return []
    verb = "sings" if len(names) == 1 else "sing"
    return [pen.line(f"{joined(names)} {verb}" if clear else f"probably {joined(names, 'or')} sings")]


def _singers(names: list[str]) -> list[str]:
    """`a female voice`; `a voice` when no more is known than that someone sings."""
    known = [with_article(name) for name in names if name != "singing"]
    return known or ["a voice" for _ in names[:1]]


def _heard(card: SongCard, kind: str) -> tuple[list[str], list[str]]:
    tags = card.tags_of(kind)
    clear = [tag.name for tag in tags if tag.score >= CLEAR_TAG]
    return clear, [tag.name for tag in tags if FAINT_TAG <= tag.score < CLEAR_TAG]


def _style(card: SongCard, pen: Pen) -> list[Sentence]:
    clear, faint = _heard(card, "genre")
    moods = [name for names in _heard(card, "mood") for name in names][:2]
    rows = [f"in style it was heard as {clear[0]}"] if clear else []
    rows = rows or ([f"in style it was heard, not surely, as {joined(faint[:2], 'or')}"] if faint else [])
    if moods:
        rows.append(f"in mood {'' if rows else 'it was heard '}as {joined(moods, 'or')}")
    return [pen.line("; ".join(rows))] if rows else []


def unmeasured(card: SongCard, pen: Pen) -> list[Sentence]:
    """What was not measured; nothing is said about it elsewhere."""
    missing = card.not_measured
    if not missing:
        return []
    names = {"beats": "beats and metre", "tags": "instruments and style", "instruments": "what plays when"}
    words = [names.get(name, name) for name in missing]
    return [pen.line(f"not measured, and so not described: {joined(words)}")]
