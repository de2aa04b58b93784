"""Parts of the items: a song is in one only, whoever plays it, and the fits hear it by who never knew it."""

import argparse
from collections import Counter
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound
from train.ears.fit import shares_of, taught
from train.ears.folds import Fold, song_of, thinned, unknown
from train.ears.shares import Shares

NAMES = [f"pop-{song:03d}-{number}" for song in range(40) for number in range(3)]
NAMES += [f"solo-{song:03d}-0" for song in range(40)] + [f"piece-{seed}" for seed in range(10_000, 10_060)]
NAMES += [f"score-bach.bwv{number}" for number in range(30)]


def test_every_item_is_in_one_part_and_parts_are_about_as_large() -> None:
    folds = [Fold(index, 3) for index in range(3)]
    parts = Counter(index for name in NAMES for index, fold in enumerate(folds) if fold.holds(name))
    assert sum(parts.values()) == len(NAMES)
    assert min(parts.values()) > 0.2 * len(NAMES)


def test_all_who_play_a_song_are_in_its_part() -> None:
    for song in range(40):
        players = [name for name in NAMES if name.startswith((f"pop-{song:03d}-", f"solo-{song:03d}-"))]
        assert len({song_of(name) for name in players}) == 1 and len(players) == 4
        assert len({Fold(0, 3).holds(name) for name in players}) == 1


@pytest.mark.parametrize("text", ["3/3", "-1/3", "1", "a/b", "1/2/3"])
def test_a_part_that_is_none_is_refused(text: str) -> None:
    assert Fold.parse("1/3") == Fold(1, 3)
    with pytest.raises(argparse.ArgumentTypeError, match="is no part"):
        Fold.parse(text)


def asked(items: Path) -> argparse.Namespace:
    return argparse.Namespace(items=items, scores=0.2, plain=0.3, real=0.0, without=Fold(1, 3))


def test_what_is_left_out_never_teaches(tmp_path: Path) -> None:
    for folder, names in (("train", NAMES), ("pulses", ["real-a-0", "real-a-1"])):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.npz").touch()
    assert shares_of(asked(tmp_path)) == Shares(0.2, Shares.pieces, 0.3, 0.0, Fold(1, 3))
    found = [path.stem for path in taught(asked(tmp_path), "pulses")]
    assert set(found) == {name for name in NAMES if not Fold(1, 3).holds(name)} | {"real-a-0", "real-a-1"}


def test_without_items_nothing_is_learned(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no items"):
        taught(asked(tmp_path))


def test_each_part_is_heard_by_the_weights_that_never_knew_it(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    for name in NAMES:
        (tmp_path / "train" / f"{name}.npz").touch()
    found = dict(unknown(tmp_path, [Path("a"), Path("b")], 3, 1000))
    assert list(found) == [Path("a"), Path("b")]
    for index, paths in enumerate(found.values()):
        assert {path.stem for path in paths} == {name for name in NAMES if Fold(index, 3).holds(name)}
    fewer = dict(unknown(tmp_path, [Path("a"), Path("b")], 3, 40))
    assert all(15 <= len(paths) <= 40 and set(paths) <= set(found[key]) for key, paths in fewer.items())


def test_a_few_are_taken_evenly() -> None:
    paths = [Path(str(number)) for number in range(100)]
    assert thinned(paths, 10) == paths[::10] and thinned(paths, 1000) == paths and thinned([], 5) == []
