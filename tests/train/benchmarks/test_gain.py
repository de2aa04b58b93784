"""The bench of the gain: excerpts as long as its base hears at once."""

import json
from pathlib import Path

import pytest

from musicflamingo_app.errors import NotFound
from train.benchmarks.gain import Asked, heard_at_once_s


def test_excerpts_are_as_long_as_the_base_hears_at_once(tmp_path: Path) -> None:
    (tmp_path / "processor_config.json").write_text(json.dumps({"feature_extractor": {"chunk_length": 20}}))
    shortest_s, longest_s = heard_at_once_s(tmp_path)
    assert 10.0 < shortest_s < longest_s <= 20.0
    assert Asked.crops * longest_s <= Asked.seconds  # else songs have fewer excerpts than asked
    with pytest.raises(NotFound, match=r"is no Music Flamingo\. Make one with"):
        heard_at_once_s(tmp_path / "nothing")


def test_thirty_songs_teach_and_the_rest_judge() -> None:
    n_judge = round(Asked.n_songs * Asked.held_out)
    assert Asked.n_songs - n_judge == 30 and n_judge >= 10
