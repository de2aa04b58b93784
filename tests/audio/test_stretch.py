"""A stretch of a file is the same sound that the whole file has there, in every format."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicflamingo_app.audio import decode
from musicflamingo_app.audio.intake import read_audio, read_stretch
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from tests.audio.signals import BY_NAME, FORMATS, Format
from tests.audio.test_intake import noise


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("stretch", [(0.0, 1.0), (2.3, 4.71), (5.0, 9.0)])
def test_a_stretch_is_what_the_whole_has_there(kind: Format, stretch: tuple[float, float], tmp_path: Path) -> None:
    path = kind.write(tmp_path / f"a{kind.suffix}", noise(48_000, seconds=6.0), 48_000)
    whole, (start_s, end_s) = read_audio(path).mono, stretch
    part = read_stretch(path, start_s, end_s).mono
    expected = whole[round(start_s * ANALYSIS_HZ) : round(end_s * ANALYSIS_HZ)]
    assert abs(len(part) - len(expected)) <= 1
    n = min(len(part), len(expected))
    np.testing.assert_allclose(part[:n], expected[:n], atol=2e-4)
    at_16_khz = read_audio(path).at(16_000)[round(start_s * 16_000) : round(end_s * 16_000)]
    other = read_stretch(path, start_s, end_s, 16_000).mono
    assert abs(len(other) - len(at_16_khz)) <= 1
    n = min(len(other), len(at_16_khz))
    np.testing.assert_allclose(other[:n], at_16_khz[:n], atol=4e-4)


def test_what_lies_before_is_not_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = BY_NAME["flac16"].write(tmp_path / "a.flac", noise(48_000, seconds=60.0), 48_000)
    real, n_samples = decode._decoded, 0

    def counted(source: Any) -> Iterator[Any]:
        nonlocal n_samples
        for frame in real(source):
            n_samples += frame.samples
            yield frame

    monkeypatch.setattr(decode, "_decoded", counted)
    read_stretch(path, 50.0, 51.0)
    assert n_samples <= decode.BLOCK_FRAMES + 2 * 48_000


def test_a_stretch_after_the_end_is_empty(tmp_path: Path) -> None:
    for name in ("wav16", "flac16", "mp3"):
        path = BY_NAME[name].write(tmp_path / f"a{BY_NAME[name].suffix}", noise(48_000), 48_000)
        assert read_stretch(path, 7.0, 8.0).duration_s == 0.0
