"""Swing is found as it was played, and nothing is told where nobody swings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.analysis.listening.hearing import rises
from musicflamingo_app.analysis.listening.spectra import spectra
from musicflamingo_app.analysis.listening.swing import FEWEST, swing_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre

N_BEATS = 40
COMMON = Metre(4, 4)


def grid_of(bpm: float, metre: Metre = COMMON, late_s: float = 0.0) -> BeatGrid:
    times_s = 0.5 + np.arange(N_BEATS) * 60 / bpm + late_s
    return BeatGrid(tuple(Beat(float(t), index % metre.felt_beats + 1) for index, t in enumerate(times_s)), metre)


def curve(strokes: list[tuple[float, float]], seconds: float) -> np.ndarray:
    """Rises as narrow hills, at seconds and strengths."""
    frames = np.arange(int(seconds * 50)) / 50
    out = np.zeros(len(frames), np.float32)
    for at_s, strength in strokes:
        out += strength * np.exp(-0.5 * ((frames - at_s) / 0.015) ** 2).astype(np.float32)
    return out


def played(bpm: float, places: dict[float, float], *, jitter_s: float = 0.0) -> np.ndarray:
    """Rises of notes at places of each beat (0-1), each of a strength."""
    random = np.random.default_rng(7)
    beats_s = [beat.time_s for beat in grid_of(bpm).beats]
    strokes = [
        (time_s + place * 60 / bpm + jitter_s * random.standard_normal(), strength)
        for time_s in beats_s
        for place, strength in places.items()
    ]
    return curve(strokes, beats_s[-1] + 2)


@given(st.floats(70, 190), st.floats(1.0, 2.6), st.floats(-0.02, 0.02))
@settings(deadline=None, max_examples=30, derandomize=True)
def test_the_ratio_is_that_of_the_notes_wherever_beats_were_tracked(bpm: float, ratio: float, late_s: float) -> None:
    found = swing_of(grid_of(bpm, late_s=late_s), played(bpm, {0.0: 1.0, ratio / (1 + ratio): 0.6}, jitter_s=0.004))
    assert found is not None
    assert found.value == pytest.approx(ratio, rel=0.1)
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    "places",
    [
        {0.0: 1.0},
        {0.0: 1.0, 1 / 3: 0.7, 2 / 3: 0.7},  # parted in three
        {0.0: 1.0, 0.5: 0.05},  # too faint to be notes
    ],
)
def test_where_no_second_eighth_is_played_nothing_is_told(places: dict[float, float]) -> None:
    assert swing_of(grid_of(110), played(110, places)) is None


def test_sixteenths_are_straight_eighths_between_others() -> None:
    found = swing_of(grid_of(100), played(100, {0.0: 1.0, 0.25: 0.6, 0.5: 0.7, 0.75: 0.8}))
    assert found is not None and found.value == pytest.approx(1.0, abs=0.05)


def test_compound_metres_and_few_beats_do_not_swing() -> None:
    onsets = played(110, {0.0: 1.0, 2 / 3: 0.7})
    assert swing_of(grid_of(110, Metre(6, 8)), onsets) is None
    few = BeatGrid(grid_of(110).beats[:FEWEST])
    assert swing_of(few, onsets) is None
    assert swing_of(BeatGrid(), onsets) is None and swing_of(grid_of(110), np.zeros(2000, np.float32)) is None


def test_notes_that_lie_anywhere_leave_it_open() -> None:
    random = np.random.default_rng(3)
    strokes = [(time_s, 1.0) for time_s in grid_of(90).times_s] + [(t, 0.7) for t in random.uniform(0.5, 27, 60)]
    found = swing_of(grid_of(90), curve(strokes, 29.0))
    assert found is None or found.confidence < 0.75


def drummed(bpm: float, ratio: float) -> np.ndarray:
    """A kit: kick and snare in turn, a ride cymbal on beats and, on every second one, on the late eighth."""
    noise = np.random.default_rng(1)
    grid = grid_of(bpm)
    sound = np.zeros(int((grid.times_s[-1] + 2) * ANALYSIS_HZ), np.float32)
    times = np.arange(int(0.25 * ANALYSIS_HZ)) / ANALYSIS_HZ
    kick = 0.8 * np.sin(2 * np.pi * 60 * times) * np.exp(-times * 18)
    snare = 0.4 * noise.standard_normal(len(times)) * np.exp(-times * 25)
    ride = 0.15 * noise.standard_normal(len(times)) * np.exp(-times * 40)
    late_s = ratio / (1 + ratio) * 60 / bpm
    for index, time_s in enumerate(grid.times_s):
        for at_s, stroke in ((time_s, kick if index % 2 == 0 else snare), (time_s, ride), (time_s + late_s, ride)):
            if stroke is not ride or at_s == time_s or index % 2:
                start = round(at_s * ANALYSIS_HZ)
                sound[start : start + len(times)] += stroke.astype(np.float32)
    return sound


@pytest.mark.parametrize(("bpm", "ratio"), [(120.0, 1.0), (96.0, 1.5), (132.0, 2.0), (168.0, 1.8)])
def test_a_kit_swings_as_it_is_drummed(bpm: float, ratio: float) -> None:
    found = swing_of(grid_of(bpm), rises(spectra(drummed(bpm, ratio)).rhythmic))
    assert found is not None
    assert found.value == pytest.approx(ratio, rel=0.08) and found.confidence > 0.6
