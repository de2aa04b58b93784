"""What the networks learn from: sides that share no song, labels that move with the sound, mended bar lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import chord_class, key_class
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.benchmarks.listening import SONGS
from train.ears.bar_lines import mended
from train.ears.effects import treated
from train.ears.items import Item, item_of, load, save
from train.ears.split import TEST_SEEDS, TRAIN_SEEDS, VALID_SEEDS, side
from train.ears.voice import sung
from train.pieces.compose import piece
from train.pieces.values import Note


@pytest.fixture(scope="module")
def item() -> Item:
    made = piece(10_003)
    noise = np.random.default_rng(0).normal(0, 0.1, int(made.duration_s * ANALYSIS_HZ)).astype(np.float32)
    return item_of(made, noise, 0, name="noise")


def test_no_song_is_on_two_sides_and_the_benchmark_judges() -> None:
    assert all(side(song) == "test" for song in SONGS)
    sides = [side(f"{number:03d}") for number in range(1, 910)]
    assert {"train", "valid", "test"} == set(sides)
    assert sides.count("train") > 0.85 * len(sides)
    assert not set(TEST_SEEDS) & set(VALID_SEEDS) and not set(VALID_SEEDS) & set(range(10_000, 20_000))
    assert 10_000 in TRAIN_SEEDS


def test_an_item_is_read_as_it_was_written(item: Item, tmp_path: Path) -> None:
    save(item, tmp_path / "a.npz")
    again = load(tmp_path / "a.npz")
    for name in ("harmonic", "rhythmic", "chords", "bass", "keys", "families", "beats_s", "positions"):
        np.testing.assert_array_equal(getattr(again, name), getattr(item, name))
    assert again.about == item.about
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_frames_say_what_sounds_at_their_centre(item: Item) -> None:
    made = piece(10_003)
    for frame in range(0, len(item.chords), 37):
        segment = made.chords.at(frame / 10)
        if segment is not None:
            assert item.chords[frame] == chord_class(segment.label)


def four(changes_at: int, n_bars: int = 16) -> Item:
    """An item in four at 120 a minute whose chords change on one place of every bar."""
    beats_s = np.arange(4 * n_bars) * 0.5
    frames = np.zeros(20 * n_bars + 20, np.int16)
    for bar in range(n_bars):
        frames[20 * bar + 5 * (changes_at - 1) :] = chord_class(Chord.parse("C" if bar % 2 else "G"))
    positions = np.tile([1, 2, 3, 4], n_bars).astype(np.int8)
    blank = np.zeros((len(frames), 1), np.uint8)
    labels = (frames, frames.astype(np.int8), frames.astype(np.int8), frames.astype(np.uint32))
    return Item(blank, blank, *labels, beats_s.astype(np.float32), positions, {})


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_bar_lines_go_where_chords_change(place: int) -> None:
    item = mended(four(place))
    assert item is not None
    assert list(np.flatnonzero(item.positions == 1)[:3]) == [place - 1, place + 3, place + 7]


def test_bar_lines_of_a_score_are_believed() -> None:
    item = four(3)
    kept = mended(replace(item, about={"style": "score"}))
    assert kept is not None and list(np.flatnonzero(kept.positions == 1)[:2]) == [0, 4]


def test_beats_between_which_chords_change_are_not_believed() -> None:
    item = four(1)
    assert mended(replace(item, beats_s=item.beats_s + 0.25)) is None


def test_effects_are_those_of_their_seed_and_keep_the_length() -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, ANALYSIS_HZ).astype(np.float32)
    for seed in range(12):
        once = treated(sound, seed)
        np.testing.assert_array_equal(once, treated(sound, seed))
        assert once.shape == sound.shape and once.dtype == np.float32 and np.isfinite(once).all()


def test_a_voice_sings_its_notes() -> None:
    from musicflamingo_app.analysis.listening.spectra import spectra

    sound = sung([Note(0.5, 2.0, 60, 100, 0)], 3.0, ANALYSIS_HZ, 3)
    assert not sound[: ANALYSIS_HZ // 4].any()
    heard = spectra(sound).harmonic
    assert heard[:3].max() < 0.2 < heard[15].max()
    fundamental = heard[12:24, 3 * 33 : 3 * 40].mean(axis=0)  # A3 to Eb4
    assert abs(int(fundamental.argmax()) - (3 * 3 + 1)) <= 2  # C4, within its vibrato
    assert key_class(Key.parse("C major")) == 0
