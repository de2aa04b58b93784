"""Random stretches of the items of a shelf, as batches cut where the shelf lies. Those of a step depend on the seed
and the step alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, UNKNOWN
from musicflamingo_app.analysis.listening.spectra import BINS_PER_SEMITONE, HARMONIC_HZ, RHYTHMIC_HZ
from train.ears.items import SCALE
from train.ears.shares import Indices, Shares, drawn, kinds_of
from train.ears.shelf import Shelf

ROWS = RHYTHMIC_HZ // HARMONIC_HZ
MOST_SEMITONES = 5


@dataclass(frozen=True, eq=False)
class Batch:
    """Log magnitudes, and the truth of each harmonic frame; `beats` of each rhythmic row: nearness of a beat and of a
    downbeat, 0 to 1, or -1 where nobody knows. `families` are flags."""

    harmonic: Tensor | None  # (batch, frames, 252)
    rhythmic: Tensor | None  # (batch, 5 * frames, bands)
    chords: Tensor
    bass: Tensor
    keys: Tensor
    families: Tensor  # (batch, frames, families)
    beats: Tensor  # (batch, 5 * frames, 2)


@dataclass(frozen=True)
class Cut:
    """Which stretches: of each its item, its first frame there, semitones to move it by, and how much faster."""

    items: Indices
    starts: Indices
    semitones: Indices
    speeds: NDArray[np.float64]


def batches(
    shelf: Shelf, frames: int, batch: int, seed: int, first_step: int, *, shares: Shares, shift: bool, fastest: float
) -> Iterator[Batch]:
    """Endless batches."""
    kinds, lengths = kinds_of(shelf.names), shelf.n_frames.cpu().numpy()
    step = first_step
    while True:
        random = np.random.default_rng((seed, step))
        items = drawn(kinds, shares, batch, random)
        yield cut(shelf, cut_of(items, lengths[items], frames, random, shift=shift, fastest=fastest), frames)
        step += 1


def cut_of(
    items: Indices, lengths: Indices, frames: int, random: np.random.Generator, *, shift: bool, fastest: float
) -> Cut:
    """A stretch of each item, anywhere in it."""
    n = len(items)
    speeds = fastest ** random.uniform(-1, 1, n)
    starts = (random.random(n) * np.maximum(1, lengths - np.round(frames * speeds) + 1)).astype(int)
    semitones = random.integers(-MOST_SEMITONES, MOST_SEMITONES + 1, n) if shift else np.zeros(n, int)
    return Cut(items, starts, semitones, speeds)


def cut(shelf: Shelf, places: Cut, frames: int) -> Batch:
    """The stretches themselves; beyond an item's end there is silence of which nothing is known."""
    put = [torch.from_numpy(np.asarray(part)).to(shelf.device, non_blocking=True) for part in vars(places).values()]
    items, starts, semitones, speeds = put
    speeds = speeds.float()
    first, length = shelf.first[items], shelf.n_frames[items]
    times = starts[:, None] + torch.arange(frames, device=shelf.device) * speeds[:, None]
    nearest = (times + 0.5).long()
    inside = nearest < length[:, None]
    index = first[:, None] + torch.minimum(nearest, length[:, None] - 1)
    semitone = semitones[:, None]

    def told(name: str) -> Tensor:
        return torch.where(inside, getattr(shelf, name)[index].long(), UNKNOWN)

    bits = torch.where(inside, shelf.families[index], 0)[..., None]
    rows = starts[:, None] * ROWS + torch.arange(frames * ROWS, device=shelf.device) * speeds[:, None]
    heard = None if shelf.harmonic is None else _between(shelf.harmonic, times, first, length)
    return Batch(
        None if heard is None else (_shifted(heard, semitones) if semitones.any() else heard),
        None if shelf.rhythmic is None else _between(shelf.rhythmic, rows, first * ROWS, length * ROWS),
        moved(told("chords"), semitone, 1),
        moved_bass(told("bass"), semitone),
        moved(told("keys"), semitone, 0),
        (bits >> torch.arange(len(FAMILY_NAMES), device=shelf.device) & 1).float(),
        _near_beats(shelf, items, starts, speeds, frames * ROWS),
    )


def _between(rows: Tensor, times: Tensor, first: Tensor, length: Tensor) -> Tensor:
    """Rows at times between rows, by a line."""
    before = times.long()
    share = (times - before)[..., None]
    last = length[:, None] - 1
    low = rows[first[:, None] + torch.minimum(before, last)].float()
    high = rows[first[:, None] + torch.minimum(before + 1, last)].float()
    return (low + (high - low) * share) * ((before <= last)[..., None] / SCALE)


def _shifted(rows: Tensor, semitones: Tensor) -> Tensor:
    columns = torch.arange(rows.shape[2], device=rows.device) - BINS_PER_SEMITONE * semitones[:, None]
    inside = (columns >= 0) & (columns < rows.shape[2])
    index = columns.clamp(0, rows.shape[2] - 1)[:, None].expand(-1, rows.shape[1], -1)
    return rows.gather(2, index) * inside[:, None]


def moved(classes: Tensor, semitones: Tensor | int, first: int) -> Tensor:
    """Classes of twelve roots each, counted from `first`; those before it stay."""
    kind, root = (classes - first) // 12, (classes - first) % 12
    return torch.where(classes >= first, first + 12 * kind + (root + semitones) % 12, classes)


def moved_bass(classes: Tensor, semitones: Tensor | int) -> Tensor:
    """Pitch classes of basses; no chord and unknown ones stay."""
    return torch.where((classes >= 0) & (classes < 12), (classes + semitones) % 12, classes)


def _near_beats(shelf: Shelf, items: Tensor, starts: Tensor, speeds: Tensor, rows: int) -> Tensor:
    """1 on the row nearest to a beat (downbeat), 0.5 beside it."""
    out = torch.zeros(len(items), 2, rows + 1, device=shelf.device)  # the last row takes what lies outside
    for column, times in enumerate((shelf.beats_s[items], shelf.downbeats_s[items])):
        places = torch.round((times - starts[:, None] / HARMONIC_HZ) / speeds[:, None] * RHYTHMIC_HZ).long()
        for offset, value in ((-1, 0.5), (1, 0.5), (0, 1.0)):
            place = places + offset
            place = torch.where((place >= 0) & (place < rows), place, rows)
            out[:, column].scatter_reduce_(1, place, torch.full_like(times, value), "amax")
    out[:, 1] = torch.where(shelf.knows_downbeats[items][:, None], out[:, 1], -1.0)
    return out[..., :rows].transpose(1, 2)


def beside(one: Batch, other: Batch) -> Batch:
    """Both as one batch."""
    pairs = ((getattr(one, name), getattr(other, name)) for name in Batch.__dataclass_fields__)
    return Batch(*(None if a is None or b is None else torch.cat([a, b]) for a, b in pairs))
