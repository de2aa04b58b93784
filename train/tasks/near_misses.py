"""Wrong options that are hard to tell from the right one without listening.

The right one must not stand out among them: numbers are built so that its rank is drawn evenly, keys and chords as
chains of near relations in which its place is drawn evenly. Otherwise the middle one would always be right.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import spelled

T = TypeVar("T")
TEMPO_STEPS = (4 / 3, 5 / 4, 6 / 5)
OCTAVE_SHARE = 0.6
PLAUSIBLE_BPM = (24, 340)
_TWINS = {"min7": "maj7", "maj7": "min7", "7": "min7", "min6": "maj6", "maj6": "min6", "dim": "min", "aug": "maj"}
_METRES = ("2/4", "3/4", "4/4", "5/4", "6/8", "7/8", "9/8", "12/8")


def chain(
    true: T, n_wrong: int, random: Random, step: Callable[[T, int, Random], T], same: Callable[[T], object]
) -> list[T]:
    """Wrong values from a chain around the true one, whose place in the chain is drawn evenly.

    `step` goes one relation on (the direction is 1 or -1); `same` maps equal values to one.
    """
    seen, out = {same(true)}, []
    place = random.randint(0, n_wrong)
    for direction, n_steps in ((-1, place), (1, n_wrong - place)):
        value = true
        for _ in range(n_steps):
            for _ in range(12):
                value = step(value, direction, random)
                if same(value) not in seen:
                    break
            if same(value) not in seen:
                seen.add(same(value))
                out.append(value)
    return out


def tempi(true_bpm: int, n_wrong: int, random: Random) -> list[int]:
    """Tempi on a ladder with the true one: at most one double, else a fifth to a third more."""
    ratios = [random.choice(TEMPO_STEPS) for _ in range(n_wrong)]
    if random.random() < OCTAVE_SHARE:
        ratios[random.randrange(n_wrong)] = 2.0
    place = random.randint(0, n_wrong)
    out, value = [], float(true_bpm)
    for ratio in ratios[:place]:
        value /= ratio
        out.append(round(value))
    value = float(true_bpm)
    for ratio in ratios[place:]:
        value *= ratio
        out.append(round(value))
    return [bpm for bpm in dict.fromkeys(out) if PLAUSIBLE_BPM[0] <= bpm <= PLAUSIBLE_BPM[1]]


def metres(true: Metre, n_wrong: int, random: Random) -> list[Metre]:
    """Neighbouring signatures: those of near lengths and the compound twin first."""
    others = [Metre.parse(text) for text in _METRES if Metre.parse(text) != true]
    random.shuffle(others)
    others.sort(key=lambda metre: abs(metre.felt_beats - true.felt_beats) > 1)
    return others[:n_wrong]


def keys(true: Key, n_wrong: int, random: Random) -> list[Key]:
    """Relative, parallel and fifth-related keys, in a chain."""
    return chain(true, n_wrong, random, _next_key, lambda key: (key.tonic.pitch_class, key.mode))


def _next_key(key: Key, direction: int, random: Random) -> Key:
    kinds = [key.relative, key.parallel, key.transposed(7 if direction > 0 else 5)]
    return random.choice(kinds)


def chords(true: Chord, n_wrong: int, random: Random, key: Key | None) -> list[Chord]:
    """Chords that share two tones with the next one of the chain: a third away, or of the other gender."""
    found = chain(true.bare, n_wrong, random, _next_chord, lambda chord: (chord.pitch_classes, chord.root))
    return [spelled(chord, key) if key else chord for chord in found]


def _next_chord(chord: Chord, direction: int, random: Random) -> Chord:
    """A chord that shares tones, of as many tones: a plain triad among sevenths would stand out."""
    quality = chord.triad.quality
    if chord.root is not None and chord.quality not in ("maj", "min"):
        step = random.choice((0, 3, 4, 5, 7, 8, 9))
        other = _TWINS.get(chord.quality, chord.quality)
        kind = other if step == 0 or random.random() < 0.5 else chord.quality
        return Chord(chord.transposed(step * direction).root, kind, chord.added, chord.omitted)
    if chord.root is None or quality not in ("maj", "min"):
        return Chord(chord.root, random.choice(("maj", "min")))
    third_below, third_above = (9, 4) if quality == "maj" else (8, 3)
    kind = random.random()
    if kind < 0.25:
        return Chord(chord.root, "min" if quality == "maj" else "maj")
    if kind < 0.4:
        return chord.triad.transposed(7 if direction > 0 else 5)
    other = "min" if quality == "maj" else "maj"
    return Chord(chord.triad.transposed(third_above if direction > 0 else third_below).root, other)


def counts(true: int, n_wrong: int, random: Random, *, least: int = 0) -> list[int]:
    """Neighbouring counts; the rank of the true one is drawn evenly as far as there are smaller ones."""
    place = random.randint(0, min(n_wrong, max(0, true - least)))
    low = true - place
    return [n for n in range(low, low + n_wrong + 1) if n != true]


def times(
    true_s: float, others_s: Sequence[float], n_wrong: int, random: Random, *, end_s: float, gap_s: float
) -> list[float]:
    """Other moments at least `gap_s` apart: first those given (where other things begin), then drawn ones."""
    out: list[float] = []
    drawn = [random.uniform(0, end_s) for _ in range(60)]
    given = list(others_s)
    random.shuffle(given)
    for time_s in [*given, *drawn]:
        if len(out) < n_wrong and all(abs(time_s - one) >= gap_s for one in [true_s, *out]):
            out.append(time_s)
    return out


def words(true: str, pool: Sequence[str], n_wrong: int, random: Random) -> list[str]:
    """Other words of a pool, in drawn order."""
    others = [word for word in dict.fromkeys(pool) if word != true]
    random.shuffle(others)
    return others[:n_wrong]
