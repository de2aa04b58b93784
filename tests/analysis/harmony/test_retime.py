from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.analysis.engines import Finding, Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordFinding, ChordiaChords
from musicflamingo_app.analysis.harmony.retime import on_beats, placed, retime
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.chords import chord_scores

NAMES = ["C:maj", "A:min", "F:maj", "G:maj", "E:min", "A:min", "D:min", "G:maj", "C:maj"]


def grid_of(gap_s: float, n: int, start_s: float = 0.0) -> BeatGrid:
    times = [start_s + gap_s * index for index in range(n)]
    return BeatGrid.of(times, times[::4], Metre(4, 4))


def chords(*rows: tuple[float, float, str]) -> Timeline[Chord]:
    return Timeline.of((a, b, Chord.parse(text)) for a, b, text in rows)


def rows(timeline: Timeline[Chord]) -> list[tuple[float, float, str]]:
    return [(round(s.start_s, 3), round(s.end_s, 3), str(s.label)) for s in timeline]


GRID = grid_of(0.5, 17)


def test_borders_go_to_the_nearest_beat() -> None:
    found = retime(chords((0, 1.96, "C:maj"), (1.96, 4.07, "G:maj"), (4.07, 8, "C:maj")), GRID)
    assert rows(found) == [(0, 2, "C:maj"), (2, 4, "G:maj"), (4, 8, "C:maj")]


def test_borders_half_way_stay_half_way() -> None:
    found = retime(chords((0, 2.01, "C:maj"), (2.01, 3.24, "G:maj"), (3.24, 6.0, "F:maj"), (6.0, 8, "C:maj")), GRID)
    assert rows(found)[2][0] == 3.25


def test_what_becomes_too_short_falls_away_and_neighbours_join() -> None:
    found = retime(chords((0, 3.99, "C:maj"), (3.99, 4.02, "G:7"), (4.02, 8, "C:maj")), GRID)
    assert rows(found) == [(0, 8, "C:maj")]


def test_gaps_and_ends_are_covered() -> None:
    found = retime(chords((1.02, 2.0, "C:maj"), (3.0, 4.01, "G:maj")), GRID, 6.0)
    assert rows(found) == [(0, 1, "N"), (1, 2, "C:maj"), (2, 3, "N"), (3, 4, "G:maj"), (4, 6, "N")]


def test_a_grid_that_chords_do_not_follow_is_not_followed() -> None:
    played = chords(*((i * 1.0, i + 1.0, name) for i, name in enumerate(["C:maj", "G:maj"] * 4)))
    third_off = grid_of(0.5, 16, start_s=0.17)
    assert retime(played, third_off, 8.0) == played


def test_without_beats_nothing_moves() -> None:
    played = chords((0, 1.23, "C:maj"), (1.23, 4, "G:maj"))
    assert retime(played, BeatGrid()) == played
    assert retime(Timeline(), GRID, 3.0) == chords((0, 3, "N"))
    assert retime(Timeline(), GRID) == Timeline()


SPANS = st.lists(
    st.tuples(st.floats(0.03, 3), st.sampled_from(["C:maj", "G:7", "A:min", "N"])), min_size=1, max_size=12
)


@given(SPANS, st.floats(0.3, 1.2), st.floats(0, 1))
def test_any_chords_stay_a_whole_timeline(spans: list[tuple[float, str]], gap_s: float, start_s: float) -> None:
    edges = np.cumsum([0.0, *(length for length, _ in spans)])
    played = chords(*((a, b, name) for a, b, (_, name) in zip(edges, edges[1:], spans, strict=False)))
    found = retime(played, grid_of(gap_s, 40, start_s))
    assert found.segments[0].start_s == 0 and found.end_s == pytest.approx(edges[-1])
    assert all(a.end_s == b.start_s for a, b in zip(found.segments, found.segments[1:], strict=False))
    assert all(a.label != b.label for a, b in zip(found.segments, found.segments[1:], strict=False))
    assert {s.label for s in found} <= {s.label for s in played}


@pytest.fixture(scope="module")
def heard(chordia: ChordiaChords, synth: Callable[..., Audio]) -> ChordFinding:
    return chordia.measure(synth(NAMES), Heard(), Unwatched())


TRUTH = chords(*((i * 2.0, i * 2.0 + 2.0, name) for i, name in enumerate(NAMES)))


def test_chords_read_on_beats_begin_on_them(heard: ChordFinding) -> None:
    assert heard.frames is not None
    found = on_beats(heard.frames, grid_of(0.5, 37), 18.0)
    assert chord_scores(TRUTH, found.value).majmin > 0.99
    assert all(segment.start_s % 0.25 == pytest.approx(0, abs=1e-9) for segment in found.value)
    assert found.value.segments[0].start_s == 0 and found.value.end_s == 18.0
    assert 0.5 < found.confidence <= 1


@pytest.mark.parametrize(
    "grid",
    [
        grid_of(0.5, 37, start_s=0.0).halved(),
        grid_of(0.5, 37).doubled(),
        grid_of(0.5, 37).shifted(1),
        BeatGrid.of([0.5 * i for i in range(37) if i not in (5, 6, 20)], [0.0], Metre(4, 4)),
        BeatGrid.of([6.0 + 0.5 * i for i in range(10)], [6.0], Metre(4, 4)),
        BeatGrid.of([9.0, 9.5], [9.0], Metre(4, 4)),
    ],
    ids=["half tempo", "double tempo", "bar line off", "beats missing", "a part only", "two beats"],
)
def test_imperfect_grids_do_no_harm(heard: ChordFinding, grid: BeatGrid) -> None:
    free = chord_scores(TRUTH, heard.value).majmin
    assert chord_scores(TRUTH, placed(heard, grid, 18.0).value).majmin >= free - 0.01


@pytest.mark.parametrize("start_s", [0.17, 0.33, 0.125])
def test_a_wrong_grid_leaves_chords_on_their_own_clock(heard: ChordFinding, start_s: float) -> None:
    assert rows(placed(heard, grid_of(0.5, 36, start_s), 18.0).value) == rows(heard.value)


def test_no_beats_leave_chords_on_their_own_clock(heard: ChordFinding) -> None:
    assert placed(heard, BeatGrid(), 18.0).value == heard.value
    assert placed(heard, BeatGrid.of([1.0], [1.0], Metre(4, 4)), 18.0).value == heard.value


def test_chords_without_frames_are_moved(heard: ChordFinding) -> None:
    plain = Finding(heard.value, heard.confidence)
    found = placed(plain, GRID, 18.0)
    assert found.value == retime(heard.value, GRID, 18.0) and 0.5 < found.confidence <= 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 17.99), min_size=2, max_size=60, unique=True).map(sorted))
def test_any_beats_give_a_whole_timeline(heard: ChordFinding, times: list[float]) -> None:
    times = [t for t, before in zip(times, [-1.0, *times], strict=False) if t - before > 1e-3]
    found = placed(heard, BeatGrid.of(times, times[::3], Metre(3, 4)), 18.0).value
    assert found.segments[0].start_s == 0 and found.end_s == 18.0
    assert all(a.end_s == b.start_s for a, b in zip(found.segments, found.segments[1:], strict=False))
    assert NO_CHORD not in {s.label for s in found if s.duration_s > 3}
