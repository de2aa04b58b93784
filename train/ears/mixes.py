"""Bands that nobody arranged: stems drawn by chance, each through an equaliser of its own, sounding together."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from train.ears.disguise import noisy, tilted, together
from train.ears.draws import Batch, cut, cut_of
from train.ears.shelf import Shelf

PLAYERS = (0.3, 0.2, 0.18, 0.14, 0.1, 0.08)  # how often one plays alone, two together, ...
LOUDER = 0.5  # deviation of a player's level, in nats
LOUD = 4.4  # log magnitude that the loudest bands come to where a player is heard
HEARD = 0.5  # log magnitude above which one is
QUIETER = 1.5  # nats that the whole may be below that
MIXED = 0.3  # of the crops that sound together with another


def mixes(stems: Shelf, frames: int, batch: int, seed: int, first_step: int) -> Iterator[Batch]:
    """Endless batches; which players are in that of a step depends on the seed and the step alone."""
    lengths = stems.n_frames.cpu().numpy()
    step = first_step
    while True:
        random = np.random.default_rng((seed, step, 1))
        n = 1 + random.choice(len(PLAYERS), batch, p=PLAYERS)
        items = random.integers(len(lengths), size=int(n.sum()))
        places = cut_of(items, lengths[items], frames, random, shift=False, fastest=1.0)
        yield _summed(cut(stems, places, frames), torch.from_numpy(np.repeat(np.arange(batch), n)).to(stems.device))
        step += 1


def _summed(players: Batch, bands: Tensor) -> Batch:
    """Players as the bands they belong to; what is known of beats and chords is lost."""
    assert players.harmonic is not None and players.rhythmic is not None
    n = int(bands[-1]) + 1
    quiet = torch.exp(-QUIETER * torch.rand(n, device=bands.device))
    louder = (gains(players.rhythmic) * quiet[bands])[:, None, None]
    rhythmic, harmonic = (
        torch.log1p(_sums(torch.expm1(tilted(rows)) * louder, bands, n))
        for rows in (players.rhythmic, players.harmonic)
    )
    return replace(
        players,
        rhythmic=rhythmic,
        harmonic=harmonic,
        families=_sums(players.families, bands, n).clamp(max=1.0),
        chords=players.chords[:n],
        bass=players.bass[:n],
        keys=players.keys[:n],
        beats=players.beats[:n],
    )


def _sums(rows: Tensor, bands: Tensor, n: int) -> Tensor:
    return torch.zeros(n, *rows.shape[1:], device=rows.device).index_add_(0, bands, rows)


def gains(rows: Tensor) -> Tensor:
    """By how much each player is louder, so that all are about as loud where they are heard."""
    loudest = rows.amax(dim=2)
    heard = torch.where(loudest > HEARD, loudest, torch.nan)
    loud = torch.nanquantile(heard, 0.8, dim=1).nan_to_num(LOUD)
    return torch.expm1(torch.tensor(LOUD)) / torch.expm1(loud) * torch.exp(LOUDER * torch.randn_like(loud))


def mixed(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Rhythmic and harmonic spectra and families; now and then a crop sounds together with the next one."""
    assert batch.harmonic is not None and batch.rhythmic is not None
    chosen = torch.rand(len(batch.rhythmic), device=batch.rhythmic.device) < MIXED
    rows = []
    for spectrum in (batch.rhythmic, batch.harmonic):
        guised = noisy(tilted(spectrum))
        rows.append(torch.where(chosen[:, None, None], together(guised, guised.roll(-1, 0)), guised))
    families = torch.where(
        chosen[:, None, None], torch.maximum(batch.families, batch.families.roll(-1, 0)), batch.families
    )
    return rows[0], rows[1], families
