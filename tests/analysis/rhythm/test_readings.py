"""Placing bars on pulses: what the search must do on evidence whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.analysis.rhythm.evidence import MEASURES, NEIGHBOURS, evidence, peak
from musicflamingo_app.analysis.rhythm.hearing import Hearing
from musicflamingo_app.analysis.rhythm.pulses import track_pulses, with_halves, within
from musicflamingo_app.analysis.rhythm.readings import BEAT, DOWN, PATTERNS, Pattern, read
from musicflamingo_app.analysis.rhythm.spectrum import FRAMES_HZ
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

N_FRAMES = 3000  # a minute


def taps(period_frames: int, first: int = 10) -> Hearing:
    """A recording whose network is sure of a beat every so many frames, and of nothing else."""
    beat = np.full(N_FRAMES, -5.0, np.float32)
    beat[first::period_frames] = 4.0
    curve = np.maximum(beat, 0.0)
    pitches = np.ones((N_FRAMES, 12), np.float32)
    return Hearing(beat, beat - 3, curve, curve, curve, curve, pitches, pitches, np.ones((N_FRAMES, 34), np.float32))


def odds_of(places: np.ndarray, sureness: float = 2.0) -> np.ndarray:
    """(points, 5) log odds that name the given place at each point."""
    odds = np.zeros((len(places), 5))
    odds[np.arange(len(places)), places] = sureness
    return odds


@given(shift=st.integers(0, 40))
def test_shifted_evidence_shifts_the_pulses(shift: int) -> None:
    still, moved = track_pulses(taps(25)), track_pulses(taps(25, first=10 + shift))
    middle_s = still[len(still) // 2] + shift / FRAMES_HZ
    assert np.abs(moved - middle_s).min() < 1e-6


@pytest.mark.parametrize("period_frames", [17, 20, 25, 30, 35])
def test_pulses_follow_a_steady_beat(period_frames: int) -> None:
    pulses_s = track_pulses(taps(period_frames))
    assert np.allclose(np.diff(pulses_s[2:-2]), period_frames / FRAMES_HZ, atol=0.011)


def test_too_little_sound_has_no_pulses() -> None:
    few = taps(25)
    short = Hearing(*(getattr(few, name)[:FRAMES_HZ] for name in few.__dataclass_fields__))
    assert len(track_pulses(short)) == 0


@given(pattern=st.sampled_from(PATTERNS), phase=st.integers(0, 30), n_bars=st.integers(6, 12))
def test_a_pattern_is_found_in_its_own_evidence(pattern: Pattern, phase: int, n_bars: int) -> None:
    places = np.roll(np.array(pattern.places * n_bars), phase % len(pattern.places))
    points_s = 0.5 + 0.25 * np.arange(len(places))
    reading = read(taps(25), points_s, odds_of(places), pattern)
    assert np.array_equal(reading.beats_s, points_s[places <= BEAT])
    assert np.array_equal(reading.beats_s[reading.is_downbeat], points_s[places == DOWN])
    assert reading.traits["slips"] == 0


def test_the_bar_slips_once_where_a_beat_is_missing() -> None:
    pattern = PATTERNS[0]
    places = np.concatenate([np.array(pattern.places * 10)[:-2], np.array(pattern.places * 10)])
    points_s = 0.5 + 0.25 * np.arange(len(places))
    reading = read(taps(25), points_s, odds_of(places), pattern)
    assert np.array_equal(reading.beats_s[reading.is_downbeat], points_s[places == DOWN])
    assert reading.traits["slips"] == pytest.approx(10 / len(reading.beats_s))


def test_one_odd_point_does_not_move_the_bar() -> None:
    pattern = PATTERNS[0]
    places = np.array(pattern.places * 10)
    wrong = places.copy()
    wrong[41] = DOWN
    points_s = 0.5 + 0.25 * np.arange(len(places))
    reading = read(taps(25), points_s, odds_of(wrong), pattern)
    assert np.array_equal(reading.beats_s[reading.is_downbeat], points_s[places == DOWN])


def test_patterns_begin_with_their_only_downbeat_and_have_the_beats_of_their_metre() -> None:
    for pattern in PATTERNS:
        assert [index for index, place in enumerate(pattern.places) if place == DOWN] == [0]
        assert sum(place <= BEAT for place in pattern.places) == pattern.metre.felt_beats


def test_evidence_has_a_column_for_each_measure_and_neighbour_and_one_more_for_chords() -> None:
    points_s = with_halves(track_pulses(taps(25)))
    chords = Timeline.of((4.0 * i, 4.0 * i + 4, Chord.parse("C:maj" if i % 2 else "G:maj")) for i in range(15))
    plain, with_chords = evidence(taps(25), points_s, None), evidence(taps(25), points_s, chords)
    assert plain.shape == (len(points_s), len(MEASURES) * len(NEIGHBOURS))
    assert with_chords.shape == (len(points_s), (len(MEASURES) + 1) * len(NEIGHBOURS))
    here = with_chords[:, NEIGHBOURS.index(0) * (len(MEASURES) + 1) + len(MEASURES)]
    strongest_s = points_s[np.argsort(-here)[:10]]
    assert np.all(np.abs(strongest_s / 4 - np.round(strongest_s / 4)) * 4 < 0.3)


def test_peaks_are_read_within_a_frame() -> None:
    curve = np.zeros(100, np.float32)
    curve[50] = 3.0
    assert peak(curve, np.array([0.98, 1.0, 1.02, 1.06])).tolist() == [3, 3, 3, 0]


def test_pulses_outside_the_sound_are_dropped() -> None:
    kept = within(np.arange(0, 60, 0.5), (10.0, 20.0), margin=4)
    assert (kept[0], kept[-1]) == (8.0, 21.5)
