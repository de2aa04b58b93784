"""Random stretches of items, as batches. Items are read from disk each time; the system's cache keeps them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import UNKNOWN
from musicflamingo_app.analysis.listening.spectra import BINS_PER_SEMITONE, HARMONIC_HZ, RHYTHMIC_HZ
from musicflamingo_app.errors import NotFound
from train.ears.folds import Fold
from train.ears.items import SCALE, Item, load

MOST_SEMITONES = 5
RESCAN_STEPS = 200  # items may still be in the making
FASTEST = 1.25  # how much faster or slower than it is a crop may be heard, if asked


@dataclass(frozen=True)
class Shares:
    """What crops come from: recordings, if there are any; else scores; else pieces; else songs, plain or by bands.

    What `without` holds is left out.
    """

    scores: float = 0.05
    pieces: float = 0.3
    plain: float = 0.3  # of the songs, on a piano alone
    real: float = 0.15
    without: Fold | None = None


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
    real: Sequence[Path] = (),
    shares: Shares = Shares(),
    stretch: bool = False,
) -> Iterator[list[Crop]]:
    """Endless batches; those of a step depend on the seed and the step alone, and on the items at hand.

    `mend` may change an item, or refuse it, and then another one is taken; `real` are folders of real recordings.
    """
    step = first_step
    while True:
        kinds = _kinds(folder, real, shares.without)
        for _ in range(RESCAN_STEPS):
            random = np.random.default_rng((seed, step))
            made: list[Crop] = []
            while len(made) < batch:
                paths = _drawn(kinds, shares, random)
                item = mend(load(paths[random.integers(len(paths))]))
                if item is not None:
                    made.append(crop(item, frames, random, shift=shift, stretch=stretch))
            yield made
            step += 1


def is_plain(name: str) -> bool:
    """Whether an item is a song on a piano alone."""
    return name.startswith("solo-") or (name.startswith("pop-") and name.endswith("-0"))


def _kinds(folder: Path, real: Sequence[Path], without: Fold | None) -> dict[str, list[Path]]:
    """The items at hand by kind. Raises NotFound where there are none."""
    paths = [path for path in sorted(folder.glob("*.npz")) if without is None or not without.holds(path.stem)]
    if not paths:
        raise NotFound(f"There are no items in {folder}.", "Make some with `python -m train.ears.make`.")
    made = {kind: [p for p in paths if p.stem.startswith(f"{kind}-")] for kind in ("piece", "score")}
    songs = sorted({*paths}.difference(*made.values()))
    plain, bands = [p for p in songs if is_plain(p.stem)], [p for p in songs if not is_plain(p.stem)]
    recordings = [path for place in real for path in sorted(place.glob("real-*.npz"))]
    return {"scores": made["score"], "pieces": made["piece"], "plain": plain, "bands": bands, "real": recordings}


def _drawn(kinds: dict[str, list[Path]], shares: Shares, random: np.random.Generator) -> list[Path]:
    """The items of a kind drawn by the shares; of those at hand, where there are none of it."""
    real, score, piece, plain = random.random(4) < (shares.real, shares.scores, shares.pieces, shares.plain)
    order = ["plain", "bands"] if plain else ["bands", "plain"]
    order = ["pieces", *order] if piece else [*order, "pieces"]
    order = ["scores", *order] if score else [*order, "scores"]
    order = ["real", *order] if real else order
    return next(kinds[kind] for kind in order if kinds[kind])


def crop(item: Item, frames: int, random: np.random.Generator, *, shift: bool, stretch: bool = False) -> Crop:
    """A stretch of `frames` harmonic frames, moved by up to five semitones if asked; a short item is padded.

    With `stretch` the rhythmic rows and beats, and they alone, are faster or slower than the item's.
    """
    n = len(item.harmonic)
    speed = float(FASTEST ** random.uniform(-1, 1)) if stretch else 1.0
    start = int(random.integers(max(1, n - round(frames * speed) + 1)))
    kept = slice(start, start + frames)
    steps = int(random.integers(-MOST_SEMITONES, MOST_SEMITONES + 1)) if shift else 0
    return Crop(
        _padded(_shifted(item.harmonic[kept], steps).astype(np.float32) / SCALE, frames, 0),
        _padded(_sped(item.rhythmic[5 * start :], speed, 5 * frames), 5 * frames, 0),
        _padded(moved(item.chords[kept].astype(np.int64), steps, first=1), frames, UNKNOWN),
        _padded(moved_bass(item.bass[kept].astype(np.int64), steps), frames, UNKNOWN),
        _padded(moved(item.keys[kept].astype(np.int64), steps, first=0), frames, UNKNOWN),
        _padded(item.families[kept], frames, 0),
        near_beats(item, start / HARMONIC_HZ, 5 * frames, speed),
        bool(len(item.beats_s)),
    )


def _sped(rows: NDArray[np.uint8], speed: float, n: int) -> NDArray[np.float32]:
    """The first `n` rows, or as many as there are, of a recording so many times faster; between rows by a line."""
    if speed == 1.0:
        return rows[:n].astype(np.float32) / SCALE
    n = min(n, int((len(rows) - 1) / speed))
    places = np.arange(n) * speed
    before = places.astype(int)
    share = (places - before).astype(np.float32)[:, None]
    return (rows[before] * (1 - share) + rows[before + 1] * share) / np.float32(SCALE)


def _shifted(rows: NDArray[np.uint8], steps: int) -> NDArray[np.uint8]:
    move = steps * BINS_PER_SEMITONE
    out = np.zeros_like(rows)
    if move >= 0:
        out[:, move:] = rows[:, : rows.shape[1] - move]
    else:
        out[:, :move] = rows[:, -move:]
    return out


def moved(classes: NDArray[np.int64], steps: int, *, first: int) -> NDArray[np.int64]:
    """Classes of twelve roots each, counted from `first`, moved by semitones; those before `first` stay."""
    kind, root = np.divmod(classes - first, 12)
    return np.where(classes >= first, first + 12 * kind + (root + steps) % 12, classes)


def moved_bass(classes: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    return np.where((classes >= 0) & (classes < 12), (classes + steps) % 12, classes)


def _padded(rows: NDArray[np.generic], length: int, filler: float) -> NDArray[np.generic]:
    if len(rows) == length:
        return rows
    out = np.full((length, *rows.shape[1:]), filler, rows.dtype)
    out[: len(rows)] = rows
    return out


def near_beats(item: Item, start_s: float, rows: int, speed: float = 1.0) -> NDArray[np.float32]:
    """1 on the row nearest to a beat (downbeat), 0.5 beside it; of a recording so many times faster.

    Downbeats are -1 throughout where nobody knows which beats they are.
    """
    out = np.zeros((rows, 2), np.float32)
    if len(item.beats_s) and not item.positions.any():
        out[:, 1] = -1.0
    for column, times in enumerate((item.beats_s, item.beats_s[item.positions == 1])):
        places = np.round((times - start_s) / speed * RHYTHMIC_HZ).astype(int)
        for offset, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            inside = places[(places + offset >= 0) & (places + offset < rows)] + offset
            out[inside, column] = np.maximum(out[inside, column], value)
    return out
