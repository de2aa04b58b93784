"""Crops: labels and beats move with the sound, each kind has its share, and a step is always alike."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

from musicflamingo_app.analysis.listening.classes import UNKNOWN, chord_class, chord_of, key_class, key_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from train.ears.draws import Batch, Cut, batches, beside, cut
from train.ears.items import SCALE, Item, item_of
from train.ears.shares import Shares, drawn, kinds_of
from train.ears.shelf import Shelf, shelved
from train.pieces.compose import piece

NAMES = ("piece-1", "score-oneills.1", "pop-001-0", "pop-001-1", "pop-002-10", "solo-001-0", "real-a-0")


@pytest.fixture(scope="module")
def item() -> Item:
    made = piece(10_003)
    noise = np.random.default_rng(0).normal(0, 0.1, int(made.duration_s * ANALYSIS_HZ)).astype(np.float32)
    return item_of(made, noise, 0, name="noise")


@pytest.fixture(scope="module")
def shelf(item: Item) -> Shelf:
    """The item's beginning twice, then all of it: what is cut from the last begins late in the shelf."""
    short = replace(
        item, **{name: getattr(item, name)[:50] for name in ("harmonic", "chords", "bass", "keys", "families")}
    )
    short = replace(short, rhythmic=item.rhythmic[:250], beats_s=item.beats_s[:3], positions=item.positions[:3])
    return shelved({"piece-1": short, "pop-001-1": short, "pop-002-1": item})


def one(shelf: Shelf, frames: int, *, item: int = 2, start: int = 0, semitones: int = 0, speed: float = 1.0) -> Batch:
    places = Cut(np.array([item]), np.array([start]), np.array([semitones]), np.array([speed]))
    return cut(shelf, places, frames)


@pytest.mark.parametrize(("start", "steps"), [(0, 0), (40, 3), (117, -5), (200, 5)])
def test_labels_move_with_the_sound(item: Item, shelf: Shelf, start: int, steps: int) -> None:
    made = one(shelf, 60, start=start, semitones=steps)
    assert made.harmonic is not None
    for frame in range(60):
        chord, key = int(item.chords[start + frame]), int(item.keys[start + frame])
        if chord > 0:
            assert made.chords[0, frame] == chord_class(chord_of(chord).transposed(steps))
        if key >= 0:
            assert made.keys[0, frame] == key_class(key_of(key).transposed(steps))
        if 0 <= item.bass[start + frame] < 12:
            assert made.bass[0, frame] == (item.bass[start + frame] + steps) % 12
    rows = item.harmonic[start : start + 60].astype(np.float32) / SCALE
    kept = np.roll(rows, 3 * steps, axis=1)
    inner = slice(max(0, 3 * steps), 252 + min(0, 3 * steps))
    np.testing.assert_allclose(made.harmonic[0, :, inner], kept[:, inner], atol=1e-5)


def test_a_crop_is_what_its_item_holds(item: Item, shelf: Shelf) -> None:
    made = one(shelf, 80, start=30)
    assert made.rhythmic is not None
    np.testing.assert_allclose(made.rhythmic[0], item.rhythmic[150:550] / SCALE, atol=1e-5)
    flags = (item.families[30:110, None] >> np.arange(made.families.shape[2])) & 1
    np.testing.assert_array_equal(made.families[0], flags)


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.07, 1.25])
def test_a_faster_crop_has_its_beats_where_its_rows_are(item: Item, speed: float) -> None:
    """Rows that are bright on beats alone stay so at any speed."""
    places = np.round(item.beats_s * 50).astype(int)
    rows = np.zeros_like(item.rhythmic)
    rows[places[places < len(rows)]] = 255
    made = one(shelved({"piece-1": replace(item, rhythmic=rows)}), 200, item=0, start=20, speed=speed)
    assert made.rhythmic is not None
    bright = np.flatnonzero(made.rhythmic[0, :, 0].numpy() > 0.5)
    beats = np.flatnonzero(made.beats[0, :, 0].numpy() == 1)
    assert len(beats) > 5 and np.abs(bright[:, None] - beats[None]).min(axis=0).max() <= 1
    gap_s = float(np.median(np.diff(item.beats_s)))
    assert np.median(np.diff(beats)) == pytest.approx(50 * gap_s / speed, abs=1)


def test_bars_that_nobody_knows_are_not_taught(item: Item) -> None:
    unbarred = replace(item, positions=np.zeros_like(item.positions))
    free = replace(item, beats_s=item.beats_s[:0], positions=item.positions[:0])
    made = [one(shelved({"real-a-0": given}), 100, item=0).beats[0] for given in (item, unbarred, free)]
    assert (made[0] >= 0).all() and (made[0][:, 1] == 1).any()
    assert (made[1][:, 1] == -1).all() and torch.equal(made[1][:, 0], made[0][:, 0])
    assert not made[2].any()


def test_beyond_the_end_nothing_is_known(shelf: Shelf) -> None:
    made = one(shelf, 80, item=0)
    assert made.harmonic is not None and made.rhythmic is not None
    assert (made.chords[0, 50:] == UNKNOWN).all() and (made.keys[0, 50:] == UNKNOWN).all()
    assert not made.harmonic[0, 51:].any() and not made.rhythmic[0, 251:].any() and not made.families[0, 50:].any()
    assert made.harmonic[0, :50].any()


def test_a_step_is_always_alike_and_steps_differ(shelf: Shelf) -> None:
    def draw(first: int) -> list[Batch]:
        source = batches(shelf, 40, 3, 7, first, shares=Shares(), shift=True, fastest=1.2)
        return list(islice(source, 2))

    first, later = draw(4), draw(5)
    for name in ("harmonic", "chords", "beats"):
        assert torch.equal(getattr(first[1], name), getattr(later[0], name))
    assert not torch.equal(first[0].beats, first[1].beats)


def test_two_batches_become_one(shelf: Shelf) -> None:
    both = beside(one(shelf, 40), one(shelf, 40, start=60))
    assert both.harmonic is not None
    assert both.harmonic.shape == (2, 40, 252)
    assert torch.equal(both.chords[1:], one(shelf, 40, start=60).chords)


def share_of(right: Callable[[str], bool], shares: Shares, names: tuple[str, ...] = NAMES) -> float:
    found = drawn(kinds_of(names), shares, 400, np.random.default_rng(0))
    return float(np.mean([right(names[index]) for index in found]))


@pytest.mark.parametrize("plain", [0.0, 0.5, 1.0])
def test_as_many_songs_are_plain_as_asked(plain: float) -> None:
    shares = Shares(scores=0.0, pieces=0.0, plain=plain, real=0.0)
    assert share_of(lambda name: name in ("pop-001-0", "solo-001-0"), shares) == pytest.approx(plain, abs=0.08)


@pytest.mark.parametrize(("scores", "real"), [(0.0, 0.0), (0.3, 0.0), (1.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_as_many_crops_are_of_scores_and_recordings_as_asked(scores: float, real: float) -> None:
    shares = Shares(scores=scores, real=real)
    assert share_of(lambda name: name.startswith("real"), shares) == pytest.approx(real, abs=0.08)
    assert share_of(lambda name: name.startswith("score"), shares) == pytest.approx(scores * (1 - real), abs=0.08)


def test_a_kind_that_is_not_there_gives_way() -> None:
    assert share_of(lambda name: name == "piece-1", Shares(scores=1.0, pieces=0.0, real=1.0), ("piece-1",)) == 1.0
