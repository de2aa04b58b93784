"""What plays when: seconds, certainty, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.instrument import Playing, grouped
from musicflamingo_app.music.time import Interval, Segment, Timeline

DRUMS = Playing.of("drums", [(1.0, 3.0, 0.9), (5.0, 6.0, 0.6), (7.0, 8.0, None)])


def test_seconds_and_certainty() -> None:
    assert DRUMS.duration_s == 4.0
    assert DRUMS.confidence == pytest.approx((0.9 * 2 + 0.6 * 1) / 3)  # the segment nobody rated does not count
    assert Playing.of("bass", [(0.0, 1.0, None)]).confidence is None
    assert DRUMS.seconds_in(Interval(2.0, 5.5)) == 1.5 and DRUMS.seconds_in(Interval(3.0, 5.0)) == 0.0


@pytest.mark.parametrize(
    ("name", "segments", "words"),
    [
        (" ", (Segment(0.0, 1.0, " "),), "must have a name"),
        ("flute", (), "never heard"),
        ("flute", (Segment(0.0, 1.0, "flute"), Segment(1.0, 2.0, "oboe")), "is called “oboe”"),
    ],
)
def test_what_is_no_instrument(name: str, segments: tuple[Segment[str], ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Playing(name, Timeline(segments))


def test_parts_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="without overlaps"):
        Playing.of("drums", [(0.0, 2.0, 0.5), (1.0, 3.0, 0.5)])


@given(
    st.dictionaries(
        st.sampled_from(["drums", "bass", "piano", "voice"]),
        st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.floats(0, 1)), min_size=1, max_size=5),
        max_size=4,
    )
)
def test_what_is_laid_out_in_one_row_is_sorted_out_again(parts: dict[str, list[tuple[int, int, float]]]) -> None:
    playing = []
    for name, steps in parts.items():
        now_s, rows = 0.0, []
        for length, gap, sure in steps:
            rows.append((now_s + gap, now_s + gap + length, sure))
            now_s += gap + length
        playing.append(Playing.of(name, rows))
    assert grouped(segment for one in playing for segment in one.timeline) == tuple(playing)
