"""Carries the facts of a song along when its sound is transposed, stretched or cut: labels stay exact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from musicflamingo_app.facts.card import Fact, SongCard, derived
from musicflamingo_app.facts.stability import tempo_stability
from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.music.time import Interval, Ranked, Segment, Timeline

L = TypeVar("L")
FEWEST_BEATS, TEMPO_TOLERANCE = 4, 0.04
SHORTEST_S = 0.25  # what is left of a segment at a cut must be so long


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a sound: cut to an interval, transposed by semitones, played `speed` times as fast."""

    semitones: int = 0
    speed: float = 1.0
    cut: Interval | None = None


def changed(card: SongCard, change: Change) -> SongCard:
    """The card of the changed sound. The cut comes first; its times count from the start of the original."""
    within = change.cut or card.interval
    moved = replace(
        card,
        duration_s=within.duration_s / change.speed,
        tempo_bpm=_tempo(card.tempo_bpm, change),
        beats=_mapped(card.beats, lambda grid: _grid(grid, within, change.speed)),
        key=_keyed(card.key, change.semitones),
        key_regions=_timeline(card.key_regions, within, change, lambda key: transposed_key(key, change.semitones)),
        chords=_timeline(card.chords, within, change, lambda chord: chord),
        sections=_timeline(card.sections, within, change, lambda section: section),
        instruments=_playing(card, within, change),
        loudness_curve=_curve(card.loudness_curve, within, change.speed),
    )
    moved = _with_home(moved, change)
    moved = replace(moved, chords=_respelled(moved, change.semitones), **_of_cut(change))
    moved = replace(moved, metre=_metre(card, moved), stability=_stability(card, moved))
    return replace(moved, tempo_bpm=_heard_tempo(moved)) if change.cut else moved


def _playing(card: SongCard, within: Interval, change: Change) -> Fact[tuple[Playing, ...]] | None:
    """What plays when, in the time of the changed sound; who is not heard in a cut is left out."""
    if card.instruments is None:
        return None
    rows = []
    for one in card.instruments.value:
        moved = _timeline(Fact(one.timeline, 1.0, ""), within, change, lambda name: name)
        if moved and len(moved.value):
            rows.append(Playing(one.name, moved.value))
    return replace(card.instruments, value=tuple(rows)) if rows else None


def _of_cut(change: Change) -> dict[str, None]:
    """What holds of a whole recording and not of a part: tags, loudness, what plays when, sections that are cut."""
    return {"tags": None, "loudness": None, "sections": None} if change.cut else {}


def transposed_key(key: Key, semitones: int) -> Key:
    return key.transposed(semitones)


def transposed_chord(chord: Chord, semitones: int, key: Key | None) -> Chord:
    """The chord so many semitones higher, named as its new key names it."""
    if chord.root is None:
        return chord
    pitch_class = (chord.root.pitch_class + semitones) % 12
    if semitones % 12 == 0:
        return chord
    root = key.spell(pitch_class) if key else Pitch.from_class(pitch_class)
    return Chord(root, chord.quality, chord.added, chord.omitted, chord.bass)


def _tempo(fact: Fact[float] | None, change: Change) -> Fact[float] | None:
    if fact is None:
        return None
    others = tuple(Ranked(one.label * change.speed, one.confidence) for one in fact.alternatives)
    return replace(fact, value=fact.value * change.speed, alternatives=others)


def _keyed(fact: Fact[Key] | None, semitones: int) -> Fact[Key] | None:
    if fact is None:
        return None
    others = tuple(Ranked(transposed_key(one.label, semitones), one.confidence) for one in fact.alternatives)
    return replace(fact, value=transposed_key(fact.value, semitones), alternatives=others)


def _mapped(fact: Fact[Any] | None, change: Any) -> Fact[Any] | None:
    return replace(fact, value=change(fact.value)) if fact else None


def _grid(grid: BeatGrid, within: Interval, speed: float) -> BeatGrid:
    beats = [b for b in grid.beats if within.contains(b.time_s)]
    return BeatGrid(tuple(Beat((b.time_s - within.start_s) / speed, b.position) for b in beats), grid.metre)


def _timeline(fact: Fact[Timeline[L]] | None, within: Interval, change: Change, label: Any) -> Fact[Timeline[L]] | None:
    if fact is None:
        return None
    rows = []
    for s in fact.value.within(within):
        start_s, end_s = (s.start_s - within.start_s) / change.speed, (s.end_s - within.start_s) / change.speed
        if end_s - start_s >= SHORTEST_S or change.cut is None:
            others = tuple(Ranked(label(one.label), one.confidence) for one in s.alternatives)
            rows.append(Segment(start_s, end_s, label(s.label), s.confidence, others))
    return replace(fact, value=Timeline(tuple(rows)))


def _heard_tempo(card: SongCard) -> Fact[float] | None:
    """A cut keeps the tempo of the whole only where its own beats run at it; too few of them tell no tempo."""
    if card.tempo_bpm is None or card.beats is None:
        return card.tempo_bpm
    grid = card.beats.value
    counted = grid.tempo_bpm if len(grid.beats) >= FEWEST_BEATS else None
    runs = counted is not None and abs(counted / card.tempo_bpm.value - 1) <= TEMPO_TOLERANCE
    return card.tempo_bpm if runs else None


def _with_home(card: SongCard, change: Change) -> SongCard:
    """In a cut the main key is the one that holds longest there; none where the regions of the whole leave a gap."""
    if not (change.cut and card.key and card.key_regions):
        return card
    if not len(card.key_regions.value):
        return replace(card, key=None)
    seconds: dict[Key, float] = {}
    for region in card.key_regions.value:
        seconds[region.label] = seconds.get(region.label, 0.0) + region.duration_s
    return replace(card, key=replace(card.key, value=max(seconds, key=lambda key: seconds[key]), alternatives=()))


def _respelled(card: SongCard, semitones: int) -> Fact[Timeline[Chord]] | None:
    if card.chords is None:
        return None
    rows = []
    for s in card.chords.value:
        key = card.key_at((s.start_s + s.end_s) / 2)
        others = tuple(Ranked(transposed_chord(o.label, semitones, key), o.confidence) for o in s.alternatives)
        rows.append(replace(s, label=transposed_chord(s.label, semitones, key), alternatives=others))
    return replace(card.chords, value=Timeline(tuple(rows)))


def _curve(curve: Any, within: Interval, speed: float) -> Any:
    if curve is None:
        return None
    times_s, levels = curve
    kept = [((t - within.start_s) / speed, lufs) for t, lufs in zip(times_s, levels, strict=True) if within.contains(t)]
    return [t for t, _ in kept], [lufs for _, lufs in kept]


def _metre(old: SongCard, new: SongCard) -> Any:
    """Unheard where a cut leaves too few beats to hear a metre."""
    heard = new.beats is not None and len(new.beats.value.beats) > 2 * new.beats.value.metre.felt_beats
    return old.metre if heard else None


def _stability(old: SongCard, new: SongCard) -> Any:
    if old.stability is None or new.beats is None:
        return None
    shape = tempo_stability(new.beats.value)
    return derived(new.beats, shape) if shape else None


def bar_cut(card: SongCard, start_s: float, length_s: float) -> Interval:
    """A cut of about that length that begins and ends at bar lines, where there are any."""
    edges: Sequence[float] = [bar.start_s for bar in card.bars if bar.number > 0]
    first = min(edges, key=lambda edge: abs(edge - start_s), default=start_s)
    after = [edge for edge in edges if first < edge <= first + length_s]
    last = after[-1] if after else min(card.duration_s, first + length_s)
    return Interval(first, last)
