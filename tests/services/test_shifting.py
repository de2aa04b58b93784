"""Times of an excerpt become times of the track, however the text is cut."""

from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.services.shifting import Shifter, shifted

PIECES = st.lists(st.text(alphabet="0123456789:./ ab", max_size=7), max_size=8)


def test_times_move_and_other_numbers_stay() -> None:
    assert shifted("The drums enter at 0:05, again 0:15 to 0:19.", 41.0) == (
        "The drums enter at 0:46, again 0:56 to 1:00."
    )
    assert shifted("6/8 at 120 BPM, 12:345 and 2024.", 41.0) == "6/8 at 120 BPM, 12:345 and 2024."
    assert shifted("Which chord sounds at 0:46?", -41.0) == "Which chord sounds at 0:05?"
    assert shifted("And at 0:10?", -41.0) == "And at 0:10?"


@given(PIECES, st.sampled_from([0.0, 41.0, 600.0, -30.0]))
def test_a_stream_is_moved_as_the_whole(pieces: list[str], by_s: float) -> None:
    shifter = Shifter(by_s)
    said = "".join(shifter.feed(piece) for piece in pieces) + shifter.end()
    assert said == shifted("".join(pieces), by_s)


def test_little_is_held_back() -> None:
    shifter = Shifter(41.0)
    assert shifter.feed("It begins at 0:0") == "It begins at "
    assert shifter.feed("5 and") == "0:46 and"
