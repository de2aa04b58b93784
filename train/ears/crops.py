"""Random stretches of items, as batches. Items are read from disk each time; the system's cache keeps them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import UNKNOWN
from musicflamingo_app.analysis.listening.spectra import BINS_PER_SEMITONE, HARMONIC_HZ, RHYTHMIC_HZ
from train.ears.items import SCALE, Item, load

MOST_SEMITONES = 5
RESCAN_STEPS = 200  # items may still be in the making
PIECES_SHARE = 0.3  # of the crops that come from made pieces
REAL_SHARE = 0.15  # of the crops that come from real recordings, where they are asked for


@dataclass(frozen=True, eq=False)
class Crop:
    """Spectra as log magnitudes and the truth of each harmonic frame; `beats` are rows of the rhythmic spectrum."""

    harmonic: NDArray[np.float32]
    rhythmic: NDArray[np.float32]
    chords: NDArray[np.int64]
    bass: NDArray[np.int64]
    keys: NDArray[np.int64]
    families: NDArray[np.uint32]
    beats: NDArray[np.float32]  # (rows, 2): nearness of a beat and of a downbeat, 0 to 1
    has_beats: bool


def crops(
    folder: Path,
    frames: int,
    batch: int,
    seed: int,
    first_step: int,
    *,
    shift: bool,
    mend: Callable[[Item], Item | None] = lambda item: item,
    real: Path | None = None,
    pieces_share: float = PIECES_SHARE,
) -> Iterator[list[Crop]]:
    """Endless batches; those of a step depend on the seed and the step alone, and on the items at hand.

    `mend` may change an item, or refuse it, and then another one is taken; `real` is a folder of real recordings.
    """
    step = first_step
    while True:
        pops, pieces = sorted(folder.glob("pop-*.npz")), sorted(folder.glob("piece-*.npz"))
        recordings = sorted(real.glob("real-*.npz")) if real else []
        for _ in range(RESCAN_STEPS):
            random = np.random.default_rng((seed, step))
            made: list[Crop] = []
            while len(made) < batch:
                paths = pieces if random.random() < pieces_share else pops
                if recordings and random.random() < REAL_SHARE:
                    paths = recordings
                item = mend(load(paths[random.integers(len(paths))]))
                if item is not None:
                    made.append(crop(item, frames, random, shift=shift))
            yield made
            step += 1


def crop(item: Item, frames: int, random: np.random.Generator, *, shift: bool) -> Crop:
    """A stretch of `frames` harmonic frames, moved by up to five semitones if asked; a short item is padded."""
    n = len(item.harmonic)
    start = int(random.integers(max(1, n - frames + 1)))
    kept = slice(start, start + frames)
    rows = slice(5 * start, 5 * (start + frames))
    steps = int(random.integers(-MOST_SEMITONES, MOST_SEMITONES + 1)) if shift else 0
    return Crop(
        _padded(_shifted(item.harmonic[kept], steps).astype(np.float32) / SCALE, frames, 0),
        _padded(item.rhythmic[rows].astype(np.float32) / SCALE, 5 * frames, 0),
        _padded(_moved(item.chords[kept].astype(np.int64), steps, first=1), frames, UNKNOWN),
        _padded(_moved_bass(item.bass[kept].astype(np.int64), steps), frames, UNKNOWN),
        _padded(_moved(item.keys[kept].astype(np.int64), steps, first=0), frames, UNKNOWN),
        _padded(item.families[kept], frames, 0),
        near_beats(item, start / HARMONIC_HZ, 5 * frames),
        bool(len(item.beats_s)),
    )


def _shifted(rows: NDArray[np.uint8], steps: int) -> NDArray[np.uint8]:
    move = steps * BINS_PER_SEMITONE
    out = np.zeros_like(rows)
    if move >= 0:
        out[:, move:] = rows[:, : rows.shape[1] - move]
    else:
        out[:, :move] = rows[:, -move:]
    return out


def _moved(classes: NDArray[np.int64], steps: int, *, first: int) -> NDArray[np.int64]:
    """Classes of twelve roots each, counted from `first`, moved by semitones; those before `first` stay."""
    kind, root = np.divmod(classes - first, 12)
    return np.where(classes >= first, first + 12 * kind + (root + steps) % 12, classes)


def _moved_bass(classes: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    return np.where((classes >= 0) & (classes < 12), (classes + steps) % 12, classes)


def _padded(rows: NDArray[np.generic], length: int, filler: float) -> NDArray[np.generic]:
    if len(rows) == length:
        return rows
    out = np.full((length, *rows.shape[1:]), filler, rows.dtype)
    out[: len(rows)] = rows
    return out


def near_beats(item: Item, start_s: float, rows: int) -> NDArray[np.float32]:
    """1 on the row nearest to a beat (downbeat), 0.5 beside it."""
    out = np.zeros((rows, 2), np.float32)
    for column, times in enumerate((item.beats_s, item.beats_s[item.positions == 1])):
        places = np.round((times - start_s) * RHYTHMIC_HZ).astype(int)
        for offset, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            inside = places[(places + offset >= 0) & (places + offset < rows)] + offset
            out[inside, column] = np.maximum(out[inside, column], value)
    return out
