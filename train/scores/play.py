"""A score played: by instruments, in a key and at a tempo of the seed's choice, as a piece with its truth."""

import math
from random import Random

from musicflamingo_app.music.beat import Beat, BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Segment, Timeline
from train.pieces.clock import Clock
from train.pieces.styles import FOLK
from train.pieces.values import Note, Part, Piece
from train.scores.sonorities import clear_chords
from train.scores.written import Tone, Written

STYLE = "score"
TAIL_S = 1.5
LOOSE_S = 0.008  # deviation of where players put notes
CHORALE_BPM, TUNE_BPM = (52.0, 96.0), (76.0, 138.0)  # felt beats
ALONE = (0, 0, 0, 1, 4, 6, 16, 19, 19, 20, 21, 24, 46, 48, 49, 52, 53)  # programs that play four voices by themselves
QUARTETS = (
    (40, 40, 41, 42), (56, 56, 60, 57), (73, 68, 71, 70), (64, 65, 66, 67), (74, 74, 74, 74), (56, 60, 57, 58),
    (68, 68, 69, 70), (73, 71, 60, 70), (40, 41, 41, 42),
)  # fmt: skip
TUNES = (*FOLK, 40, 40, 73, 74, 21, 0, 71, 68, 72, 78)
CHORALE_STEPS, TUNE_STEPS = (-3, 3), (-5, 5)


def played(score: Written, seed: int) -> Piece:
    """The score with every label that it tells; chords only where there are parts to read them from."""
    random = Random(f"score {seed}")
    is_chorale = score.n_parts > 1
    steps = random.randint(*(CHORALE_STEPS if is_chorale else TUNE_STEPS))
    clock = _clock(score, random.uniform(*(CHORALE_BPM if is_chorale else TUNE_BPM)), random)
    parts = _parts(score.n_parts, random)
    notes = tuple(sorted((_note(tone, score, clock, steps, random) for tone in score.tones), key=_order))
    duration_s = max(note.end_s for note in notes) + TAIL_S
    keys = _through(score.key.transposed(steps) if score.key else None, clock, score)
    return Piece(
        seed=seed,
        style=STYLE,
        duration_s=duration_s,
        parts=parts,
        notes=notes,
        beats=_grid(score, clock),
        metres=Timeline.of([(0.0, duration_s, score.metre)]),
        chords=_chords(score, clock, steps) if is_chorale else Timeline(),
        keys=keys,
        sections=Timeline(),
        tuning_cents=0.0 if random.random() < 0.5 else round(random.uniform(-50, 50), 1),
        swing_ratio=1.0,
        is_free=False,
    )


def _order(note: Note) -> tuple[float, int, int]:
    return note.start_s, note.part, note.pitch


def _parts(n: int, random: Random) -> tuple[Part, ...]:
    if n == 1:
        return (Part("lead", random.choice(TUNES)),)
    programs = (random.choice(ALONE),) * n if random.random() < 0.6 else random.choice(QUARTETS)
    return tuple(Part(f"voice {index + 1}", program, pan=40 + 16 * index) for index, program in enumerate(programs))


def _clock(score: Written, bpm: float, random: Random) -> Clock:
    """Seconds of the felt beats, counted from the first bar line: a drifting tempo, held fermatas, a slower end."""
    first = -math.ceil(score.pickup / score.beat)
    n_beats = math.ceil((score.end - score.pickup) / score.beat) - first
    holding, slowing = random.choice((1.0, 1.0, 1.4, 1.9)), random.choice((0.0, 0.0, 0.2, 0.35))
    period, depth = random.uniform(12, 30), random.uniform(0.0, 0.03)
    width = score.metre.felt_beats
    times_s = [random.uniform(0.1, 1.0)]
    for index in range(n_beats):
        at = (index + first) * score.beat + score.pickup
        factor = 1 + depth * math.sin(2 * math.pi * index / period) + random.gauss(0, 0.006)
        factor *= 1 - slowing * max(0.0, (index - n_beats + width + 1) / (width + 1))
        held = any(start <= at + 1e-6 < end for start, end in score.held)
        times_s.append(times_s[-1] + 60 / bpm / factor * (holding if held else 1.0))
    return Clock(first, tuple(times_s))


def _at_s(clock: Clock, score: Written, quarters: float) -> float:
    return clock.time_s((quarters - score.pickup) / score.beat)


def _grid(score: Written, clock: Clock) -> BeatGrid:
    """The felt beats from the first note on."""
    width = score.metre.felt_beats
    beats = [
        Beat(time_s, (clock.first + index) % width + 1)
        for index, time_s in enumerate(clock.times_s)
        if -1e-6 <= (clock.first + index) * score.beat + score.pickup < score.end - 1e-6
    ]
    return BeatGrid(tuple(beats), score.metre)


def _note(tone: Tone, score: Written, clock: Clock, steps: int, random: Random) -> Note:
    start_s, end_s = _at_s(clock, score, tone.start), _at_s(clock, score, tone.end)
    on_bar = (tone.start - score.pickup) % (score.beat * score.metre.felt_beats) < 1e-6
    loud = 76 + 10 * on_bar + round(random.gauss(0, 6))
    length_s = (end_s - start_s) * random.uniform(0.86, 0.99)
    moved_s = max(0.0, start_s + random.gauss(0, LOOSE_S))
    return Note(moved_s, max(0.05, length_s), tone.pitch + steps, min(127, max(20, loud)), tone.part)


def _chords(score: Written, clock: Clock, steps: int) -> Timeline[Chord]:
    return Timeline(
        tuple(
            Segment(_at_s(clock, score, one.start), _at_s(clock, score, one.end), one.chord.transposed(steps))
            for one in clear_chords(score.tones)
            if one.chord is not None
        )
    )


def _through(key: Key | None, clock: Clock, score: Written) -> Timeline[Key]:
    """The key from the first note to the last."""
    if key is None:
        return Timeline()
    return Timeline.of([(_at_s(clock, score, 0.0), _at_s(clock, score, score.end), key)])
