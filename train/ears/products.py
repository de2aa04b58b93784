"""Convolutions as products of matrices, for graphics cards: there cuDNN takes twice as long for ours, and a
hundred times for widely dilated ones with channels last (H200, PyTorch 2.11, CUDA 13). Results stay the same.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musicflamingo_app.analysis.listening.networks import PitchMix

FEW = 2  # input channels of a convolution at the beginning of a network


class _Circle(PitchMix):
    """Round the circle of pitch classes, `(batch, channels, frames, 12)`."""

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, frames, _ = x.shape
        place = torch.arange(12, device=x.device)
        taps = self.conv.weight[:, :, 0].permute(2, 0, 1)[(place - place[:, None]) % 12]  # (to, from, out, in)
        matrix = taps.permute(0, 2, 1, 3).reshape(12 * taps.shape[2], 12 * channels)
        flat = x.permute(0, 2, 3, 1).reshape(batch * frames, 12 * channels)
        return F.linear(flat, matrix).unflatten(1, (12, -1)).unflatten(0, (batch, frames)).permute(0, 3, 1, 2)


class _Dilated(nn.Conv2d):
    """Three taps over time."""

    def forward(self, x: Tensor) -> Tensor:
        frames, reach = x.shape[2], self.dilation[0]
        last = F.pad(x.permute(0, 2, 3, 1), (0, 0, 0, 0, reach, reach))
        around = torch.cat([last[:, first : first + frames] for first in (0, reach, 2 * reach)], dim=-1)
        return F.linear(around, self.weight[..., 0].transpose(1, 2).flatten(1)).permute(0, 3, 1, 2)


class _Rows(nn.Conv1d):
    """Taps over time, `(batch, channels, frames)`."""

    def forward(self, x: Tensor) -> Tensor:
        frames, step, taps = x.shape[2], self.dilation[0], self.kernel_size[0]
        wide = F.pad(x, (step * (taps // 2),) * 2)
        around = torch.cat([wide[..., tap * step : tap * step + frames] for tap in range(taps)], dim=1)
        return torch.matmul(self.weight.transpose(1, 2).flatten(1), around)


class _First(nn.Conv2d):
    """From one or two channels: all that a tap sees as one row."""

    def forward(self, x: Tensor) -> Tensor:
        (rows, columns), (n, m) = self.kernel_size, x.shape[2:]
        wide = F.pad(x, (columns // 2, columns // 2, rows // 2, rows // 2))
        seen = [wide[:, :, row : row + n, column : column + m] for row in range(rows) for column in range(columns)]
        patches = torch.stack(seen, dim=-1).permute(0, 2, 3, 1, 4).flatten(3)
        return F.linear(patches, self.weight.flatten(1)).permute(0, 3, 1, 2)


class _Strided(nn.Conv2d):
    """As far on at each step as the kernel is wide, without a bias."""

    def forward(self, x: Tensor) -> Tensor:
        wide, (n, m) = self.kernel_size[1], x.shape[2:]
        groups = x.permute(0, 2, 3, 1).reshape(len(x), n, m // wide, -1)
        return F.linear(groups, self.weight[:, :, 0].transpose(1, 2).flatten(1)).permute(0, 3, 1, 2)


class _Single(nn.Conv2d):
    """One tap alone."""

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x.permute(0, 2, 3, 1), self.weight[:, :, 0, 0], self.bias).permute(0, 3, 1, 2)


def as_products(network: Any) -> Any:
    """The network itself, whose modules compute otherwise from now on."""
    for module in list(network.modules()):
        kind = _Circle if isinstance(module, PitchMix) else _kind_of(module)
        if kind is not None:
            module.__class__ = kind
    return network


def _kind_of(module: nn.Module) -> type[nn.Module] | None:
    if isinstance(module, nn.Conv1d):
        return _Rows if module.bias is None and module.kernel_size[0] > 1 else None
    if not isinstance(module, nn.Conv2d):
        return None
    if module.kernel_size == (1, 1):
        return _Single
    if module.stride[1] > 1:
        return _Strided
    if module.kernel_size == (3, 1):
        return _Dilated
    return _First if module.in_channels <= FEW else None
