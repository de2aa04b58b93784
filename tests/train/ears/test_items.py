"""What the networks learn from: sides that share no song, labels that move with the sound, mended bar lines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import chord_class, chord_of, key_class
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from train.benchmarks.listening import SONGS
from train.ears.bar_lines import mended
from train.ears.crops import Shares, crop, crops, is_plain
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


@pytest.mark.parametrize("seed", range(6))
def test_labels_move_with_the_sound(item: Item, seed: int) -> None:
    random = np.random.default_rng(seed)
    made = crop(item, 60, random, shift=True)
    again = np.random.default_rng(seed)
    start, steps = int(again.integers(max(1, len(item.harmonic) - 59))), int(again.integers(-5, 6))
    for frame in range(60):
        before = item.chords[start + frame]
        if before > 0:
            assert made.chords[frame] == chord_class(chord_of(int(before)).transposed(steps))
    rows = item.harmonic[start : start + 60].astype(np.float32) / 34.0
    kept = np.roll(rows, 3 * steps, axis=1)
    inner = slice(max(0, 3 * steps), 252 + min(0, 3 * steps))
    np.testing.assert_allclose(made.harmonic[:, inner], kept[:, inner], atol=1e-6)


def test_a_faster_crop_has_its_beats_where_its_rows_are(item: Item) -> None:
    """Rows that are bright on beats alone stay so at any speed."""
    places = np.round(item.beats_s * 50).astype(int)
    rows = np.zeros_like(item.rhythmic)
    rows[places[places < len(rows)]] = 255
    marked = replace(item, rhythmic=rows)
    speeds = set()
    for seed in range(8):
        made = crop(marked, 200, np.random.default_rng(seed), shift=False, stretch=True)
        assert made.rhythmic.shape[0] == 1000
        bright = np.flatnonzero(made.rhythmic[:, 0] > 0)
        beats = np.flatnonzero(made.beats[:, 0] == 1)
        assert len(beats) and np.abs(bright[:, None] - beats[None]).min(axis=0).max() <= 1
        speeds.add(round(float(np.median(np.diff(beats)))))
    assert len(speeds) > 3


@pytest.mark.parametrize(("plain", "low", "high"), [(0.0, 0.0, 0.0), (0.5, 0.4, 0.6), (1.0, 1.0, 1.0)])
def test_as_many_crops_are_plain_as_asked(item: Item, tmp_path: Path, plain: float, low: float, high: float) -> None:
    for name in ("piece-1", "score-oneills.1", "pop-001-0", "pop-001-1", "pop-002-10", "solo-001-0"):
        families = np.full_like(item.families, is_plain(name))
        save(replace(item, families=families), tmp_path / f"{name}.npz")
    shares = Shares(scores=0.0, pieces=0.0, plain=plain)
    batch = next(crops(tmp_path, 10, 200, 0, 0, shift=False, shares=shares))
    assert low <= np.mean([made.families.any() for made in batch]) <= high


@pytest.mark.parametrize(("scores", "real"), [(0.0, 0.0), (0.3, 0.0), (1.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_as_many_crops_are_of_scores_and_recordings_as_asked(
    item: Item, tmp_path: Path, scores: float, real: float
) -> None:
    for kind, name in enumerate(("piece-1", "score-bach.1", "pop-001-0", "real/real-a-0")):
        path = tmp_path / f"{name}.npz"
        path.parent.mkdir(exist_ok=True)
        save(replace(item, families=np.full_like(item.families, 1 << kind)), path)
    shares = Shares(scores=scores, real=real)
    batch = next(crops(tmp_path, 10, 300, 0, 0, shift=False, real=[tmp_path / "real"], shares=shares))
    drawn = [int(made.families[0]) for made in batch]
    assert np.mean([kind == 1 << 3 for kind in drawn]) == pytest.approx(real, abs=0.09)
    assert np.mean([kind == 1 << 1 for kind in drawn]) == pytest.approx(scores * (1 - real), abs=0.09)


def test_without_items_nothing_is_learned(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no items"):
        next(crops(tmp_path, 10, 2, 0, 0, shift=False))


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
