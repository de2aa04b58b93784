"""Timelines keep their promises whatever segments they are given; clocks read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.time import SLACK_S, Interval, Ranked, Segment, Timeline, clock

TIMES = st.floats(0, 100, allow_nan=False)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline[str]:
    """Segments on a grid of 10 ms, with and without gaps, from three labels."""
    steps = draw(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 500), st.sampled_from("abc")), max_size=12))
    now, rows = 0, []
    for gap, length, label in steps:
        sure = draw(st.none() | st.floats(0, 1))
        rows.append(Segment((now + gap) / 100, (now + gap + length) / 100, label, sure))
        now += gap + length
    return Timeline(tuple(rows))


def is_ordered(timeline: Timeline[str]) -> bool:
    pairs = zip(timeline.segments, timeline.segments[1:], strict=False)
    return all(a.end_s <= b.start_s + SLACK_S for a, b in pairs) and all(s.duration_s > 0 for s in timeline)


@given(timelines(), TIMES)
def test_at_agrees_with_a_linear_search(timeline: Timeline[str], time_s: float) -> None:
    found = [segment for segment in timeline if segment.interval.contains(time_s)]
    assert timeline.at(time_s) == (found[0] if found else None)


@given(timelines())
def test_at_is_half_open_at_every_edge(timeline: Timeline[str]) -> None:
    for segment in timeline:
        assert timeline.at(segment.start_s) == segment
        assert timeline.at(segment.end_s) != segment


@given(timelines(), st.floats(0.01, 100))
def test_filled_covers_everything_and_keeps_what_was_known(timeline: Timeline[str], duration_s: float) -> None:
    filled = timeline.filled(duration_s, "gap")
    assert is_ordered(filled)
    assert filled.segments[0].start_s == pytest.approx(0, abs=SLACK_S * 2)
    assert filled.end_s == pytest.approx(duration_s, abs=SLACK_S * 2)
    assert sum(s.duration_s for s in filled) == pytest.approx(duration_s, abs=1e-4)
    assert [s for s in filled if s.label != "gap"] == list(timeline.within(Interval(0, duration_s)))


@given(timelines())
def test_merged_is_idempotent_and_changes_no_label_in_time(timeline: Timeline[str]) -> None:
    merged = timeline.merged()
    assert merged.merged() == merged
    assert sum(s.duration_s for s in merged) == pytest.approx(sum(s.duration_s for s in timeline))
    for segment in timeline:
        at = merged.at((segment.start_s + segment.end_s) / 2)
        assert at is not None and at.label == segment.label
    for a, b in zip(merged.segments, merged.segments[1:], strict=False):
        assert a.label != b.label or b.start_s - a.end_s > SLACK_S


def test_merged_averages_confidence_by_duration() -> None:
    rows = (Segment(0, 1, "a", 0.2), Segment(1, 4, "a", 0.6, (Ranked("b", 0.3),)))
    (merged,) = Timeline(rows).merged()
    assert merged == Segment(0, 4, "a", pytest.approx(0.5), (Ranked("b", 0.3),))


@given(timelines(), TIMES, TIMES)
def test_within_lies_in_its_interval(timeline: Timeline[str], a: float, b: float) -> None:
    interval = Interval(min(a, b), max(a, b))
    part = timeline.within(interval)
    assert is_ordered(part)
    assert all(interval.start_s <= s.start_s and s.end_s <= interval.end_s for s in part)
    shared_s = sum(segment.interval.overlap_s(interval) for segment in timeline)
    assert sum(s.duration_s for s in part) == pytest.approx(shared_s)


def test_relabelled_keeps_times_confidences_and_alternatives() -> None:
    timeline = Timeline((Segment(0, 1, "a", 0.7, (Ranked("b", 0.2),)), Segment(2, 3, "c")))
    assert timeline.relabelled(str.upper) == Timeline(
        (Segment(0, 1, "A", 0.7, (Ranked("B", 0.2),)), Segment(2, 3, "C"))
    )


@pytest.mark.parametrize(
    "rows",
    [[(0, 2, "a"), (1, 3, "b")], [(2, 3, "a"), (0, 1, "b")], [(1, 1, "a")], [(2, 1, "a")], [(-1, 1, "a")],
     [(0, float("nan"), "a")], [(float("nan"), 1, "a")]],
)  # fmt: skip
def test_overlaps_disorder_and_empty_segments_are_refused(rows: list[tuple[float, float, str]]) -> None:
    with pytest.raises(ValueError, match="sorted without overlaps"):
        Timeline.of(rows)


@pytest.mark.parametrize(("start_s", "end_s"), [(-1, 1), (2, 1), (float("nan"), 1), (0, float("nan"))])
def test_impossible_intervals_are_refused(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(start_s, end_s)


@pytest.mark.parametrize(
    ("time_s", "tenths", "text"),
    [(0, False, "0:00"), (185.97, False, "3:05"), (59.99, False, "0:59"), (3723, False, "1:02:03"), (-2, False, "0:00"),
     (185.42, True, "3:05.4"), (59.96, True, "1:00.0"), (3599.97, True, "1:00:00.0"), (0.04, True, "0:00.0")],
)  # fmt: skip
def test_clock(time_s: float, tenths: bool, text: str) -> None:
    assert clock(time_s, tenths=tenths) == text


@given(st.integers(0, 100_000))
def test_clock_can_be_read_back(whole_s: int) -> None:
    seconds = 0
    for part in clock(whole_s).split(":"):
        seconds = 60 * seconds + int(part)
    assert seconds == whole_s
