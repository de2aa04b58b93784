"""What vectors should say follows from the truth, and can be read back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from tests.train.nano.conftest import clip, truth
from train.nano import words as speech
from train.nano.targets import SLOWEST_BPM, batch_of, bpm_of, disguised, since, slowed, tempo_classes
from train.nano.truth import N_ROWS, ROW_S


def test_every_second_has_each_place_once() -> None:
    for second in range(20):
        places = [place for at, place in speech.SCHEDULE if at == second]
        assert places in (list(speech.PLACES[:12]), list(speech.PLACES))
    assert [second for second, _ in speech.SCHEDULE] == [int(row * ROW_S + 1e-9) for row in range(N_ROWS)]


def test_what_is_said_can_be_read_back(words: Path) -> None:
    known = speech.table(words)
    rows = {"chords": 1 + 12 + 9, "bass": 4, "keys": 9 + 12, "families": 1}
    held = {name: np.full(N_ROWS, value, getattr(truth(0), name).dtype) for name, value in rows.items()}
    told = replace(truth(0), tempo_bpm=127.6, **held)
    ids = speech.said(told, known, first_s=40)
    lines = speech.lines(known.vectors[ids], known)
    assert lines[0] == "40 A minor E A minor128 4/4 piano"
    assert lines[3] == "43 A minor E A minor128 4/4 no"


def test_what_is_not_known_is_not_said(words: Path) -> None:
    known = speech.table(words)
    told = replace(truth(0), tempo_bpm=float("nan"), metre=-1, keys=np.full(N_ROWS, -1, np.int8))
    places = {place for (_, place), one in zip(speech.SCHEDULE, speech.said(told, known), strict=True) if one < 0}
    assert places == {"hundred", "ten", "one", "metre", "tonic", "mode", "family"}  # seconds 17 to 19 name no family


def test_the_loss_is_nothing_for_the_words_and_one_for_their_mean(words: Path) -> None:
    known = speech.table(words)
    ids = torch.arange(len(known.vectors)).repeat(5)[None, :N_ROWS]
    every = torch.arange(len(known.vectors))[None]
    assert float(speech.loss(known.vectors[ids[0]][None], ids, known)) == 0
    mean = known.vectors.mean(0).expand(1, len(known.vectors), -1)
    assert abs(float(speech.loss(mean, every, known)) - 1) < 1e-5


def test_readings_count_what_is_nearest(words: Path) -> None:
    known = speech.table(words)
    ids = torch.from_numpy(speech.said(truth(1), known))[None]
    right = list(speech.readings(known.vectors[ids.clamp(min=0)], ids, known))
    assert len(right) == int((ids >= 0).sum()) and all(hit for _, hit in right)


def test_marks_tell_rows_apart() -> None:
    marks = speech.marks(64)
    assert len(np.unique(marks, axis=0)) == N_ROWS


def test_a_tempo_is_shared_by_neighbours() -> None:
    for bpm in (SLOWEST_BPM, 93.0, 200.0):
        classes = tempo_classes(bpm)
        assert abs(classes.sum() - 1) < 1e-5 and abs(bpm_of(int(classes.argmax())) / bpm - 1) < 0.016
    assert tempo_classes(float("nan")).sum() == 0 == tempo_classes(500.0).sum()


def test_rows_since_a_beat() -> None:
    beats = np.array([False, True, False, False, True, False])
    assert since(beats).tolist() == [-1, 0, 1, 2, 0, 1]


def test_a_batch_has_the_truth_in_the_shapes_of_the_heads(words: Path) -> None:
    known = speech.table(words)
    mels = [np.zeros((192, 1000), np.float32)] * 2
    batch = batch_of(mels, [truth(0), truth(1)], known, np.array([0, 2]))
    assert batch["first_s"].tolist() == [0.0, 40.0]
    assert batch["clip_keys"].tolist() == [int(truth(0).keys[0]), int(truth(1).keys[0])]
    assert batch["families"].shape == (2, N_ROWS, 17) and batch["families"][0, 0].nonzero().flatten().tolist() == [0, 2]
    assert (batch["since"].max() < 24 and batch["until"][0, -1] == -1) or batch["beats"][0, -1] == 1


def test_a_disguise_keeps_most_of_the_music() -> None:
    mel = np.random.default_rng(0).uniform(-0.5, 1.5, (192, 1000)).astype(np.float32)
    changed = disguised(mel, np.random.default_rng(1))
    assert changed.shape == mel.shape and changed.dtype == np.float32
    assert np.corrcoef(changed.ravel(), mel.ravel())[0, 1] > 0.8 and not np.array_equal(changed, mel)


def test_slowed_music_keeps_its_pitches_and_moves_its_beats() -> None:
    one = clip(3)
    np.testing.assert_array_equal(slowed(one.mel, one.truth, 1.0, 0)[0], one.mel)
    mel, told = slowed(one.mel, one.truth, 0.8, 20)
    assert told.tempo_bpm == one.truth.tempo_bpm * 0.8
    before, after = np.flatnonzero(one.truth.beats[20:]), np.flatnonzero(told.beats)
    wanted = ((before + 0.5) / 0.8).astype(int)
    assert after.tolist() == wanted[wanted < N_ROWS].tolist()
    heard = mel[180:].mean(0).reshape(N_ROWS, 4).max(1) > 0.0  # where the clip shows its beats
    assert all(heard[max(0, row - 1) : row + 2].any() for row in after)
    assert heard.sum() < 2.5 * len(after)
    np.testing.assert_array_equal(told.pitches, one.truth.pitches)
    assert int(told.boundaries.sum()) == 1 and int(np.flatnonzero(told.boundaries)[0]) == int((100.5 - 20) / 0.8)
