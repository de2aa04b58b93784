"""All items in one memory, a graphics card's or the processor's, from which crops are cut by thousands a second."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from train.ears.items import Item, load

READERS = 8
NEVER_S = 1e9  # the time of a beat that is none


@dataclass(frozen=True, eq=False)
class Shelf:
    """Items one after another. `first` and `n_frames` of each count harmonic frames; a spectrum may be left out.

    `beats_s` and `downbeats_s` are `(items, most)`, filled up with times that never come; `knows_downbeats` is false
    where there are beats of which nobody knows which are first.
    """

    names: tuple[str, ...]
    first: Tensor
    n_frames: Tensor
    harmonic: Tensor | None  # (frames, 252) bytes
    rhythmic: Tensor | None  # (5 * frames, bands) bytes
    chords: Tensor
    bass: Tensor
    keys: Tensor
    families: Tensor
    beats_s: Tensor
    downbeats_s: Tensor
    knows_downbeats: Tensor

    @property
    def device(self) -> torch.device:
        return self.first.device


def shelf_of(
    paths: Sequence[Path],
    device: str,
    *,
    harmonic: bool = True,
    rhythmic: bool = True,
    mend: Callable[[Item], Item | None] = lambda item: item,
) -> Shelf:
    """Reads items, but for those that `mend` refuses."""
    with ThreadPoolExecutor(READERS) as pool:
        read = pool.map(lambda path: mend(load(path)), paths)
        kept = {path.stem: item for path, item in zip(paths, read, strict=True) if item is not None}
    return shelved(kept, device, harmonic=harmonic, rhythmic=rhythmic)


def shelved(named: Mapping[str, Item], device: str = "cpu", *, harmonic: bool = True, rhythmic: bool = True) -> Shelf:
    """Items by name as a shelf."""
    items = list(named.values())
    lengths = np.array([len(item.chords) for item in items])
    knows = [bool(item.positions.any()) or not len(item.beats_s) for item in items]
    put = _putter(items, device)
    return Shelf(
        tuple(named),
        torch.from_numpy(np.cumsum(lengths) - lengths).to(device),
        torch.from_numpy(lengths).to(device),
        put("harmonic") if harmonic else None,
        put("rhythmic") if rhythmic else None,
        put("chords"),
        put("bass"),
        put("keys"),
        torch.from_numpy(np.concatenate([item.families for item in items]).astype(np.int32)).to(device),
        _filled([item.beats_s for item in items]).to(device),
        _filled([item.beats_s[item.positions == 1] for item in items]).to(device),
        torch.tensor(knows).to(device),
    )


def _putter(items: list[Item], device: str) -> Callable[[str], Tensor]:
    return lambda name: torch.from_numpy(np.concatenate([getattr(item, name) for item in items])).to(device)


def _filled(times: list[np.ndarray]) -> Tensor:
    out = np.full((len(times), max(1, *map(len, times))), NEVER_S, np.float32)
    for row, found in zip(out, times, strict=True):
        row[: len(found)] = found
    return torch.from_numpy(out)
