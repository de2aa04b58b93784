"""What can be said of two sections beside each other, and of one among all: the facts that letters and names are read
from. Sections stand between `lines` (indices of bars, first to last).
"""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.form_rows import PARTS, BarRows
from musicflamingo_app.music.arrays import Floats

LARGEST_SHIFT_BARS = 2
_WEIGHTS = np.array([1.0, 0.25, 0.5, 0.25, 0.25], np.float32)  # of the respects, where the best shift is chosen
N_PAIR_FACTS, N_NAME_FACTS = 27, 27
SHORT_BARS = 4


def pair_facts(rows: BarRows, alike: NDArray[np.float32], lines: Sequence[int]) -> Floats:
    """(sections, sections, N_PAIR_FACTS), filled where the first section comes before the second."""
    sections = list(itertools.pairwise(lines))
    n = len(sections)
    heights = [float(rows.level[a:b].mean()) for a, b in sections]
    out = np.zeros((n, n, N_PAIR_FACTS), np.float32)
    for i, j in itertools.combinations(range(n), 2):
        (a, b), (c, d) = first, second = sections[i], sections[j]
        block = alike[:, a:b, c:d]
        step = heights[j] - heights[i]
        out[i, j] = [
            *_best_shift(block),
            *block.mean(axis=(1, 2)),
            *_heads(block),
            *_turned(rows, first, second),
            *_lengths(b - a, d - c),
            step,
            abs(step),
            j == i + 1,
            i == 0,
            j == n - 1,
            (j - i) / n,
        ]
    return out


def _lengths(first: int, second: int) -> list[float]:
    """How unequal two lengths in bars are, both in octaves, and which are short."""
    shorter, longer = sorted((first, second))
    octaves = [float(np.log2(length)) / 4 for length in (shorter, longer)]
    return [shorter / longer, *octaves, shorter <= SHORT_BARS, longer <= SHORT_BARS]


def _best_shift(block: NDArray[np.float32]) -> list[float]:
    """Likeness bar against bar at the best shift, each respect, and the share of the longer section that it covers."""
    _, n_first, n_second = block.shape
    shorter = min(n_first, n_second)
    best, found = -np.inf, [0.0] * 6
    for shift in range(-n_first + 1, n_second):
        a, b = max(0, -shift), max(0, shift)
        n = min(n_first - a, n_second - b)
        if n >= max(1, shorter - LARGEST_SHIFT_BARS):
            steps = np.arange(n)
            means = block[:, a + steps, b + steps].mean(axis=1)
            if (value := float(_WEIGHTS @ means)) > best:
                best, found = value, [*map(float, means), n / max(n_first, n_second)]
    return found


def _heads(block: NDArray[np.float32]) -> list[float]:
    """Likeness of the first four bars of both in harmony and melody, and of the last four in harmony."""
    steps = np.arange(min(SHORT_BARS, *block.shape[1:]))
    starts = block[:, steps, steps].mean(axis=1)
    ends = block[:, -1 - steps, -1 - steps].mean(axis=1)
    return [float(starts[0]), float(starts[2]), float(ends[0])]


def _turned(rows: BarRows, first: tuple[int, int], second: tuple[int, int]) -> list[float]:
    """Likeness of harmony from the start of both, as it is and at the best transposition: choruses move up."""
    n = min(first[1] - first[0], second[1] - second[0])
    ours, theirs = (rows.chroma[a : a + n].reshape(n * PARTS, 12) for a, _ in (first, second))
    spectrum = (np.fft.rfft(ours, axis=1).conj() * np.fft.rfft(theirs, axis=1)).sum(axis=0)
    turns = np.fft.irfft(spectrum, 12) / (np.linalg.norm(ours) * np.linalg.norm(theirs) + 1e-6)
    return [float(turns[0]), float(turns.max())]


def name_facts(rows: BarRows, lines: Sequence[int], letters: Sequence[str]) -> Floats:
    """(sections, N_NAME_FACTS): place, length, level, fullness, and the history of its letter (primes left out)."""
    sections = list(itertools.pairwise(lines))
    plain = [letter.rstrip("'") for letter in letters]
    sound = _relative(np.stack([_sound(rows, *section) for section in sections]))
    out = np.zeros((len(sections), N_NAME_FACTS), np.float32)
    for index, (a, b) in enumerate(sections):
        out[index] = [*_place(index, a, b, lines), *sound[index], *_history(index, plain, sound[:, 0])]
    return out


def _sound(rows: BarRows, a: int, b: int) -> Floats:
    """Level, highs, lows, strokes and steadiness of a section."""
    bands = rows.bands[a:b].mean(axis=0)
    third = len(bands) // 3
    return np.array(
        [bands.mean(), bands[2 * third :].mean(), bands[:third].mean(), rows.strokes[a:b].mean() / 10,
         rows.level[a:b].mean(axis=1).std()], np.float32,
    )  # fmt: skip


def _relative(sound: Floats) -> Floats:
    """Each about the mean of all sections, then the step from the section before."""
    about = sound - sound.mean(axis=0)
    steps = np.diff(sound, axis=0, prepend=sound[:1])
    return np.concatenate([about, steps[:, :3]], axis=1)


def _place(index: int, a: int, b: int, lines: Sequence[int]) -> list[float]:
    n, n_bars = len(lines) - 1, lines[-1] - lines[0]
    lengths = np.diff(lines)
    return [
        a / n_bars,
        b / n_bars,
        index == 0,
        index == 1,
        index == n - 1,
        index == n - 2,
        np.log2(n) / 3,
        np.log2(b - a) / 3,
        (b - a) / float(np.median(lengths)),
    ]


def _history(index: int, letters: Sequence[str], levels: Floats) -> list[float]:
    """How often the letter sounds and when, how loud it is beside others, and its neighbours."""
    own = [i for i, letter in enumerate(letters) if letter == letters[index]]
    before = letters[index - 1] if index else ""
    after = letters[index + 1] if index + 1 < len(letters) else ""
    bearing = np.array(letters)
    mean = {letter: float(levels[bearing == letter].mean()) for letter in letters}
    others = [value for letter, value in mean.items() if letter != letters[index]]
    return [
        min(4, len(own)) / 4,
        own.index(index) / len(letters),
        own[0] == index,
        own[-1] == index,
        letters[index] == letters[0],
        mean[letters[index]] - max(others, default=mean[letters[index]]),
        before == letters[index],
        after == letters[index],
        letters.count(before) / 4 if before else 0.0,
        letters.count(after) / 4 if after else 0.0,
    ]
