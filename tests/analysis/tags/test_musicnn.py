"""musicnn's weights as they are installed, its input, and what it says of noise and of tones."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.tags.engine import MELS, PATCH_FRAMES, MusicnnTags, log_mel_patches
from musicflamingo_app.analysis.tags.mel import mel_filters, mel_spectrum
from musicflamingo_app.analysis.tags.network import Musicnn, Weights
from musicflamingo_app.analysis.tags.tf_checkpoint import read_checkpoint
from musicflamingo_app.analysis.tags.vocabulary import MSD_UNITS, MSD_WORDS, MTT_UNITS, MTT_WORDS
from musicflamingo_app.analysis.weights import package_folder
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.analysis import Tag

RATE_HZ = 22_050
NETS = ("MTT_musicnn", "MSD_musicnn")


def noise(duration_s: float) -> Audio:
    samples = np.random.default_rng(5).normal(0, 0.1, (1, round(duration_s * RATE_HZ)))
    return Audio(samples.astype(np.float32), RATE_HZ)


def plucks(duration_s: float) -> Audio:
    """A run of decaying tones with harmonics, four a second."""
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    step = (time_s * 4).astype(int)
    hz = 220 * 2 ** (np.array([0, 4, 7, 12, 7, 4])[step % 6] / 12)
    phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
    tone = sum(np.sin(k * phase) / k**1.5 for k in range(1, 8)) * np.exp(-8 * (time_s % 0.25))
    return Audio((0.2 * tone).astype(np.float32)[None], RATE_HZ)


@pytest.fixture(scope="module")
def folder() -> Path:
    found = package_folder("musicnn")
    assert found is not None, "musicnn 0.1.0 is part of the test environment"
    return found


@pytest.fixture(scope="module", params=NETS)
def weights(request: pytest.FixtureRequest, folder: Path) -> Weights:
    net = folder / request.param
    return read_checkpoint(net / ".index", net / ".data-00000-of-00001")


def test_the_checkpoint_holds_the_known_tensors(weights: Weights) -> None:
    shapes = {
        "conv2d/kernel": (7, 38, 1, 204), "conv2d_1/kernel": (7, 67, 1, 204), "conv2d_2/kernel": (128, 1, 1, 51),
        "conv2d_3/kernel": (64, 1, 1, 51), "conv2d_4/kernel": (32, 1, 1, 51), "conv2d_5/kernel": (7, 561, 1, 64),
        "conv2d_6/kernel": (7, 64, 1, 64), "conv2d_7/kernel": (7, 64, 1, 64), "dense/kernel": (1506, 200),
        "dense_1/kernel": (200, 50), "dense_1/bias": (50,), "batch_normalization/gamma": (1,),
    }  # fmt: skip
    assert {name: weights[name].shape for name in shapes} == shapes
    used = {name: value for name, value in weights.items() if "Adam" not in name}
    assert sum(value.size for value in used.values()) > 784_000
    assert all(np.isfinite(value).all() for value in used.values())
    variances = [value for name, value in used.items() if name.endswith("moving_variance")]
    assert len(variances) == 11 and all((value > 0).all() for value in variances)


def test_probabilities_are_probabilities_patch_by_patch(weights: Weights) -> None:
    patches = log_mel_patches(plucks(7), 2)
    network = Musicnn(weights)
    both = network.probabilities(patches)
    assert both.shape == (2, 50) and both.dtype == np.float32
    assert ((both >= 0) & (both <= 1)).all()
    np.testing.assert_allclose(network.probabilities(patches[1:])[0], both[1], atol=1e-5)


@pytest.mark.parametrize(("duration_s", "asked", "n"), [(0.1, 4, 1), (1, 4, 1), (3, 4, 1), (10, 24, 3), (30, 4, 4)])
def test_patches(duration_s: float, asked: int, n: int) -> None:
    patches = log_mel_patches(noise(duration_s), asked)
    assert patches.shape == (n, PATCH_FRAMES, MELS) and patches.dtype == np.float32
    assert (patches >= 0).all() and np.isfinite(patches).all() and patches.max() > 0.1


def test_the_mel_spectrum_is_librosas() -> None:
    import librosa

    np.testing.assert_allclose(
        mel_filters(16_000, 512, 96), librosa.filters.mel(sr=16_000, n_fft=512, n_mels=96), rtol=1e-5, atol=1e-8
    )
    for samples in (plucks(3).mono, noise(3).mono, noise(0.03).mono):
        theirs = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=512, hop_length=256, n_mels=96).T
        np.testing.assert_allclose(
            mel_spectrum(samples, 16_000, 512, 256, 96), theirs, rtol=1e-5, atol=1e-8 * float(theirs.max())
        )


def test_patches_of_silence_are_zero() -> None:
    assert not log_mel_patches(Audio(np.zeros((2, RATE_HZ * 4), np.float32), RATE_HZ), 2).any()


def test_units_and_words_belong_together() -> None:
    for units, words in ((MTT_UNITS, MTT_WORDS), (MSD_UNITS, MSD_WORDS)):
        assert len(units) == len(set(units)) == 50
        assert {name for names in words.values() for name in names} <= set(units)


def tags_of(audio: Audio) -> tuple[Tag, ...]:
    return MusicnnTags(n_patches=3, threshold=0.0).measure(audio, Heard(), Unwatched()).value


def test_noise_and_tones_are_told_apart() -> None:
    of_noise, of_tones = tags_of(noise(10)), tags_of(plucks(10))
    assert [tag.score for tag in of_tones] == sorted((tag.score for tag in of_tones), reverse=True)
    strings = {"guitar", "harp", "harpsichord", "piano", "sitar", "strings"}

    def plucked(tags: tuple[Tag, ...]) -> float:
        return max(tag.score for tag in tags if tag.name in strings)

    assert plucked(of_tones) > 1.5 * plucked(of_noise)
    assert tags_of(noise(10)) == of_noise


def test_threshold_and_confidence() -> None:
    finding = MusicnnTags(n_patches=1, threshold=0.2).measure(plucks(4), Heard(), Unwatched())
    assert finding.value and all(tag.score >= 0.2 for tag in finding.value)
    assert 0.2 <= finding.confidence <= 1
    nothing = MusicnnTags(n_patches=1, threshold=1.1).measure(plucks(4), Heard(), Unwatched())
    assert nothing.value == () and nothing.confidence == 0


def test_other_weights_than_the_tested_ones_are_refused(folder: Path, tmp_path: Path) -> None:
    for net in NETS:
        shutil.copytree(folder / net, tmp_path / net)
    MusicnnTags(folder=tmp_path).check()
    data = tmp_path / NETS[1] / ".data-00000-of-00001"
    broken = bytearray(data.read_bytes())
    broken[1000] ^= 1
    data.write_bytes(broken)
    with pytest.raises(MissingPackage, match="differs") as refused:
        MusicnnTags(folder=tmp_path).measure(plucks(1), Heard(), Unwatched())
    assert "pip install" in refused.value.advice


def test_missing_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingPackage, match="there is no MTT_musicnn"):
        MusicnnTags(folder=tmp_path).measure(plucks(1), Heard(), Unwatched())


def test_a_compressed_index_is_refused(folder: Path, tmp_path: Path) -> None:
    table = bytearray((folder / NETS[0] / ".index").read_bytes())
    broken = tmp_path / "broken.index"
    for place in range(len(table) - 60, len(table) - 48):  # the index block's type byte stands before its checksum
        table[place] = 1
    broken.write_bytes(table)
    with pytest.raises(ValueError):
        read_checkpoint(broken, folder / NETS[0] / ".data-00000-of-00001")
