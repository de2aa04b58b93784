"""Composes a piece from a seed: a style, a plan, a clock and a band, and all that is true of the outcome."""

from random import Random
from typing import TypeVar

from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline
from train.pieces.band import Player, band, strokes
from train.pieces.clock import Clock, clock
from train.pieces.kit import count_in
from train.pieces.plan import Stretch, plan, quarters_per_beat
from train.pieces.strokes import Stroke, seeded
from train.pieces.styles import STYLES, Style
from train.pieces.values import Note, Piece

L = TypeVar("L")
TAIL_S = 1.5  # after the last bar
LOOSENESS_S = (0.0, 0.003, 0.006, 0.01)  # deviation of the players' timing
FURTHEST = 2.5  # deviations
SHORTEST_S = 0.04
COUNTED_IN = 0.2  # how often drums count in


def piece(seed: int, style: str | None = None) -> Piece:
    """The piece of a seed, in a style or in one that the seed picks; always the same. Raises NotFound."""
    random = seeded("piece", seed)
    name = style if style is not None else random.choice(list(STYLES))
    if name not in STYLES:
        raise NotFound(f"There is no style “{name}”.", f"Use one of: {', '.join(STYLES)}.")
    chosen = STYLES[name]
    metre = Metre.parse(random.choice(chosen.metres))
    quarter_bpm = random.uniform(*chosen.bpm) * quarters_per_beat(metre)
    stretches = plan(chosen, seed, metre, quarter_bpm)
    players = band(chosen, seed, stretches)
    n_pickup = _pickup(chosen, players, stretches, random)
    beats = clock(chosen, stretches, quarter_bpm, seed, n_pickup)
    notes = _notes(chosen, seed, stretches, players, beats, n_pickup)
    return _labelled(seed, chosen, stretches, players, beats, notes)


def _pickup(style: Style, players: list[Player], stretches: list[Stretch], random: Random) -> int:
    """How many beats the drummer counts in."""
    if not any(player.role == "kit" for player in players) or random.random() >= COUNTED_IN:
        return 0
    felt = stretches[0].metre.felt_beats
    return felt if random.random() < 0.6 else min(2, felt)


def _notes(
    style: Style, seed: int, stretches: list[Stretch], players: list[Player], beats: Clock, n_pickup: int
) -> tuple[Note, ...]:
    """All notes, each player a little off the beat, within the piece."""
    random = seeded("feel", seed)
    loose_s = random.choice(LOOSENESS_S)
    made = list(strokes(style, seed, stretches, players))
    drummer = next((player for player in players if player.role == "kit"), None)
    if drummer is not None:
        made += [(drummer, stroke) for stroke in count_in(n_pickup)]
    end_s = beats.times_s[-1] + TAIL_S
    moved: dict[tuple[int, float], float] = {}
    notes = []
    for player, stroke in made:
        place = (player.index, round(stroke.start, 4))
        if place not in moved:
            moved[place] = max(-FURTHEST, min(FURTHEST, random.gauss(0, 1))) * loose_s
        notes.append(_note(player, stroke, beats, moved[place], end_s))
    return _one_at_a_time(sorted(notes, key=lambda note: (note.start_s, note.part, note.pitch)))


def _note(player: Player, stroke: Stroke, beats: Clock, moved_s: float, end_s: float) -> Note:
    start_s = max(0.0, beats.time_s(stroke.start) + moved_s)
    length_s = max(SHORTEST_S, beats.time_s(stroke.start + stroke.length) - beats.time_s(stroke.start))
    return Note(start_s, min(length_s, end_s - start_s), stroke.pitch, stroke.velocity, player.index)


def _one_at_a_time(notes: list[Note]) -> tuple[Note, ...]:
    """Of notes on one pitch of one part, each ends where the next begins; of two at once the longer stays."""
    out: list[Note] = []
    last: dict[tuple[int, int], int] = {}
    for note in notes:
        at = last.get((note.part, note.pitch))
        if at is not None and out[at].end_s > note.start_s:
            before = out[at]
            gap_s = note.start_s - before.start_s
            if gap_s < SHORTEST_S:
                longer = max(before.length_s, note.length_s)
                out[at] = Note(before.start_s, longer, before.pitch, before.velocity, before.part)
                continue
            out[at] = Note(before.start_s, gap_s, before.pitch, before.velocity, before.part)
        last[note.part, note.pitch] = len(out)
        out.append(note)
    return tuple(out)


def _labelled(
    seed: int, style: Style, stretches: list[Stretch], players: list[Player], beats: Clock, notes: tuple[Note, ...]
) -> Piece:
    random = seeded("tuning", seed)
    swings = style.swing[1] > 0.5
    duration_s = beats.times_s[-1] + TAIL_S
    return Piece(
        seed=seed,
        style=style.name,
        duration_s=duration_s,
        parts=tuple(player.part for player in players),
        notes=notes,
        beats=BeatGrid((), stretches[0].metre) if style.is_free else _grid(stretches, beats),
        metres=_tiled(stretches, [stretch.metre for stretch in stretches], beats, duration_s),
        chords=_chords(stretches, beats, duration_s),
        keys=_keys(style, stretches, beats, duration_s),
        sections=_sections(stretches, beats, duration_s),
        tuning_cents=0.0 if random.random() < 0.6 else round(random.uniform(-50, 50), 1),
        swing_ratio=round(beats.swing / (1 - beats.swing), 4) if swings else 1.0,
        is_free=style.is_free,
    )


def _grid(stretches: list[Stretch], beats: Clock) -> BeatGrid:
    felt = stretches[0].metre.felt_beats
    made = [Beat(beats.time_s(beat), beat % felt + 1) for beat in range(beats.first, 0)]
    for stretch in stretches:
        n = stretch.metre.felt_beats
        span = range(stretch.start, round(stretch.end))
        made += [Beat(beats.time_s(beat), (beat - stretch.start) % n + 1) for beat in span]
    return BeatGrid(tuple(made), stretches[0].metre)


def _chords(stretches: list[Stretch], beats: Clock, duration_s: float) -> Timeline[Chord]:
    rows = [
        (beats.time_s(sounding.start), beats.time_s(sounding.end), sounding.chord)
        for stretch in stretches
        for sounding in stretch.harmony
    ]
    return Timeline.of(rows).filled(duration_s, NO_CHORD).merged()


def _keys(style: Style, stretches: list[Stretch], beats: Clock, duration_s: float) -> Timeline[Key]:
    if style.idiom == "none":
        return Timeline()
    return _tiled(stretches, [stretch.key for stretch in stretches], beats, duration_s)


def _tiled(stretches: list[Stretch], labels: list[L], beats: Clock, duration_s: float) -> Timeline[L]:
    """Labels of the sections from 0 to the end, equal neighbours made one."""
    edges = [0.0, *(beats.time_s(stretch.start) for stretch in stretches[1:]), duration_s]
    return Timeline.of(zip(edges, edges[1:], labels, strict=False)).merged()


def _sections(stretches: list[Stretch], beats: Clock, duration_s: float) -> Timeline[Section]:
    """Every section by itself, though two in a row be alike; the held last bar belongs to the one before."""
    real = stretches[:-1]
    edges = [0.0, *(beats.time_s(stretch.start) for stretch in real[1:]), duration_s]
    return Timeline.of((a, b, s.section) for a, b, s in zip(edges, edges[1:], real, strict=False))
