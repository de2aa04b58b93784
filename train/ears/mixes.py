"""Bands that nobody arranged: stems drawn by chance, each through an equaliser of its own, sounding together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from musicflamingo_app.errors import NotFound
from train.ears.crops import RESCAN_STEPS, Crop, crop
from train.ears.disguise import KNOTS, tilted, together
from train.ears.items import load

PLAYERS = (0.3, 0.2, 0.18, 0.14, 0.1, 0.08)  # how often one plays alone, two together, ...
LOUDER = 0.5  # deviation of a player's level, in nats
LOUD = 4.4  # log magnitude that the loudest bands come to where a player is heard
HEARD = 0.5  # log magnitude above which one is
QUIETER = 1.5  # nats that the whole may be below that


def mixes(folder: Path, frames: int, seed: int, first_step: int) -> Iterator[Crop]:
    """Endless crops; that of a step depends on the seed and the step alone, and on the stems at hand.

    Raises NotFound where there are no stems.
    """
    step = first_step
    while True:
        paths = sorted(folder.glob("stem-*.npz"))
        if not paths:
            raise NotFound(f"There are no stems in {folder}.", "Make some with `python -m train.ears.stems`.")
        for _ in range(RESCAN_STEPS):
            yield mix(paths, frames, np.random.default_rng((seed, step)))
            step += 1


def mix(paths: list[Path], frames: int, random: np.random.Generator) -> Crop:
    """Some players at once; what is heard of the first, with the families of all."""
    n = 1 + int(random.choice(len(PLAYERS), p=PLAYERS))
    players = [crop(load(paths[index]), frames, random, shift=False) for index in random.integers(len(paths), size=n)]
    rows = [levelled(tilted(player.rhythmic, random.standard_normal(KNOTS)), random) for player in players]
    families = players[0].families
    heard = rows[0]
    for player, row in zip(players[1:], rows[1:], strict=True):
        heard, families = together(heard, row), families | player.families
    quiet = np.exp(-random.uniform(0, QUIETER))
    return replace(players[0], rhythmic=np.log1p(np.expm1(heard) * quiet).astype(np.float32), families=families)


def levelled(rows: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Log magnitudes as loud as those of others, more or less."""
    loudest = rows.max(axis=1)
    heard = loudest[loudest > HEARD]
    loud = float(np.percentile(heard, 80)) if len(heard) else LOUD
    louder = np.expm1(LOUD) / np.expm1(loud) * np.exp(LOUDER * random.standard_normal())
    return np.asarray(np.log1p(np.expm1(rows) * louder), np.float32)
