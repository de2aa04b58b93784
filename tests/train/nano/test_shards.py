"""Shards give back what was written, and the truth of an excerpt is that of its piece."""

from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import chord_class, key_class
from musicflamingo_app.errors import NotFound, StudioError
from train.examples import Example
from train.nano.shards import N_FRAMES, N_MELS, NanoClip, Shard, as_bytes, clips, of_bytes, shard_path, write_shard
from train.nano.truth import CLIP_S, METRES, N_PITCHES, N_ROWS, NAMES, ROW_S, SILENCE_DB, Truth, truth_of
from train.pieces.compose import piece

SILENT = np.zeros(int(CLIP_S * 16_000), np.float32)


def clip(seed: int) -> NanoClip:
    made = piece(seed, "pop rock")
    mel = np.random.default_rng(seed).uniform(-0.7, 1.3, (N_MELS, N_FRAMES)).astype(np.float32)
    example = Example(f"{seed}", "t", "a.wav", "tempo", "temporal understanding", "open", "How fast?", "90 BPM")
    return NanoClip(f"clip-{seed}", f"piece-{seed}", made.style, mel, truth_of(made, 10.0, SILENT), (example,))


def test_a_shard_gives_back_its_clips(tmp_path: Path) -> None:
    made = [clip(seed) for seed in range(3)]
    write_shard(shard_path(tmp_path, "train", 0), made[:2])
    write_shard(shard_path(tmp_path, "train", 7), made[2:])
    read = clips(tmp_path, "train")
    assert len(read) == 3 and [one.name for one in read] == [one.name for one in made]
    for before, after in zip(made, read, strict=True):
        assert (after.song, after.style, after.examples) == (before.song, before.style, before.examples)
        assert np.abs(after.mel - before.mel).max() < 0.5 * 2 / 255 + 1e-5
        for name in NAMES:
            np.testing.assert_allclose(getattr(after.truth, name), getattr(before.truth, name), rtol=1e-3)
    np.testing.assert_array_equal(read.mel(2), read[2].mel)
    np.testing.assert_array_equal(read.truth(1).pitches, read[1].truth.pitches)


def test_bytes_keep_a_log_mel_to_half_a_step() -> None:
    mel = np.maximum(np.random.default_rng(0).normal(0, 1, (N_MELS, N_FRAMES)).astype(np.float32), -0.5)
    mel = np.maximum(mel, mel.max() - 2)
    assert np.abs(of_bytes(*as_bytes(mel)) - mel).max() <= 1 / 255 + 1e-6


def test_nothing_there_is_said_and_half_a_shard_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no valid clips"):
        clips(tmp_path, "valid")
    path = shard_path(tmp_path, "valid", 0)
    path.parent.mkdir()
    path.with_suffix(".jsonl").write_text("")
    with pytest.raises(NotFound):
        clips(tmp_path, "valid")
    path.write_bytes(b"PK broken")
    with pytest.raises(StudioError, match="cannot be read"):
        _ = Shard(path).arrays


@pytest.mark.parametrize(("seed", "style"), [(3, "pop rock"), (4, "waltz"), (5, "jazz swing")])
def test_the_truth_of_rows_is_that_of_the_piece(seed: int, style: str) -> None:
    made, start_s = piece(seed, style), 12.34
    truth = truth_of(made, start_s, SILENT)
    for row in range(0, N_ROWS, 7):
        middle_s = start_s + (row + 0.5) * ROW_S
        assert truth.chords[row] == chord_class(made.chords.at(middle_s).label)
        assert truth.keys[row] == key_class(made.keys.at(middle_s).label)
        begin_s, end_s = start_s + row * ROW_S, start_s + (row + 1) * ROW_S
        pitched = [n for n in made.notes if not made.parts[n.part].is_drums]
        sounding = {n.pitch - 21 for n in pitched if n.start_s < end_s and n.end_s - 1e-6 > begin_s}
        struck = {n.pitch - 21 for n in pitched if begin_s <= n.start_s < end_s}
        assert set(np.flatnonzero(truth.pitches[row])) == sounding & set(range(N_PITCHES))
        assert set(np.flatnonzero(truth.onsets[row])) == struck & set(range(N_PITCHES))
    times = [beat.time_s for beat in made.beats.beats if start_s <= beat.time_s < start_s + CLIP_S]
    assert truth.beats.sum() == len(times) and truth.downbeats.sum() >= len(times) // 5
    assert all(truth.beats[int((time_s - start_s) / ROW_S)] for time_s in times)
    assert METRES[truth.metre] == str(made.metres.at(start_s).label)
    assert abs(truth.tempo_bpm / (60 / np.median(np.diff(times))) - 1) < 0.01


def test_free_time_has_neither_tempo_nor_metre_and_silence_is_silent() -> None:
    truth: Truth = truth_of(piece(6, "free piano"), 3.0, SILENT)
    assert np.isnan(truth.tempo_bpm) and truth.metre == -1 and not truth.beats.any()
    assert (truth.loudness == SILENCE_DB).all()
