"""The networks of our ears. Importing this imports torch: engines do it when they first listen.

*HarmonyNet* hears ten frames a second. Its layers treat the twelve pitch classes alike (weights are shared round the
circle), so what it learns in one key it knows in all. *RhythmNet* hears fifty: a convolutional stem over bands, then
dilated convolutions over time (Davies and Boeck, EUSIPCO 2019). Both work on any length; `margin_s` seconds of sound on
each side are enough for a block to be heard as within the whole.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, MODES, QUALITIES
from musicflamingo_app.analysis.listening.spectra import BINS_PER_SEMITONE, N_SEMITONES

N_OCTAVES = N_SEMITONES // 12


class PitchMix(nn.Module):
    """A convolution round the circle of pitch classes: `(batch, channels, frames, 12)` to the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, (1, 12), bias=False)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.conv(torch.cat([x, x[..., :11]], dim=-1))
        return mixed


class HarmonyBlock(nn.Module):
    """Round the circle, then over time, added to what came in."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.mix, self.norm1 = PitchMix(channels), nn.BatchNorm2d(channels)
        self.time = nn.Conv2d(channels, channels, (3, 1), dilation=(dilation, 1), padding=(dilation, 0), bias=False)
        self.norm2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.norm1(self.mix(x)))
        return F.relu(x + self.norm2(self.time(inner)))


class HarmonyNet(nn.Module):
    """Chord, bass, key and chord changes, ten times a second."""

    def __init__(self, channels: int = 48, stem: int = 24, dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1)) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, 12, 3, padding=1, bias=False),
            nn.BatchNorm2d(12),
            nn.ReLU(inplace=True),
            nn.Conv2d(12, stem, (1, BINS_PER_SEMITONE), stride=(1, BINS_PER_SEMITONE), bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        self.fold = nn.Sequential(
            nn.Conv2d(stem * N_OCTAVES, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.blocks = nn.ModuleList(HarmonyBlock(channels, dilation) for dilation in dilations)
        self.whole = PitchMix(channels)
        self.qualities = nn.Conv2d(channels, len(QUALITIES), 1)
        self.bass = nn.Conv2d(channels, 1, 1)
        self.keys = nn.Conv2d(channels, len(MODES), 1)
        self.flat = nn.Linear(2 * channels, 3)

    def features(self, spectrum: Tensor) -> Tensor:
        """`(batch, frames, 252)` log magnitudes to `(batch, channels, frames, 12)`."""
        x = self.stem(spectrum[:, None])
        batch, channels, frames, _ = x.shape
        x = x.reshape(batch, channels, frames, N_OCTAVES, 12).permute(0, 1, 3, 2, 4)
        x = self.fold(x.reshape(batch, channels * N_OCTAVES, frames, 12))
        half = len(self.blocks) // 2
        for index, block in enumerate(self.blocks):
            if index == half:
                x = x + self.whole(x.mean(dim=2, keepdim=True))
            x = block(x)
        return x

    def forward(self, spectrum: Tensor) -> dict[str, Tensor]:
        """Logits by frame: `chords` (batch, frames, 181), `bass` (…, 13), `keys` (…, 72), `changes` (…)."""
        return self.heads(self.features(spectrum))

    def heads(self, x: Tensor) -> dict[str, Tensor]:
        flat = self.flat(torch.cat([x.mean(dim=3), x.amax(dim=3)], dim=1).transpose(1, 2))
        chords = self.qualities(x).permute(0, 2, 1, 3).flatten(2)
        bass = self.bass(x)[:, 0]
        return {
            "chords": torch.cat([flat[..., :1], chords], dim=2),
            "bass": torch.cat([bass, flat[..., 1:2]], dim=2),
            "keys": self.keys(x).permute(0, 2, 1, 3).flatten(2),
            "changes": flat[..., 2],
        }


class RhythmBlock(nn.Module):
    """A dilated convolution over time, added to what came in."""

    def __init__(self, channels: int, dilation: int, kernel: int = 5) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            channels, channels, kernel, dilation=dilation, padding=dilation * (kernel // 2), bias=False
        )
        self.norm = nn.BatchNorm1d(channels)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(F.relu(self.norm(self.conv(x))))


class RhythmNet(nn.Module):
    """Beats and downbeats fifty times a second, families of instruments ten times."""

    def __init__(self, bands: int, channels: int = 48, stem: int = 16, n_blocks: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 3, padding=1, bias=False),
            nn.BatchNorm2d(stem),
            nn.MaxPool2d((1, 3)),
            nn.ReLU(inplace=True),
            nn.Conv2d(stem, 2 * stem, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * stem),
            nn.MaxPool2d((1, 3)),
            nn.ReLU(inplace=True),
        )
        self.narrow = nn.Sequential(
            nn.Conv1d(2 * stem * (bands // 9), channels, 1, bias=False), nn.BatchNorm1d(channels), nn.ReLU(inplace=True)
        )
        self.blocks = nn.ModuleList(RhythmBlock(channels, 2**index) for index in range(n_blocks))
        self.beats = nn.Conv1d(channels, 2, 1)

    def features(self, spectrum: Tensor) -> Tensor:
        """`(batch, frames, bands)` log magnitudes to `(batch, channels, frames)`."""
        x = self.stem(spectrum[:, None])
        x = self.narrow(x.permute(0, 1, 3, 2).flatten(1, 2))
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, spectrum: Tensor) -> Tensor:
        """`(batch, frames, 2)` logits of beat (downbeat or not) and downbeat."""
        return self.beats(F.relu(self.features(spectrum))).transpose(1, 2)


class TimbreNet(nn.Module):
    """Families of instruments ten times a second: from the mean of five rhythmic rows and, as a second input, how far
    each band rises within them, which tells plucked from bowed. What is heard on average tells what is likely now."""

    def __init__(self, bands: int, channels: int = 64, inputs: int = 1) -> None:
        super().__init__()
        self.inputs = inputs
        self.stem = nn.Sequential(
            nn.Conv2d(inputs, 16, (3, 5), padding=(1, 2), bias=False),
            nn.BatchNorm2d(16),
            nn.MaxPool2d((1, 2)),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 24, (3, 5), padding=(1, 2), bias=False),
            nn.BatchNorm2d(24),
            nn.MaxPool2d((1, 4)),
            nn.ReLU(inplace=True),
        )
        self.narrow = nn.Sequential(
            nn.Conv1d(24 * (bands // 8), channels, 1, bias=False), nn.BatchNorm1d(channels), nn.ReLU(inplace=True)
        )
        self.blocks = nn.ModuleList(RhythmBlock(channels, 2**index, 3) for index in range(5))
        self.whole = nn.Conv1d(channels, channels, 1, bias=False)
        nn.init.zeros_(self.whole.weight)
        self.families = nn.Conv1d(channels, len(FAMILY_NAMES), 1)

    def pooled(self, spectrum: Tensor) -> Tensor:
        """`(batch, 5 * frames, bands)` log magnitudes to `(batch, inputs, frames, bands)`."""
        rows = spectrum.unflatten(1, (-1, 5))
        if self.inputs == 1:
            return rows.mean(dim=2)[:, None]
        before = torch.cat([spectrum[:, :1], spectrum[:, :-1]], dim=1)
        rises = (spectrum - before).clamp(min=0)
        return torch.stack([rows.mean(dim=2), rises.unflatten(1, (-1, 5)).amax(dim=2)], dim=1)

    def forward(self, spectrum: Tensor) -> Tensor:
        """`(batch, 5 * frames, bands)` at 50 Hz to `(batch, frames, families)` logits."""
        x = self.stem(self.pooled(spectrum))
        x = self.narrow(x.permute(0, 1, 3, 2).flatten(1, 2))
        for index, block in enumerate(self.blocks):
            if index == len(self.blocks) // 2:
                x = x + self.whole(x.mean(dim=2, keepdim=True))
            x = block(x)
        return self.families(F.relu(x)).transpose(1, 2)
