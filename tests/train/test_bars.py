"""The program that fits the bar model: arranged songs keep their labels, points their places, fits their signal."""

from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.analysis.rhythm.readings import BEAT, DOWN, HALF, MID, PATTERNS, QUARTER
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.time import Timeline
from train.bars.arrange import LENGTH_S, Treatment, arranged
from train.bars.drums import KICK, N_STYLES, SNARE, STICK, pattern
from train.bars.fit import TRAITS, Candidate, Trial, fit_choice
from train.bars.lessons import UNKNOWN, places_of
from train.pop909 import Labelled


def steady(bpm: float = 90.0, n: int = 64, beats: int = 4) -> BeatGrid:
    times = (index * 60 / bpm for index in range(n))
    return BeatGrid(tuple(Beat(time_s, index % beats + 1) for index, time_s in enumerate(times)), Metre(beats))


def song_in(folder: Path) -> Labelled:
    """A song with one note a beat, pitch 60 on downbeats and 61-63 on the others, at 90 a minute."""
    grid, file = steady(), mido.MidiFile(ticks_per_beat=480)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90), time=0)])
    for beat in grid.beats:
        track.append(mido.Message("note_on", note=59 + beat.position, velocity=90, time=0))
        track.append(mido.Message("note_off", note=59 + beat.position, time=480))
    file.tracks.append(track)
    file.save(folder / "001.mid")
    return Labelled("001", folder / "001.mid", grid, Timeline(), Timeline(), None)


def played(path: Path, *, drums: bool) -> list[tuple[float, int]]:
    """(time, pitch) of the notes in a file, of the drums or of the rest."""
    now_s, notes = 0.0, []
    for message in mido.MidiFile(path):
        now_s += message.time
        if message.type == "note_on" and message.velocity and (message.channel == 9) == drums:
            notes.append((now_s, message.note))
    return notes


@given(seed=st.integers(0, 60))
def test_an_arranged_song_keeps_its_notes_on_its_beats(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("song")
    treatment = Treatment(seed)
    midi, grid = arranged(song_in(folder), folder / "out", treatment)
    assert grid.metre.felt_beats == (3 if treatment.is_waltz else 4)
    assert grid.beats[-1].time_s < LENGTH_S
    notes = played(midi, drums=treatment.is_bare)
    assert len(notes) == len(grid.beats)
    for (time_s, pitch), beat in zip(notes, grid.beats, strict=True):
        assert time_s == pytest.approx(beat.time_s, abs=0.02 if treatment.is_bare else 0.003)
        assert pitch == (KICK if beat.position == 1 else STICK) if treatment.is_bare else 59 + beat.position
    assert bool(played(midi, drums=True)) == (treatment.has_drums or treatment.is_bare)


@given(style=st.integers(0, N_STYLES - 1), beats=st.sampled_from([3, 4]), bpm=st.floats(60, 180))
def test_drums_strike_inside_the_grid_and_mark_the_backbeat(style: int, beats: int, bpm: float) -> None:
    grid = steady(bpm, beats=beats)
    hits = list(pattern(grid, style))
    assert all(grid.beats[0].time_s <= hit.time_s <= grid.beats[-1].time_s for hit in hits)
    snares = {round(hit.time_s * bpm / 60) % beats + 1 for hit in hits if hit.drum == SNARE}
    assert snares <= ({2, 4} if beats == 4 else {2, 3})


def test_points_get_the_place_they_lie_on() -> None:
    grid = steady(60.0, n=9)
    points_s = np.array([0.0, 0.25, 0.5, 1.0, 2.02, 3.75, 4.0, 0.4])
    assert places_of(points_s, grid).tolist() == [DOWN, QUARTER, HALF, BEAT, MID, QUARTER, DOWN, UNKNOWN]


def test_the_choice_learns_what_tells_right_readings() -> None:
    random, four, trials = np.random.default_rng(3), PATTERNS[0], []

    class Piece:
        grid = steady()

    for _ in range(80):
        candidates = []
        for right in (True, False, False):
            traits = dict.fromkeys(TRAITS, 0.0) | {
                "fit": random.normal(1.5 if right else 0.0),
                "slips": random.normal(),
            }
            candidates.append(Candidate(four, traits, 90.0, 0.95 if right else 0.4, 0.9))
        trials.append(Trial(Piece(), False, tuple(candidates)))  # type: ignore[arg-type]
    choice = fit_choice(trials)
    assert choice["fit"] > 0.8
    assert abs(choice["slips"]) < 0.6
    hits = [max(trial.candidates, key=lambda c: c.merit(choice)).beats_f > 0.9 for trial in trials]
    assert np.mean(hits) > 0.7
