"""A shard is made whole from pieces and a bank, the same each time, and can be asked about anew."""

from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.errors import StudioError
from train.nano import make
from train.nano.bank import DRUM_KIT, HELD_S, PROGRAMS, SINGER, Bank, Tone, bank_of
from train.nano.mix import Mixer
from train.nano.shards import clips, shard_path, write_shard
from train.nano.truth import CLIP_S, RATE_HZ
from train.pieces.compose import piece


@pytest.fixture(scope="module")
def tones() -> Bank:
    times = np.arange(int(HELD_S * RATE_HZ)) / RATE_HZ
    sines = {p: np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * times).astype(np.float32) / 5 for p in (40, 60, 80)}
    pitched = [Tone(program, p, 0, sines[p]) for program in (*PROGRAMS, SINGER) for p in sines]
    return bank_of([*pitched, *(Tone(DRUM_KIT, p, 0, sines[80][:3000]) for p in range(35, 82))])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(make, "PLANS", {"train": make.Plan(0, 0, 2, 2), "valid": make.Plan(0, 0, 1, 1)})
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "000.mid").write_bytes(b"")
    return tmp_path


def test_a_shard_is_the_same_each_time_and_asked_anew_it_says_the_same(small: Path, tones: Bank) -> None:
    songs, mixer = small / "songs", Mixer(tones)
    path = shard_path(small, "train", 3)
    write_shard(path, make.shard(songs, "train", 3, mixer))
    arrays, questions = path.read_bytes(), path.with_suffix(".jsonl").read_bytes()
    made = clips(small, "train")
    assert [one.name for one in made] == ["piece-10006-0", "piece-10006-1", "piece-10007-0", "piece-10007-1"]
    for one in made:
        assert one.mel.shape == (192, 1000) and one.mel.max() - one.mel.min() == pytest.approx(2.0, abs=0.01)
        assert one.truth.pitches.any() and one.truth.loudness.max() > -40
        assert len(one.examples) >= 4 and {example.audio for example in one.examples} == {f"{one.name}.wav"}
    path.with_suffix(".jsonl").write_text(questions.decode().replace("?", "!"), "utf-8")
    make.asked_anew(path, songs, "train", 3)
    assert path.with_suffix(".jsonl").read_bytes() == questions
    write_shard(path, make.shard(songs, "train", 3, mixer))
    assert path.read_bytes() == arrays
    with pytest.raises(StudioError, match="other clips"):
        make.asked_anew(path, songs, "train", 4)


def test_the_sound_of_a_clip_is_where_its_truth_says(small: Path, tones: Bank) -> None:
    made = piece(10_006, "solo piano")
    sound = Mixer(tones).mix(make.near(made, 15.0), 15.0)
    whole = Mixer(tones).mix(made, 15.0)
    assert float((sound - whole).abs().max()) == 0.0
    onsets = [note.start_s - 15.0 for note in made.notes if 15.5 < note.start_s < 15.0 + CLIP_S - 1]
    before = [float(sound[int((at - 0.03) * RATE_HZ) :][:400].square().mean()) for at in onsets]
    after = [float(sound[int((at + 0.01) * RATE_HZ) :][:400].square().mean()) for at in onsets]
    assert np.mean(after) > np.mean(before)


def test_clips_begin_within_the_piece_and_often_hold_an_event() -> None:
    from random import Random

    made = piece(10_020, "pop rock")
    starts_s = [make.chosen_start_s(made, Random(n)) for n in range(60)]
    assert all(0 <= start_s <= made.duration_s - CLIP_S + 0.001 for start_s in starts_s)
    assert len(set(starts_s)) > 30
    events_s = make._events_s(made)
    held = [any(start_s + 4 <= at_s <= start_s + 16 for at_s in events_s) for start_s in starts_s]
    assert sum(held) > 30


def test_a_shortened_piece_has_the_notes_of_its_stretch() -> None:
    made = piece(10_020, "pop rock")
    short = make.shortened(made, 10.0, 5.0)
    assert short.duration_s == 5.0 and short.notes
    assert all(0 <= note.start_s < 5.0 and note.length_s > 0.02 for note in short.notes)
    inside = [note for note in made.notes if 10.0 <= note.start_s < 15.0]
    assert {(round(n.start_s + 10.0, 6), n.pitch) for n in short.notes if n.start_s > 0} >= {
        (round(n.start_s, 6), n.pitch) for n in inside if n.start_s > 10.0
    }
