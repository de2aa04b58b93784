"""The spectrum and the network give the same in blocks as in one piece, and the same as the features BeatNet knows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from musicflamingo_app.analysis.engines import Unwatched
from musicflamingo_app.analysis.rhythm import hearing as hearing_module
from musicflamingo_app.analysis.rhythm import spectrum as spectrum_module
from musicflamingo_app.analysis.rhythm.beatnet import BeatNet
from musicflamingo_app.analysis.rhythm.hearing import hear
from musicflamingo_app.analysis.rhythm.spectrum import FRAMES_HZ, HOP, WINDOW, n_frames, padded, spectrum_blocks
from musicflamingo_app.audio.sound import ANALYSIS_HZ


def melody(duration_s: float) -> NDArray[np.float32]:
    """Notes of half a second with a sharp beginning, over faint noise."""
    random = np.random.default_rng(7)
    t = np.arange(int(duration_s * ANALYSIS_HZ)) / ANALYSIS_HZ
    pitches_hz = 220 * 2 ** (random.integers(0, 24, size=int(duration_s * 2) + 1) / 12)
    tone = np.sin(2 * np.pi * pitches_hz[(t * 2).astype(int)] * t) * np.exp(-(t % 0.5) * 6)
    return (0.5 * tone + 0.001 * random.normal(size=len(t))).astype(np.float32)


def test_the_spectrum_is_the_one_beatnet_was_trained_on() -> None:
    from madmom_infer.audio.signal import FramedSignalProcessor, Signal
    from madmom_infer.audio.spectrogram import FilteredSpectrogramProcessor, LogarithmicSpectrogramProcessor
    from madmom_infer.audio.stft import ShortTimeFourierTransformProcessor
    from madmom_infer.processors import SequentialProcessor

    samples = melody(5)
    chain = SequentialProcessor(
        (
            FramedSignalProcessor(frame_size=WINDOW, hop_size=HOP),
            ShortTimeFourierTransformProcessor(),
            FilteredSpectrogramProcessor(num_bands=24, fmin=30, fmax=17_000, norm_filters=True),
            LogarithmicSpectrogramProcessor(mul=1, add=1),
        )
    )
    expected = np.asarray(chain(Signal(samples, ANALYSIS_HZ)))
    found = np.concatenate(list(spectrum_blocks(samples)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("block_frames", [1, 37, 250])
def test_blocks_change_nothing(block_frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = melody(6)
    whole = hear(samples, BeatNet(), Unwatched())
    monkeypatch.setattr(spectrum_module, "BLOCK_FRAMES", block_frames)
    monkeypatch.setattr(hearing_module, "BLOCK_FRAMES", block_frames)
    parts = hear(samples, BeatNet(), Unwatched())
    for name in ("beat", "downbeat", "onset", "low", "high", "bass_onset", "chroma", "bass", "timbre"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), atol=2e-3, err_msg=name)


def test_a_note_rises_at_its_frame_and_pitch_class() -> None:
    t = np.arange(2 * ANALYSIS_HZ) / ANALYSIS_HZ
    samples = np.where(t >= 1.0, np.sin(2 * np.pi * 440 * t), 0).astype(np.float32)
    found = hear(samples, BeatNet(), Unwatched())
    assert abs(int(found.onset.argmax()) - FRAMES_HZ) <= 1
    assert int(found.chroma[60:].mean(axis=0).argmax()) == 9  # A


@pytest.mark.parametrize("n_samples", [0, 1, HOP, HOP + 1, 10 * HOP])
def test_any_length_has_a_frame_for_every_hop_begun(n_samples: int) -> None:
    blocks = list(spectrum_blocks(np.zeros(n_samples, np.float32)))
    assert sum(len(block) for block in blocks) == n_frames(n_samples) == -(-n_samples // HOP)
    assert hear(np.zeros(n_samples, np.float32), BeatNet(), Unwatched()).n_frames == n_frames(n_samples)


def test_broken_samples_count_as_silence() -> None:
    broken = np.array([1.0, np.nan, np.inf, -np.inf, 0.5], np.float32)
    assert padded(broken, -2, 9).tolist() == [0, 0, 1, 0, 0, 0, 0.5, 0, 0]
