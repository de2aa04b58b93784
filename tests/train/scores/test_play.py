"""A score played: the truth moves with the notes."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.music.key import Key
from train.scores.play import CHORALE_STEPS, LOOSE_S, TUNE_STEPS, played
from train.scores.read import read
from train.scores.written import Written

TUNE = "X:1\nT:One\nM:3/4\nL:1/8\nK:G\nD2|G2A2B2|cdB2A2|G2A2B2|A4D2|G2A2B2|cdB2A2|B2A2F2|G4|]\n"


@pytest.fixture
def score(chorale: Path) -> Written:
    found = read(chorale)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(8))
def test_beats_and_key_are_those_of_the_notes(score: Written, seed: int) -> None:
    piece = played(score, seed)
    pairs = zip(_by_part(piece.notes), _by_part(score.tones), strict=True)
    (steps,) = {note.pitch - tone.pitch for note, tone in pairs}
    assert CHORALE_STEPS[0] <= steps <= CHORALE_STEPS[1]
    assert [beat.position for beat in piece.beats.beats] == [4, 1, 2, 3, 4, 1, 2, 3, 4]
    assert piece.key == Key.parse("G major").transposed(steps)
    assert len(piece.parts) == 4 and not piece.sections and piece.duration_s > piece.beats.times_s[-1]


@pytest.mark.parametrize("seed", range(4))
def test_chords_begin_on_their_beats_over_the_bass_that_is_played(score: Written, seed: int) -> None:
    piece = played(score, seed)
    onsets = sorted({tone.start for tone in score.tones})
    for quarters, segment in zip(onsets, piece.chords, strict=True):
        assert segment.start_s == pytest.approx(piece.beats.times_s[int(quarters)])
        near = (note for note in piece.notes if abs(note.start_s - segment.start_s) < 5 * LOOSE_S)
        (bass,) = {note.pitch % 12 for note in near if note.part == 3}
        assert segment.label.bass_pitch is not None and segment.label.bass_pitch.pitch_class == bass


def _by_part(notes: tuple) -> list:  # type: ignore[type-arg]
    return sorted(notes, key=lambda note: (note.part, note.start_s if hasattr(note, "start_s") else note.start))


def test_some_players_hold_a_fermata_and_none_hurries_elsewhere(score: Written) -> None:
    longest = []
    for seed in range(20):
        gaps_s = [after - before for before, after in pairwise(played(score, seed).beats.times_s)]
        longest.append(gaps_s[7] / float(np.median(gaps_s[:6])))
        assert max(gaps_s[:6]) / min(gaps_s[:6]) < 1.5
    assert min(longest) < 1.1 and max(longest) > 1.35


def test_a_tune_tells_no_chord(tmp_path: Path) -> None:
    tune = read(TUNE)
    assert tune is not None
    piece = played(tune, 3)
    assert not piece.chords and len(piece.parts) == 1
    assert [beat.position for beat in piece.beats.beats][:5] == [3, 1, 2, 3, 1]
    home = (piece.key or Key.parse("C")).tonic.pitch_class
    assert min((home - 7) % 12, (7 - home) % 12) <= max(TUNE_STEPS)


def test_the_same_seed_plays_the_same(score: Written) -> None:
    assert played(score, 5) == played(score, 5) != played(score, 6)
