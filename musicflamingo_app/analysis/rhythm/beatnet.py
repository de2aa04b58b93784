"""BeatNet's network with its published weights: how likely each frame is a beat or a downbeat.

Heydari, Cwitkowitz and Duan, "BeatNet: CRNN and Particle Filtering for Online Joint Beat Downbeat and Meter
Tracking", ISMIR 2021. The weights (CC BY 4.0) are read from the installed BeatNet wheel, whose code is never imported,
or from a folder; each file is checked by its hash.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.analysis.weights import checked, package_folder
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.arrays import Floats

CREDIT = "BeatNet by Heydari et al., CC BY 4.0"
SHA256 = {
    "model_1_weights.pt": "619091bc317ca3e83b45591d46f6de3d5a41588bcb39fe9fe7be30cffa6aca84",
    "model_2_weights.pt": "5878a18c079fa0b0139879b14ed2b5b7595faef8c3d16210aed141fd00fa2d58",
    "model_3_weights.pt": "0c52a074ea38e8cb4a760ecfa3747c9cf91a1e3cd19f238eed80b0de763989ca",
}


def weights_folder() -> Path | None:
    """Where the installed BeatNet wheel keeps its weights; None when it is not installed."""
    package = package_folder("BeatNet")
    return package / "models" if package else None


@lru_cache(maxsize=2)
def load_networks(folder: Path | None) -> tuple[Any, ...]:
    """The three networks of a folder, ready to run. Raises MissingPackage for a missing or altered file."""
    files = checked(folder, SHA256, package="BeatNet==1.1.3", what="beats")
    try:
        import torch
    except ImportError as error:
        raise MissingPackage("PyTorch is not installed.", "Install it with `pip install torch`.") from error
    networks = []
    for path in files.values():
        network = _build()
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        networks.append(network.eval())
    return tuple(networks)


def _build() -> Any:
    from torch import nn

    return nn.ModuleDict(
        {
            "conv1": nn.Conv1d(1, 2, 10),
            "linear0": nn.Linear(262, 150),
            "lstm": nn.LSTM(150, 150, 2, batch_first=True),
            "linear": nn.Linear(150, 3),
        }
    )


class BeatNet:
    """The three networks over one recording; their memory is carried from block to block. Raises MissingPackage."""

    def __init__(self, folder: Path | None = None) -> None:
        self._networks = load_networks(folder or weights_folder())
        self._memory: list[Any] = [None] * len(self._networks)
        self._last: Floats | None = None

    def listen(self, spectrum: Floats) -> Floats:
        """(frames, 2) log odds of beat (downbeat or not) and downbeat, for the next (frames, bands) of the spectrum."""
        import torch

        before = spectrum[:1] if self._last is None else self._last
        rise = np.maximum(spectrum - np.concatenate([before, spectrum[:-1]]), 0.0)
        self._last = spectrum[-1:]
        heard = torch.from_numpy(np.concatenate([spectrum, rise], axis=1))
        with torch.inference_mode():
            odds = [self._run(index, heard) for index in range(len(self._networks))]
            mean = torch.softmax(torch.stack(odds), dim=2).mean(dim=0)
        return _log_odds(mean.numpy())

    def _run(self, index: int, heard: Any) -> Any:
        import torch

        network = self._networks[index]
        folded = torch.max_pool1d(torch.relu(network["conv1"](heard[:, None])), 2).flatten(1)
        states, self._memory[index] = network["lstm"](network["linear0"](folded)[None], self._memory[index])
        return network["linear"](states[0])


def _log_odds(probabilities: Floats) -> Floats:
    """Log odds of beat and downbeat from (frames, 3) probabilities of beat, downbeat and neither."""
    beat = probabilities[:, :2].sum(axis=1)
    both = np.stack([beat, probabilities[:, 1]], axis=1).clip(1e-6, 1 - 1e-6)
    return np.log(both / (1 - both)).astype(np.float32)
