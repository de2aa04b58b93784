"""Datasets: what is written is read again, changed ones are refused, and nothing half-written stays."""

from dataclasses import replace
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound, StudioError
from train.dataset import About, Member, open_dataset, write_dataset
from train.examples import Example, example_as_json, example_of_json

EXAMPLE = Example(
    id="a1", track="f" * 64, audio="audio/a.flac", task="key", skill="harmonic and theoretical analysis", kind="choice",
    question="Which key?", answer="A minor", options=("A minor", "C major"), start_s=0.0, end_s=20.5,
    truth={"key": "A minor"}, references=((0.0, 20.5),), sources=("score",), song="One", artist="X",
)  # fmt: skip
OPEN = Example("b1", "e" * 64, "/music/b.mp3", "tempo", "temporal understanding", "open", "How fast?", "96 BPM")
ABOUT = About("demo", 7, "CC0", "2026-01-01T00:00:00+00:00", (Member("f" * 64, "One", "X", "", "train", 20.5),))


def test_an_example_survives_json() -> None:
    assert example_of_json(example_as_json(EXAMPLE)) == EXAMPLE
    assert example_of_json(example_as_json(OPEN)) == OPEN


def test_a_dataset_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_dataset(tmp_path / "demo", ABOUT, [EXAMPLE], [OPEN])
    opened = open_dataset(tmp_path / "demo")
    assert opened.train == (EXAMPLE,) and opened.held_out == (OPEN,)
    assert opened.about == replace(ABOUT, n_train=1, n_held_out=1, hash=opened.hash) and len(opened.hash) == 64
    assert opened.audio_path(EXAMPLE) == tmp_path / "demo/audio/a.flac"
    assert opened.audio_path(OPEN) == Path("/music/b.mp3")


def test_the_same_examples_have_the_same_hash(tmp_path: Path) -> None:
    one = write_dataset(tmp_path / "one", ABOUT, [EXAMPLE], [OPEN])
    two = write_dataset(tmp_path / "two", ABOUT, [EXAMPLE], [OPEN])
    other = write_dataset(tmp_path / "other", ABOUT, [replace(EXAMPLE, answer="C major")], [OPEN])
    assert one.hash == two.hash != other.hash


def test_a_changed_dataset_is_refused(tmp_path: Path) -> None:
    write_dataset(tmp_path / "demo", ABOUT, [EXAMPLE], [OPEN])
    path = tmp_path / "demo/train.jsonl"
    path.write_text(path.read_text("utf-8").replace("A minor", "D minor"), "utf-8")
    with pytest.raises(StudioError, match="changed after it was frozen"):
        open_dataset(tmp_path / "demo")


def test_a_frozen_dataset_is_not_written_over(tmp_path: Path) -> None:
    write_dataset(tmp_path / "demo", ABOUT, [EXAMPLE], [])
    with pytest.raises(StudioError, match="already"):
        write_dataset(tmp_path / "demo", ABOUT, [], [])
    assert open_dataset(tmp_path / "demo").train == (EXAMPLE,)


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_dataset(tmp_path / "demo", ABOUT, [replace(EXAMPLE, start_s=float("nan"))], [])
    with pytest.raises(StudioError, match="cannot be written"):
        write_dataset(tmp_path / "demo", ABOUT, [EXAMPLE], [], audio=tmp_path / "missing")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no dataset"):
        open_dataset(tmp_path / "none")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colour": "red"}, "no field “colour”"),
        ({"skill": "cooking"}, "not a skill"),
        ({"kind": "maybe"}, "not a kind"),
    ],
)
def test_a_wrong_example_is_refused(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        example_of_json({**example_as_json(EXAMPLE), **change})


def test_a_missing_field_is_named() -> None:
    row = example_as_json(EXAMPLE)
    del row["question"]
    with pytest.raises(StudioError, match="question"):
        example_of_json(row)
