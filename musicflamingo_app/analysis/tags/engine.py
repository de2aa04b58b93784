"""Tags by musicnn: instruments and voices (trained on MagnaTagATune), genre, mood and era (Million Song Dataset)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Finding, Heard, Watch, clamp01
from musicflamingo_app.analysis.tags.mel import mel_spectrum
from musicflamingo_app.analysis.tags.network import Musicnn
from musicflamingo_app.analysis.tags.tf_checkpoint import read_checkpoint
from musicflamingo_app.analysis.tags.vocabulary import MSD_UNITS, MSD_WORDS, MTT_UNITS, MTT_WORDS
from musicflamingo_app.analysis.weights import checked, package_folder
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.analysis import Tag

RATE_HZ, HOP, FFT, MELS = 16_000, 256, 512, 96
PATCH_FRAMES = 187  # 3 s, the length the networks were trained on
PATCH_S = PATCH_FRAMES * HOP / RATE_HZ
_DATA, _INDEX = ".data-00000-of-00001", ".index"
_SHA256 = {
    "MTT_musicnn/.index": "da2d7bb670b2b31e9bc441bb1bd75eca31b5b061f963cc1f9630c1aff3238f57",
    "MTT_musicnn/.data-00000-of-00001": "041f3935e981a65cea739842d30c188d3a7d2adf4410955c8668eb3de4a5acab",
    "MSD_musicnn/.index": "87f3e0f3550c8d3bafc840374003e5c8af5eeb5ecf6add61af09a7822d3282c8",
    "MSD_musicnn/.data-00000-of-00001": "8579734ee6388f799ed0def4bbd0d1fdcbeaf213ef2a9dc860917bd76a303de6",
}


class MusicnnTags:
    """Words for what is heard, from patches of three seconds spread evenly over the recording.

    The networks' probabilities are averaged over time; an instrument that plays in a part only is judged by its
    loudest third of patches. `n_patches` bounds the time it takes whatever the recording's length.
    """

    name = "musicnn"
    version = "0.1.0"
    credit = "musicnn by Jordi Pons, ISC licence"

    def __init__(self, *, n_patches: int = 24, threshold: float = 0.1, folder: Path | None = None) -> None:
        self._folder = folder
        self._n_patches, self._threshold = n_patches, threshold

    @property
    def parameters(self) -> Mapping[str, Any]:
        return {"n_patches": self._n_patches, "threshold": self._threshold, "weights": sorted(_SHA256.values())}

    def check(self) -> dict[str, Path]:
        """The files of both networks. Raises MissingPackage when they are not the tested ones."""
        return checked(self._folder or package_folder("musicnn"), _SHA256, package="musicnn==0.1.0", what="tags")

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Finding[tuple[Tag, ...]]:
        """Tags above the threshold, strongest first. Raises MissingPackage without musicnn's weights."""
        paths = self.check()
        patches = log_mel_patches(audio, self._n_patches)
        found: list[Tag] = []
        for step, (net, units, words) in enumerate(
            (("MTT_musicnn", MTT_UNITS, MTT_WORDS), ("MSD_musicnn", MSD_UNITS, MSD_WORDS))
        ):
            network = Musicnn(read_checkpoint(paths[f"{net}/{_INDEX}"], paths[f"{net}/{_DATA}"]))
            rows = []
            for index in range(len(patches)):  # one by one: eight at once take 200 MB and twice the time
                rows.append(network.probabilities(patches[index : index + 1]))
                watch.progress((step + (index + 1) / len(patches)) / 2)
            found += _tags(np.concatenate(rows), units, words)
        kept = tuple(sorted((t for t in found if t.score >= self._threshold), key=lambda t: -t.score))
        return Finding(kept, clamp01(float(np.mean([tag.score for tag in kept[:5]]))) if kept else 0.0)


def log_mel_patches(audio: Audio, n_patches: int) -> NDArray[np.float32]:
    """(patches, 187, 96) log-mel patches spread evenly over a recording; a short one is repeated."""
    mono, patch_samples = audio.stretches, round(PATCH_S * audio.rate_hz)
    if len(mono) < patch_samples:
        mono = np.resize(mono[:], patch_samples)
    n_whole = len(mono) // patch_samples
    starts = np.linspace(0, len(mono) - patch_samples, min(n_patches, n_whole)).astype(int)
    patches = []
    for start in starts:  # resampled one by one: an hour at a second rate would double the memory
        piece = Audio(mono[start : start + patch_samples][None], audio.rate_hz).at(RATE_HZ)
        mel = mel_spectrum(piece, RATE_HZ, FFT, HOP, MELS)
        patches.append(np.log10(10_000 * mel[:PATCH_FRAMES] + 1))
    return np.stack(patches).astype(np.float32)


def _tags(
    probabilities: NDArray[np.float32],
    units: tuple[str, ...],
    words: Mapping[tuple[str, str], tuple[str, ...]],
) -> list[Tag]:
    ranked = np.sort(probabilities, axis=0)[::-1]
    strongest = ranked[: max(1, len(ranked) // 3)].mean(0)
    everywhere = probabilities.mean(0)
    tags = []
    for (kind, word), names in words.items():
        scores = strongest if kind in ("instrument", "voice") else everywhere
        tags.append(Tag(kind, word, float(max(scores[units.index(name)] for name in names))))
    return tags
