"""Beat grids: positions, bars, snapping, tempo, and what doubling, halving and shifting keep."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre

FOUR = Metre(4, 4)


@st.composite
def grids(draw: st.DrawFn, *, with_pickup: bool = True) -> BeatGrid:
    """Steady grids, also with a pickup, in metres that people play."""
    metre = draw(st.sampled_from([Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(5, 4)]))
    n, gap_s = draw(st.integers(0, 40)), draw(st.floats(0.2, 2))
    pickup = draw(st.integers(0, metre.felt_beats - 1)) if with_pickup else 0
    beats = (Beat(1 + i * gap_s, (i - pickup) % metre.felt_beats + 1) for i in range(n))
    return BeatGrid(tuple(beats), metre)


def steady(n: int = 16, gap_s: float = 0.5) -> BeatGrid:
    times = [i * gap_s for i in range(n)]
    return BeatGrid.of(times, times[::4], FOUR)


@pytest.mark.parametrize(
    ("text", "felt", "compound"), [("4/4", 4, False), ("3/4", 3, False), ("6/8", 2, True), ("12/8", 4, True),
                                   ("3/8", 3, False), ("7/8", 7, False)],
)  # fmt: skip
def test_metre(text: str, felt: int, compound: bool) -> None:
    metre = Metre.parse(text)
    assert (str(metre), metre.felt_beats, metre.is_compound) == (text, felt, compound)


@pytest.mark.parametrize("text", ["", "4", "4/", "/4", "0/4", "4/3", "33/4", "-3/4", "x/4", "4/4/4"])
def test_bad_metres_are_refused(text: str) -> None:
    with pytest.raises(MusicSyntaxError):
        Metre.parse(text)


def test_of_counts_from_each_downbeat_and_back_from_the_first() -> None:
    grid = BeatGrid.of([0, 1, 2, 3, 4, 5, 6, 7, 8], [2, 5.0004], FOUR)
    assert [beat.position for beat in grid.beats] == [3, 4, 1, 2, 3, 1, 2, 3, 4]
    assert grid.downbeats_s == (2, 5)


def test_of_without_downbeats_counts_through_the_metre() -> None:
    grid = BeatGrid.of([0, 1, 2, 3], [], Metre(3, 4))
    assert [beat.position for beat in grid.beats] == [1, 2, 3, 1]


@given(grids())
def test_of_its_own_times_and_downbeats_is_the_grid(grid: BeatGrid) -> None:
    if grid.downbeats_s:
        assert BeatGrid.of(grid.times_s, grid.downbeats_s, grid.metre) == grid


@pytest.mark.parametrize("times_s", [(1.0, 1.0), (2.0, 1.0)])
def test_beats_must_rise(times_s: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rise in time"):
        BeatGrid(tuple(Beat(t, 1) for t in times_s))


@given(grids())
def test_bars_hold_every_beat_once_and_join(grid: BeatGrid) -> None:
    bars = grid.bars()
    assert tuple(beat for bar in bars for beat in bar.beats) == grid.beats
    assert all(a.end_s == b.start_s and b.number == a.number + 1 for a, b in itertools.pairwise(bars))
    assert all(bar.start_s < bar.end_s for bar in bars)
    if bars:
        assert bars[0].number == (1 if grid.beats[0].position == 1 else 0)


def test_last_bar_ends_with_the_recording_or_a_whole_bar_later() -> None:
    grid = steady(6)
    assert grid.bars()[-1].end_s == pytest.approx(4.0)
    assert grid.bars(3.25)[-1].end_s == pytest.approx(3.25)
    assert grid.bars(1.0)[-1].end_s > grid.beats[-1].time_s
    assert BeatGrid().bars() == ()


@given(grids(), st.floats(0, 100), st.booleans())
def test_snap_finds_the_nearest(grid: BeatGrid, time_s: float, to_bars: bool) -> None:
    times = grid.downbeats_s if to_bars else grid.times_s
    snapped = grid.snap(time_s, to_bars=to_bars)
    if times:
        assert snapped in times
        assert abs(snapped - time_s) == min(abs(t - time_s) for t in times)
    else:
        assert snapped == time_s


@given(grids(), st.integers(1, 8))
def test_tempo_curve_of_a_steady_grid_is_flat(grid: BeatGrid, window: int) -> None:
    curve = grid.tempo_curve(window=window)
    assert len(curve) == max(0, len(grid.beats) - 1)
    assert all(tempo.bpm == pytest.approx(grid.tempo_bpm) for tempo in curve)


def test_tempo_curve_follows_a_change() -> None:
    times = [0.5 * i for i in range(20)] + [9.5 + 0.4 * i for i in range(1, 20)]
    curve = BeatGrid.of(times, [], FOUR).tempo_curve()
    assert curve[0].bpm == pytest.approx(120)
    assert curve[-1].bpm == pytest.approx(150)


def test_tempo_needs_two_beats() -> None:
    assert BeatGrid().tempo_bpm is None and steady(1).tempo_bpm is None and steady(2).tempo_bpm == 120
    assert BeatGrid().tempo_curve() == () and steady(1).tempo_curve() == ()


@given(grids())
def test_doubled_keeps_beats_and_downbeats_and_doubles_the_tempo(grid: BeatGrid) -> None:
    twice = grid.doubled()
    assert twice.times_s[::2] == grid.times_s
    assert set(grid.downbeats_s) <= set(twice.downbeats_s)
    if grid.tempo_bpm is not None and twice.tempo_bpm is not None:
        assert twice.tempo_bpm == pytest.approx(2 * grid.tempo_bpm)


@given(grids())
def test_halved_undoes_doubled_after_a_short_pickup(grid: BeatGrid) -> None:
    pickup = next((i for i, beat in enumerate(grid.beats) if beat.position == 1), len(grid.beats))
    short = BeatGrid(grid.beats[max(0, pickup - (grid.metre.felt_beats - 1) // 2) :], grid.metre)
    assume(short.downbeats_s)
    assert short.doubled().halved() == short


def test_a_doubled_pickup_of_half_a_bar_becomes_a_bar() -> None:
    beats = tuple(Beat(0.5 * i, (i + 2) % 4 + 1) for i in range(10))
    twice = BeatGrid(beats, FOUR).doubled()
    assert twice.downbeats_s[:2] == (0.0, 1.0) and twice.halved().downbeats_s[0] == 0.0


@given(grids())
def test_halved_keeps_every_second_beat_and_the_first_downbeat(grid: BeatGrid) -> None:
    half = grid.halved()
    assert set(half.times_s) <= set(grid.times_s)
    assert abs(2 * len(half.beats) - len(grid.beats)) <= 1
    if grid.downbeats_s:
        assert grid.downbeats_s[0] in half.downbeats_s


@given(grids(), st.integers(-9, 9))
def test_shifted_moves_the_bar_line_only(grid: BeatGrid, steps: int) -> None:
    moved = grid.shifted(steps)
    assert moved.times_s == grid.times_s
    assert moved.shifted(-steps) == grid
    assert grid.shifted(grid.metre.felt_beats) == grid


def test_shifted_by_one_puts_the_downbeat_one_beat_later() -> None:
    assert steady(8).shifted(1).downbeats_s == (0.5, 2.5)
