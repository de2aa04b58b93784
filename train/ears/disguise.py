"""Spectra as other recordings of the same music would have them: registers louder and softer, some missing, quieter,
in noise. All take log magnitudes log(1 + GAIN m), `(batch, frames, bins)`, and draw for each recording alone."""

import torch
from torch import Tensor

KNOTS, TILT = 6, 0.12  # deviation of a random smooth curve by which log magnitudes are multiplied
MASKED, WIDEST = 0.3, 0.12  # how often a register is taken out, and how much of the spectrum at most
LOUDER = (-1.2, 0.4)  # nats
NOISY, NOISE = 0.3, (-4.0, -0.5)  # how often there is noise, and its level in nats of GAIN m


def disguised(rows: Tensor) -> Tensor:
    """All of it."""
    return masked(noisy(tilted(rows)))


def tilted(rows: Tensor) -> Tensor:
    """Times a smooth curve."""
    n, _, bins = rows.shape
    knots = torch.exp(TILT * torch.randn(n, 1, KNOTS, device=rows.device))
    return rows * torch.nn.functional.interpolate(knots, bins, mode="linear", align_corners=True)


def together(rows: Tensor, others: Tensor) -> Tensor:
    """Two recordings that sound at once; their phases are taken to agree."""
    return torch.log1p(torch.expm1(rows) + torch.expm1(others))


def noisy(rows: Tensor) -> Tensor:
    """Louder or softer, and now and then in noise of a smooth spectrum."""
    n = len(rows)
    gain = torch.exp(_uniform(n, *LOUDER, rows.device))
    level = torch.exp(_uniform(n, *NOISE, rows.device)) * (_uniform(n, 0, 1, rows.device) < NOISY)
    colour = tilted(tilted(torch.ones_like(rows[:, :1]))) ** 4
    noise = level[:, None, None] * colour * torch.randn_like(rows).abs()
    return torch.log1p(torch.expm1(rows) * gain[:, None, None] + noise)


def masked(rows: Tensor) -> Tensor:
    """Now and then without a stretch of its bins."""
    n, _, bins = rows.shape
    chance, place, width = torch.rand(3, n, 1, device=rows.device)
    wide = width * WIDEST * bins * (chance < MASKED)
    columns = torch.arange(bins, device=rows.device)
    first = place * (bins - wide)
    return rows * ~((columns >= first) & (columns < first + wide))[:, None]


def _uniform(n: int, low: float, high: float, device: torch.device) -> Tensor:
    return low + (high - low) * torch.rand(n, device=device)
