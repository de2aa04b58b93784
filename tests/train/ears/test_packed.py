"""Items as pictures: carried in packs of a size, and read again nearly as they were."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import NotFound
from train.ears import packed
from train.ears.items import Item, item_of, load, save
from train.pieces.compose import piece


@pytest.fixture(scope="module")
def item() -> Item:
    """Chords of few partials and quiet noise: as smooth as music is."""
    made = piece(10_003)
    times_s = np.arange(int(20 * ANALYSIS_HZ)) / ANALYSIS_HZ
    tones = sum(np.sin(2 * np.pi * hz * times_s) for hz in (110, 220, 330, 440, 1320)) * (times_s % 0.5 < 0.3)
    noise = np.random.default_rng(0).normal(0, 0.002, len(times_s))
    return item_of(made, (0.1 * tones + noise).astype(np.float32), 0, name="tones")


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["packed", *map(str, words)])
    packed.main()


def test_items_come_back_nearly_as_they_were(item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, names in (("train", "abc"), ("stems", "d")):
        (tmp_path / folder).mkdir()
        for name in names:
            save(item, tmp_path / folder / f"{name}.npz")
    folders = [tmp_path / "train", tmp_path / "stems"]
    for spectrum in ("harmonic", "rhythmic"):
        out = tmp_path / "packs" / spectrum[0]
        command(monkeypatch, "pack", "--items", *folders, "--spectra", spectrum, "--out", out, "--most-mb", "0.012")
    packs = sorted((tmp_path / "packs").glob("*.zip"))
    assert len(packs) > 2 and all(pack.stat().st_size < 20_000 for pack in packs)
    command(monkeypatch, "unpack", *packs, "--out", tmp_path / "again")
    found = sorted(path.relative_to(tmp_path / "again").as_posix() for path in (tmp_path / "again").rglob("*.npz"))
    assert found == ["stems/d.npz", "train/a.npz", "train/b.npz", "train/c.npz"]
    again = load(tmp_path / "again" / "stems" / "d.npz")
    for name in ("chords", "bass", "keys", "families", "beats_s", "positions"):
        np.testing.assert_array_equal(getattr(again, name), getattr(item, name))
        assert getattr(again, name).dtype == getattr(item, name).dtype
    assert again.about == item.about
    for name in packed.SPECTRA:
        before, after = (getattr(one, name).astype(float) for one in (item, again))
        assert after.shape == before.shape
        assert np.sqrt(np.mean((after - before) ** 2)) < 6 and abs(np.mean(after - before)) < 1


def test_of_a_spectrum_that_was_left_behind_there_are_no_rows(
    item: Item, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train").mkdir()
    save(item, tmp_path / "train" / "a.npz")
    command(monkeypatch, "pack", "--items", tmp_path / "train", "--spectra", "harmonic", "--out", tmp_path / "h")
    command(monkeypatch, "unpack", tmp_path / "h-0.zip", "--out", tmp_path / "again")
    again = load(tmp_path / "again" / "train" / "a.npz")
    assert again.harmonic.shape == item.harmonic.shape and again.rhythmic.shape == (0, item.rhythmic.shape[1])


def test_a_long_recording_becomes_several_pictures(tmp_path: Path, item: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "HIGHEST", 15)
    rows = np.repeat((np.arange(len(item.harmonic)) % 250).astype(np.uint8)[:, None], 252, axis=1)
    (tmp_path / "train").mkdir()
    save(replace(item, harmonic=rows), tmp_path / "train" / "a.npz")
    parts = packed.packed(tmp_path / "train" / "a.npz", ("harmonic",), 95)
    assert sum(part.endswith(".webp") for part in parts) == -(-len(rows) // 15) > 10
    packed.write(iter([(tmp_path / "train" / "a.npz", parts)]), tmp_path / "p", 1e6)
    packed.unpack("train/a", [tmp_path / "p-0.zip"], tmp_path / "again")
    again = load(tmp_path / "again" / "train" / "a.npz").harmonic
    np.testing.assert_allclose(again.astype(int), rows.astype(int), atol=20)  # in their order


def test_a_folder_without_items_makes_no_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="no items in"):
        command(monkeypatch, "pack", "--items", tmp_path, "--out", tmp_path / "p")
    assert not list(tmp_path.iterdir())
