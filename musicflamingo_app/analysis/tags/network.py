"""The musicnn network: musically shaped filters, a small residual stack, pooling over time.

Input (patches, 187 frames, 96 mel bands) of log mel; output (patches, 50) probabilities.
Source: Pons and Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", 2019.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Weights = Mapping[str, NDArray[np.float32]]
_TEMPORAL = ((2, 128), (3, 64), (4, 32))  # number of the layer, frames its filter spans
_BN_EPSILON = 1e-3


class Musicnn:
    """One tagging network, its weights read from a TensorFlow checkpoint's tensors."""

    def __init__(self, weights: Weights) -> None:
        import torch

        self._weights = {name: torch.from_numpy(value.copy()) for name, value in weights.items() if "Adam" not in name}

    def probabilities(self, patches: NDArray[np.float32]) -> NDArray[np.float32]:
        """Tag probabilities (patches, 50) of log-mel patches (patches, 187, 96)."""
        import torch

        with torch.inference_mode():
            front = self._front(self._norm(torch.from_numpy(patches)[:, None], 0))
            middle = self._middle(front)
            pooled = torch.stack([middle.amax(2), middle.mean(2)], 2).flatten(1)
            hidden = torch.relu(self._dense(self._norm(pooled, 9), ""))
            return torch.sigmoid(self._dense(self._norm(hidden, 10), "_1")).numpy()

    def _front(self, mel: "Tensor") -> "Tensor":
        """(patches, 561, frames): timbral filters over most of the spectrum, temporal ones along one band."""
        import torch

        timbral = [self._norm(self._conv(mel, i, (3, 3)), i + 1).amax(3) for i in (0, 1)]
        temporal = [self._norm(self._conv(mel, i, ((n - 1) // 2, n // 2)), i + 1).amax(3) for i, n in _TEMPORAL]
        return torch.cat(timbral + temporal, 1)

    def _middle(self, front: "Tensor") -> "Tensor":
        """(patches, 753, frames): the front with three convolutions over time, the last two residual."""
        import torch

        first = self._norm(self._conv(front.transpose(1, 2)[:, None], 5, (3, 3)), 6)[..., 0]
        second = self._norm(self._conv(first.transpose(1, 2)[:, None], 6, (3, 3)), 7)[..., 0] + first
        third = self._norm(self._conv(second.transpose(1, 2)[:, None], 7, (3, 3)), 8)[..., 0] + second
        return torch.cat([front, first, second, third], 1)

    def _norm(self, x: "Tensor", layer: int) -> "Tensor":
        import torch

        name = f"batch_normalization_{layer}" if layer else "batch_normalization"
        w = {key: self._weights[f"{name}/{key}"] for key in ("gamma", "beta", "moving_mean", "moving_variance")}
        scale = w["gamma"] / torch.sqrt(w["moving_variance"] + _BN_EPSILON)
        shape = [1, -1] + [1] * (x.dim() - 2)
        return (x * scale.view(shape)).add_((w["beta"] - w["moving_mean"] * scale).view(shape))

    def _conv(self, x: "Tensor", layer: int, frames_padded: tuple[int, int]) -> "Tensor":
        import torch.nn.functional as nn

        name = f"conv2d_{layer}" if layer else "conv2d"
        kernel = self._weights[f"{name}/kernel"].permute(3, 2, 0, 1)
        return nn.conv2d(nn.pad(x, (0, 0, *frames_padded)), kernel, self._weights[f"{name}/bias"]).relu_()

    def _dense(self, x: "Tensor", suffix: str) -> "Tensor":
        return x @ self._weights[f"dense{suffix}/kernel"] + self._weights[f"dense{suffix}/bias"]
