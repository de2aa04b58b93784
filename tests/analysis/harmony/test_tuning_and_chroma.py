import sys
from collections.abc import Callable

import numpy as np
import pytest

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chroma import CHROMA_HZ, chroma
from musicflamingo_app.analysis.harmony.tuning import Tuning
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import MissingPackage

Synth = Callable[..., Audio]
NAMES = ["C:maj", "A:min", "F:maj", "G:maj"]


@pytest.mark.parametrize("cents", [-45.0, -30.0, -7.0, 0.0, 12.0, 30.0, 45.0])
def test_tuning_is_measured_to_a_few_cents(synth: Synth, cents: float) -> None:
    found = Tuning().measure(synth(NAMES, cents=cents), Heard(), Unwatched())
    assert found.value == pytest.approx(cents, abs=3.0) and found.confidence > 0.5


def test_a_long_recording_is_sampled(synth: Synth) -> None:
    found = Tuning().measure(synth(NAMES * 15, cents=20.0), Heard(), Unwatched())
    assert found.value == pytest.approx(20.0, abs=3.0)


def test_silence_and_noise_have_no_tuning() -> None:
    silence = Audio(np.zeros((1, ANALYSIS_HZ), np.float32), ANALYSIS_HZ)
    noise = Audio(np.random.default_rng(0).normal(0, 0.1, (1, 8 * ANALYSIS_HZ)).astype(np.float32), ANALYSIS_HZ)
    for audio in (silence, noise):
        found = Tuning().measure(audio, Heard(), Unwatched())
        assert found.value == 0.0 and found.confidence == 0.0


@pytest.mark.parametrize("cents", [0.0, 40.0])
def test_chroma_shows_the_notes(synth: Synth, cents: float) -> None:
    hz, rows = chroma(synth(["C:maj", "D:min"], each_s=4.0, cents=cents), cents)
    assert (
        hz == CHROMA_HZ and rows.dtype == np.float32 and rows.shape == (12, np.ceil((8 * ANALYSIS_HZ // 512 + 1) / 16))
    )
    loudest = np.sort(np.argsort(rows[:, 2:9].mean(axis=1))[-3:]), np.sort(np.argsort(rows[:, 13:20].mean(axis=1))[-3:])
    assert list(loudest[0]) == [0, 4, 7] and list(loudest[1]) == [2, 5, 9]
    assert rows.max(axis=0) == pytest.approx(1.0) and rows.min() >= 0


def test_silent_chroma_is_zero() -> None:
    _, rows = chroma(Audio(np.zeros((1, 2 * ANALYSIS_HZ), np.float32), ANALYSIS_HZ), 0.0)
    assert not rows.any() and rows.shape[0] == 12


def test_missing_librosa_says_what_to_install(synth: Synth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(MissingPackage, match="pip install librosa"):
        Tuning().measure(synth(NAMES), Heard(), Unwatched())
