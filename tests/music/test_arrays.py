"""Curves are stored small and come back nearly the same; foreign bytes are refused."""

import numpy as np
import pytest

from musicflamingo_app.music.arrays import Curves


def curves() -> Curves:
    rng = np.random.default_rng(1)
    return Curves(
        10.0, rng.uniform(-70, 0, 50).astype(np.float32), 21.5, rng.random((12, 40), np.float32),
        np.linspace(0, 5, 9, dtype=np.float32), rng.integers(0, 256, (8, 8), np.uint8),
    )  # fmt: skip


def test_round_trip() -> None:
    before = curves()
    after = Curves.from_bytes(before.to_bytes())
    assert (after.loudness_hz, after.chroma_hz) == (10.0, 21.5)
    np.testing.assert_allclose(after.loudness_lufs, before.loudness_lufs, atol=0.035)
    np.testing.assert_allclose(after.chroma, before.chroma, atol=0.5 / 255 + 1e-6)
    np.testing.assert_array_equal(after.similarity_edges_s, before.similarity_edges_s)
    np.testing.assert_array_equal(after.similarity, before.similarity)


def test_round_trip_of_nothing() -> None:
    after = Curves.from_bytes(Curves.empty().to_bytes())
    assert after.chroma.shape == (12, 0) and after.loudness_lufs.size == 0 and after.similarity.shape == (0, 0)


def test_chroma_out_of_range_is_clipped() -> None:
    loud = Curves(1.0, np.zeros(0, np.float32), 1.0, np.full((12, 2), 1.5, np.float32), *2 * [np.zeros(0, np.float32)])
    assert Curves.from_bytes(loud.to_bytes()).chroma.max() == 1.0


@pytest.mark.parametrize("cut", [0, 1, 30, 200])
def test_truncated_bytes_are_refused(cut: int) -> None:
    with pytest.raises(ValueError):
        Curves.from_bytes(curves().to_bytes()[:cut])


def test_foreign_bytes_are_refused() -> None:
    with pytest.raises(ValueError):
        Curves.from_bytes(b"not an archive at all")
