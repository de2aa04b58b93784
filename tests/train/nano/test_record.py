"""A run says what it was begun with, and another clip or question shows."""

import json
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound
from tests.train.nano.conftest import clip
from train.nano.record import FILE, begun, hash_of
from train.nano.shards import shard_path, write_questions, write_shard


def test_each_beginning_is_a_line(tmp_path: Path) -> None:
    write_shard(shard_path(tmp_path / "data", "train", 0), [clip(0), clip(1)])
    run = tmp_path / "run"
    first = begun(run, tmp_path / "data", "train")
    write_questions(shard_path(tmp_path / "data", "train", 0), [clip(1), clip(0)])
    second = begun(run, tmp_path / "data", "train")
    assert [json.loads(line) for line in (run / FILE).read_text("utf-8").splitlines()] == [first, second]
    assert first["data"]["train"]["shards"] == 1 and "torch" in first["versions"] and first["command"]
    assert first["data"] != second["data"]


def test_the_hash_depends_on_clips_and_not_on_when_they_were_made(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_shard(shard_path(tmp_path / name, "train", 0), [clip(0)])
    assert hash_of(tmp_path / "one", "train") == hash_of(tmp_path / "other", "train")
    write_shard(shard_path(tmp_path / "other", "train", 0), [clip(2)])
    assert hash_of(tmp_path / "one", "train") != hash_of(tmp_path / "other", "train")


def test_nothing_to_begin_with_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no clips"):
        begun(tmp_path / "run", tmp_path, "train")
    assert not (tmp_path / "run").exists()
