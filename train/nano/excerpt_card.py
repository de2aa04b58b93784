"""The card of 20 s of a piece: what is true of them and can be heard in them, in seconds from their beginning.

What only the whole song tells (a chorus, its form, its last chord) is left out; so are chords whose root or third
nobody plays. The score is certain, so every fact has a confidence of 1.
"""

from collections.abc import Sequence
from math import isnan
from typing import TypeVar

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.facts.card import Curve, Fact, SongCard
from musicflamingo_app.facts.stability import TempoStability
from musicflamingo_app.music.analysis import Tag
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, UNKNOWN_CHORD, Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import spelled
from musicflamingo_app.music.time import Interval, Segment, Timeline
from train.nano.truth import CLIP_S, METRES, ROW_S, Truth, family
from train.pieces.values import BRIDGED_S, Note, Piece

L = TypeVar("L")
SOURCE = "score"
LEAST_HEARD_S = 1.0  # an instrument heard for less is not told
LEAST_KEY_S = 4.0
GENRES = {
    "pop ballad": "ballad", "pop rock": "pop rock", "rock": "rock", "disco": "disco", "house": "house",
    "waltz": "waltz", "ballad in six": "ballad", "jig": "jig", "jazz swing": "swing", "jazz waltz": "jazz waltz",
    "bossa": "bossa nova", "blues": "blues", "gospel": "gospel", "march": "march", "hymn": "hymn",
    "reggae": "reggae", "hip hop": "hip hop", "drone": "drone", "minimal": "minimal music",
    "modal vamp": "modal jam", "pop909": "pop", "solo piano": "piano solo",
}  # fmt: skip
# Tags are words that the checker of claims knows; who plays when is told by families.
TOLD = {
    "acoustic guitar": "guitar", "electric guitar": "guitar", "distorted guitar": "guitar",
    "synthesizer lead": "synthesizer", "synthesizer pad": "synthesizer",
}  # fmt: skip
LETTERS = "ABCDEFGHIJ"


def card_of_excerpt(piece: Piece, start_s: float, truth: Truth, title: str = "") -> SongCard:
    """The card of the 20 s of a piece from `start_s` on. `truth` is theirs."""
    heard = playing(piece, start_s)
    keys = cut(piece.keys, start_s).merged()
    chords = _chords(piece, start_s, keys)
    grid = _grid(piece, start_s, truth)
    steady = not isnan(truth.tempo_bpm)
    return SongCard(
        title,
        CLIP_S,
        tempo_bpm=_sure(truth.tempo_bpm) if steady else None,
        stability=_sure(TempoStability(True, truth.tempo_bpm, truth.tempo_bpm)) if steady else None,
        metre=_sure(grid.metre) if grid and truth.metre >= 0 else None,
        beats=_sure(grid) if grid else None,
        key=_sure(keys.segments[0].label) if len(keys) == 1 else None,
        key_regions=_sure(keys) if len(keys) and min(s.duration_s for s in keys) >= LEAST_KEY_S else None,
        chords=_sure(chords) if any(s.label.is_chord for s in chords) else None,
        sections=_sure(_sections(piece, start_s)) if len(piece.sections) else None,
        tags=_sure(_tags(piece, heard)),
        loudness_curve=_curve(truth),
        instruments=_sure(heard) if heard else None,
    )


def cut(timeline: Timeline[L], start_s: float) -> Timeline[L]:
    """The part of a timeline that the clip holds, from its beginning on."""
    inside = timeline.within(Interval(max(0.0, start_s), start_s + CLIP_S))
    return Timeline.of((max(0.0, s.start_s - start_s), s.end_s - start_s, s.label) for s in inside)


def playing(piece: Piece, start_s: float) -> tuple[Playing, ...]:
    """The families that are heard in the clip and when; those heard for less than a second are left out."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for index, part in enumerate(piece.parts):
        which = family(part)
        if which is None:
            continue
        for active in piece.active(index):
            begin_s, end_s = max(0.0, active.start_s - start_s), min(CLIP_S, active.end_s - start_s)
            if end_s > begin_s:
                spans.setdefault(which, []).append((begin_s, end_s))
    rows = [(FAMILY_NAMES[which], joined_spans(sorted(spans[which]))) for which in sorted(spans)]
    long = [(name, found) for name, found in rows if sum(end - begin for begin, end in found) >= LEAST_HEARD_S]
    return tuple(Playing.of(name, [(begin, end, 1.0) for begin, end in found]) for name, found in long)


def joined_spans(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans in order, those that touch or nearly touch made one."""
    out: list[tuple[float, float]] = []
    for begin_s, end_s in spans:
        if out and begin_s <= out[-1][1] + BRIDGED_S:
            out[-1] = (out[-1][0], max(end_s, out[-1][1]))
        else:
            out.append((begin_s, end_s))
    return out


def _sure(value: L) -> Fact[L]:
    return Fact(value, 1.0, SOURCE)


def _grid(piece: Piece, start_s: float, truth: Truth) -> BeatGrid | None:
    """The beats of the clip, with its metre; None for fewer than four."""
    beats = piece.beats.beats
    inside = [Beat(b.time_s - start_s, b.position) for b in beats if start_s <= b.time_s < start_s + CLIP_S]
    metre = Metre.parse(METRES[truth.metre]) if truth.metre >= 0 else piece.beats.metre
    return BeatGrid(tuple(inside), metre) if len(inside) >= 4 else None


def _chords(piece: Piece, start_s: float, keys: Timeline[Key]) -> Timeline[Chord]:
    """The chords as the key spells them; those that nobody plays in full are unknown."""
    notes = [
        note
        for note in piece.notes
        if note.start_s < start_s + CLIP_S and note.end_s > start_s and not piece.parts[note.part].is_drums
    ]
    rows = []
    for segment in cut(piece.chords, start_s):
        key = keys.at((segment.start_s + segment.end_s) / 2)
        label = spelled(segment.label, key.label) if key and segment.label.is_chord else segment.label
        known = label == NO_CHORD or _is_played(segment, notes, start_s)
        rows.append((segment.start_s, segment.end_s, label if known else UNKNOWN_CHORD))
    return Timeline.of(rows).merged()


def _is_played(segment: Segment[Chord], notes: Sequence[Note], start_s: float) -> bool:
    """Whether the root and the third (of suspended chords the tone in its place) sound under a chord."""
    chord = segment.label
    if chord.root is None:
        return False
    begin_s, end_s = segment.start_s + start_s, segment.end_s + start_s
    sounding = {
        note.pitch % 12
        for note in notes
        if min(note.end_s, end_s) - max(note.start_s, begin_s) > min(0.1, 0.3 * (end_s - begin_s))
    }
    wanted = {0} | {degree.semitones for degree in chord.triad.degrees[1:2]}
    return all((chord.root.pitch_class + step) % 12 in sounding for step in wanted)


def _sections(piece: Piece, start_s: float) -> Timeline[Section]:
    """The sections by letters in the order in which the clip has them."""
    inside = cut(piece.sections, start_s)
    names = list(dict.fromkeys(segment.label.letter for segment in inside))
    return Timeline.of((s.start_s, s.end_s, Section(LETTERS[names.index(s.label.letter)])) for s in inside)


def _tags(piece: Piece, heard: Sequence[Playing]) -> tuple[Tag, ...]:
    names = [TOLD.get(one.name, one.name) for one in sorted(heard, key=lambda one: -one.duration_s)]
    tags = [Tag("instrument", name, 1.0) for name in dict.fromkeys(names)]
    genre = GENRES.get(piece.style)
    return (*tags, Tag("genre", genre, 1.0)) if genre else tuple(tags)


def _curve(truth: Truth) -> Curve:
    """Loudness twice a second."""
    step = 6
    levels = truth.loudness[: len(truth.loudness) // step * step].reshape(-1, step).mean(axis=1)
    return tuple((n + 0.5) * step * ROW_S for n in range(len(levels))), tuple(float(level) for level in levels)
