"""Spectra as other recordings of the same music would have them: registers louder and softer, some missing."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
KNOTS, TILT = 6, 0.12  # deviation of a random smooth curve by which log magnitudes are multiplied
MASKED = 0.3  # how often a register is taken out
WIDEST = 0.12  # of the spectrum, at most


def tilted(rows: Floats, drawn: NDArray[np.floating] | None = None) -> Floats:
    """Log magnitudes (frames, bins) times a smooth curve of `KNOTS` standard normals: those drawn, or torch's next."""
    if drawn is None:
        import torch

        drawn = torch.randn(KNOTS).numpy()
    knots = np.exp(TILT * drawn)
    curve = np.interp(np.linspace(0, KNOTS - 1, rows.shape[1]), np.arange(KNOTS), knots)
    return (rows * curve).astype(np.float32)


def together(rows: Floats, others: Floats) -> Floats:
    """Log magnitudes, log(1 + GAIN m), of two recordings that sound at once; their phases are taken to agree."""
    return np.log1p(np.expm1(rows) + np.expm1(others))


def masked(rows: Floats) -> Floats:
    """Now and then without a stretch of its bins."""
    import torch

    chance, place, width = torch.rand(3).tolist()
    if chance >= MASKED:
        return rows
    n = int(width * WIDEST * rows.shape[1])
    first = int(place * (rows.shape[1] - n))
    out = rows.copy()
    out[:, first : first + n] = 0.0
    return out
