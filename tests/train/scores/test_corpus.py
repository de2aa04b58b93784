"""Which scores there are, and on which side."""

from pathlib import Path

import pytest

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.pitch import Pitch
from train.scores import corpus
from train.scores.written import Tone, Written


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of two tunes of Ryan's and three of O'Neill's, one of which is somebody's own."""
    bars = "|G2A2 B2c2|d2B2 G4|A2B2 c2A2|G4 G4" * 2 + "|]\n"
    (tmp_path / "ryansMammoth").mkdir()
    (tmp_path / "oneills1850").mkdir()
    head = "M:4/4\nL:1/8\nK:G\n"
    for name in ("OneReel", "AnotherReel"):
        (tmp_path / "ryansMammoth" / f"{name}.abc").write_text(f"X:1\nT:{name}\n{head}{bars}", "utf-8")
    mine = f"X:12\nT:Mine\nN:Copyright 1999\n{head}{bars}"
    again = f"X:11\nT:Again\n{head}{bars.replace('G2A2', 'A2B2')}"
    (tmp_path / "oneills1850" / "a.abc").write_text(f"X:11\nT:First\n{head}{bars}\n{mine}", "utf-8")
    (tmp_path / "oneills1850" / "b.abc").write_text(f"{again}\nX:13\nT:Last\n{head}{bars}", "utf-8")
    monkeypatch.setattr(corpus, "_folder", lambda: tmp_path)
    corpus._sources.cache_clear()
    yield tmp_path
    corpus._sources.cache_clear()


@pytest.mark.usefixtures("folder")
def test_each_score_has_a_name_and_one_that_is_somebodys_own_is_left_out() -> None:
    names = corpus.names()
    assert sorted(names) == ["oneills.11", "oneills.12", "oneills.13", "ryans.AnotherReel", "ryans.OneReel"]
    assert [name.split(".")[0] for name in names[:4]] == ["ryans", "oneills"] * 2
    assert corpus.names() == names
    assert corpus.load("oneills.12") is None
    first, reel = corpus.load("oneills.11"), corpus.load("ryans.OneReel")
    assert first is not None and reel is not None
    assert (first.tones, corpus.side(first)) == (reel.tones, corpus.side(reel))


def test_the_essen_songs_are_no_collection_of_ours() -> None:
    assert not any("essen" in pattern.lower() for pattern in corpus.COLLECTIONS.values())


def test_settings_of_a_tune_are_on_one_side_and_every_side_gets_some() -> None:
    sides = []
    for seed in range(200):
        tones = [Tone(i, 1, 60 + (seed * i * i) % 12, Pitch("C"), 0) for i in range(20)]
        lower = [Tone(i, 1, 40, Pitch("E"), 1) for i in range(20)]
        alone, moved = (
            Written(Metre(4, 4), 1.0, 0.0, tuple(rows), None, ())
            for rows in (tones, [*(Tone(t.start, t.length, t.pitch + 3, t.name, 0) for t in tones), *lower])
        )
        assert corpus.side(alone) == corpus.side(moved)
        sides.append(corpus.side(alone))
    assert set(sides) == {"train", "valid", "test"} or len(set(sides)) > 1
