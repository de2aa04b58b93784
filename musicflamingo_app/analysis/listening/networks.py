"""The networks of our ears. Importing this imports torch: engines do it when they first listen.

*HarmonyNet* hears ten frames a second. Its layers treat the twelve pitch classes alike (weights are shared round the
circle), so what it learns in one key it knows in all. *RhythmNet* hears fifty: a convolutional stem over bands, then
dilated convolutions over time (Davies and Boeck, EUSIPCO 2019). Both work on any length; `margin_s` seconds of sound on
each side are enough for a block to be heard as within the whole.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES, MODES, QUALITIES
from musicflamingo_app.analysis.listening.spectra import BINS_PER_SEMITONE, N_SEMITONES

N_OCTAVES = N_SEMITONES // 12


class Together(nn.Module):
    """Networks of one kind heard as one: what comes out is the mean of their logits, of classes and of odds alike."""

    def __init__(self, parts: Iterable[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, *spectra: Tensor) -> Any:
        heard = [part(*spectra) for part in self.parts]
        if not isinstance(heard[0], dict):
            return torch.stack(heard).mean(dim=0)
        return {name: torch.stack([said[name] for said in heard]).mean(dim=0) for name in heard[0]}


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

    def __init__(self, channels: int, dilation: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.mix, self.norm1 = PitchMix(channels), nn.BatchNorm2d(channels)
        self.time = nn.Conv2d(channels, channels, (3, 1), dilation=(dilation, 1), padding=(dilation, 0), bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.dropout(F.relu(self.norm1(self.mix(x))))
        return F.relu(x + self.norm2(self.time(inner)))


class HarmonyNet(nn.Module):
    """Chord, bass, key and chord changes, ten times a second."""

    def __init__(
        self,
        channels: int = 48,
        stem: int = 24,
        dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1),
        dropout: float = 0.0,
    ) -> None:
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
        self.blocks = nn.ModuleList(HarmonyBlock(channels, dilation, dropout) for dilation in dilations)
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

    def __init__(self, channels: int, dilation: int, kernel: int = 5, dropout: float = 0.0) -> None:
        super().__init__()
        self.conv = nn.Conv1d(
            channels, channels, kernel, dilation=dilation, padding=dilation * (kernel // 2), bias=False
        )
        self.norm = nn.BatchNorm1d(channels)
        self.mix = nn.Conv1d(channels, channels, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.dropout(F.relu(self.norm(self.conv(x)))))


class RhythmNet(nn.Module):
    """Beats and downbeats fifty times a second."""

    def __init__(
        self, bands: int, channels: int = 48, stem: int = 16, n_blocks: int = 10, dropout: float = 0.0
    ) -> None:
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
        self.blocks = nn.ModuleList(RhythmBlock(channels, 2**index, dropout=dropout) for index in range(n_blocks))
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
    """Families of instruments ten times a second, from both spectra: partials stand apart in the harmonic one, and the
    rhythmic one reaches higher and tells, by how far each band rises within a frame, plucked from bowed. What is heard
    on average tells what is likely now."""

    def __init__(self, bands: int, channels: int = 64, dropout: float = 0.0) -> None:
        super().__init__()
        self.stem, self.fine = _timbre_stem(2, (2, 4), 24), _timbre_stem(1, (3, 4), 40)
        width = 24 * (bands // 8) + 40 * (BINS_PER_SEMITONE * N_SEMITONES // 12)
        self.narrow = nn.Sequential(
            nn.Conv1d(width, channels, 1, bias=False), nn.BatchNorm1d(channels), nn.ReLU(inplace=True)
        )
        self.blocks = nn.ModuleList(RhythmBlock(channels, 2**index, 3, dropout) for index in range(5))
        self.whole = nn.Conv1d(channels, channels, 1, bias=False)
        nn.init.zeros_(self.whole.weight)
        self.families = nn.Conv1d(channels, len(FAMILY_NAMES), 1)

    def pooled(self, rhythmic: Tensor) -> Tensor:
        """`(batch, 5 * frames, bands)` log magnitudes to `(batch, 2, frames, bands)`: means, and greatest rises."""
        before = torch.cat([rhythmic[:, :1], rhythmic[:, :-1]], dim=1)
        rises = (rhythmic - before).clamp(min=0)
        return torch.stack([rhythmic.unflatten(1, (-1, 5)).mean(dim=2), rises.unflatten(1, (-1, 5)).amax(dim=2)], dim=1)

    def forward(self, rhythmic: Tensor, harmonic: Tensor) -> Tensor:
        """`(batch, 5 * frames, bands)` at 50 Hz and `(batch, frames, 252)` at 10 to `(batch, frames, families)`."""
        parts = [self.stem(self.pooled(rhythmic)), self.fine(harmonic[:, None])]
        x = self.narrow(torch.cat([part.permute(0, 1, 3, 2).flatten(1, 2) for part in parts], dim=1))
        for index, block in enumerate(self.blocks):
            if index == len(self.blocks) // 2:
                x = x + self.whole(x.mean(dim=2, keepdim=True))
            x = block(x)
        logits: Tensor = self.families(F.relu(x)).transpose(1, 2)
        return logits


def _timbre_stem(inputs: int, pools: tuple[int, int], out: int) -> nn.Sequential:
    """Two convolutions over time and frequency, each with less of the latter behind it."""
    return nn.Sequential(
        nn.Conv2d(inputs, 16, (3, 5), padding=(1, 2), bias=False),
        nn.BatchNorm2d(16),
        nn.MaxPool2d((1, pools[0])),
        nn.ReLU(inplace=True),
        nn.Conv2d(16, out, (3, 5), padding=(1, 2), bias=False),
        nn.BatchNorm2d(out),
        nn.MaxPool2d((1, pools[1])),
        nn.ReLU(inplace=True),
    )
