"""Places that texts name: what is one, what is not, and where in a recording it is."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.facts.references import LAST, Part, find_mentions, find_references, intervals_of, plain
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline, clock

BY = Provenance("test", "1", "0", datetime(2026, 1, 1, tzinfo=UTC))
BAR_S, N_BARS, START_S = 2.0, 90, 1.0
FORM = [
    (0, 10, "A", "intro"), (10, 40, "B", "verse"), (40, 60, "C", "chorus"), (60, 90, "B", "verse"),
    (90, 110, "C", "chorus"), (110, 130, "D", "bridge"), (130, 150, "C'", "chorus"), (150, 170, "E", None),
    (170, 182, "A", "outro"),
]  # fmt: skip
BEATS = tuple(START_S + 0.5 * i for i in range(4 * N_BARS))
SONG = Analysis(
    duration_s=182.0,
    beats=Measured(BeatGrid.of(BEATS, BEATS[::4], Metre(4, 4)), 0.9, BY),
    sections=Measured(Timeline.of((a, b, Section(letter, name)) for a, b, letter, name in FORM), 0.9, BY),
)


def bar(first: int, last: int | None = None) -> tuple[float, float]:
    return START_S + (first - 1) * BAR_S, START_S + (last or first) * BAR_S


@pytest.mark.parametrize(
    ("text", "quote", "times"),
    [
        ("At 1:23 the drums drop.", "1:23", (83, 83)),
        ("[0:42] Verse", "0:42", (42, 42)),
        ("It peaks at 0:01:23.", "0:01:23", (83, 83)),
        ("It peaks at 1:23.5, briefly.", "1:23.5", (83.5, 83.5)),
        ("around 83 s the bass enters", "83 s", (83, 83)),
        ("(83 s) the bass enters", "83 s", (83, 83)),
        ("at 83 seconds", "83 seconds", (83, 83)),
        ("from 10 to 20 seconds", "10 to 20 seconds", (10, 20)),
        ("30 seconds in, it changes", "30 seconds", (30, 30)),
        ("at the 90-second mark", "90-second mark", (90, 90)),
        ("Two minutes into it", None, None),
        ("after two minutes the beat returns", "two minutes", (120, 120)),
        ("at 1 minute and 20 seconds", "1 minute and 20 seconds", (80, 80)),
        ("The guitar (0:42-1:10) leads", "0:42-1:10", (42, 70)),
        ("0:42 – 1:10", "0:42 – 1:10", (42, 70)),
        ("from 0:42 to 1:10", "0:42 to 1:10", (42, 70)),
        ("between 0:42 and 1:10", "0:42 and 1:10", (42, 70)),
        ("it ends at 3:02", "3:02", (182, 182)),
        ("bar 17 repeats", "bar 17", bar(17)),
        ("**Bar 17**: a fill", "Bar 17", bar(17)),
        ("bars 9–12", "bars 9–12", bar(9, 12)),
        ("bars 9 to 12", "bars 9 to 12", bar(9, 12)),
        ("in measure 5", "measure 5", bar(5)),
        ("the second chorus", "second chorus", (90, 110)),
        ("the 2nd chorus", "2nd chorus", (90, 110)),
        ("the last verse", "last verse", (60, 90)),
        ("a final chorus", "final chorus", (130, 150)),
        ("Chorus 2 lifts", "Chorus 2", (90, 110)),
        ("verse one", "verse one", (10, 40)),
        ("the bridge is quiet", "the bridge", (110, 130)),
        ("the middle eight is quiet", "the middle eight", (110, 130)),
        ("the intro’s pad", "the intro", (0, 10)),
        ("the intro sets it up", "the intro", (0, 10)),
        ("section B", "section B", (10, 40)),
        ("the second section B", "second section B", (60, 90)),
        ("section E", "section E", (150, 170)),
        ("the second refrain", "second refrain", (90, 110)),
    ],
)
def test_a_place_is_found_with_its_time(text: str, quote: str | None, times: tuple[float, float] | None) -> None:
    found = [(text[r.start : r.end], r.interval.start_s, r.interval.end_s) for r in find_references(text, SONG)]
    assert found == ([(quote, *times)] if quote and times else [])


@pytest.mark.parametrize(
    "text",
    [
        "a 4:4 pattern", "a ratio of 1:1", "a 3:2 polyrhythm", "mixed in 16:9", "John 3:16", "Psalm 23:04",
        "2 Kings 1:12", "we met at 2:30 pm", "at 1:15 a.m.", "a ratio of 1:30", "on 12:04:2020", "2020-01:30",
        "1:2:3", "9:75", "12:345", "at 4:10", "1:02:03", "bar 91", "bars 88-95", "bars 12-9", "bar 0", "measure 400",
        "third verse", "chorus 4", "the second bridge", "the solo", "the chorus", "the verse", "section Q",
        "section Beta", "a 12-bar blues", "for 4 bars", "in 4 bars", "a bar in Soho", "at Bar 61 in Soho",
        "bar 3 of the chorus", "it measures 5 seconds", "measure 3 inches", "a 3 second delay", "a 2.5 s decay",
        "every 8 seconds", "for 8 seconds", "the 90s", "in the 80s", "10 s long", "it lasts 30 seconds",
        "a 2:45 track", "duration: 2:59", "it is 2:59 long", "chorus effect", "the bridge pickup",
        "the bridge of a violin", "her first solo album", "5:30 o'clock", "a score of 2:00", "", "at 1000 seconds",
        "bridges", "it bridges two worlds", "the verse-like part", "verse 3:16", "the intro-duction",
    ],
)  # fmt: skip
def test_what_is_no_place_in_the_recording_gives_none(text: str) -> None:
    assert find_references(text, SONG) == ()


def test_several_places_come_in_order() -> None:
    text = "From the first chorus (0:40–1:00) to the last chorus at bar 66."
    assert [text[r.start : r.end] for r in find_references(text, SONG)] == [
        "first chorus", "0:40–1:00", "last chorus", "bar 66",
    ]  # fmt: skip


def test_nothing_measured_leaves_times_only() -> None:
    text = "At 0:30, in bar 9, the second chorus and section B begin."
    found = find_references(text, Analysis(duration_s=60.0))
    assert [text[r.start : r.end] for r in found] == ["0:30"]


def test_a_part_that_is_there_several_times_stands_for_all_of_them() -> None:
    assert len(intervals_of(Part("chorus"), SONG)) == 3
    assert [i.start_s for i in intervals_of(Part("chorus", LAST), SONG)] == [130]
    assert [i.start_s for i in intervals_of(Part("C"), SONG)] == [40, 90, 130]


@given(st.text(max_size=40), st.integers(0, 182), st.text(max_size=40))
def test_offsets_hold_in_any_text(before: str, time_s: int, after: str) -> None:
    text = f"{before} ¶ {clock(time_s)} ¶ {after}"
    places = {text[r.start : r.end]: r.interval.start_s for r in find_references(text, SONG)}
    assert places.get(clock(time_s)) == time_s


@given(st.integers(1, N_BARS), st.integers(0, 20), st.sampled_from("-–—‑"))
def test_bars_are_where_the_grid_has_them(first: int, more: int, dash: str) -> None:
    found = find_references(f"𝄞 bars {first}{dash}{first + more} ♭", SONG)
    if first + more > N_BARS or dash == "—":
        assert [r.interval.end_s for r in found] in ([], [bar(first)[1]])
    else:
        assert [(r.interval.start_s, r.interval.end_s) for r in found] == [bar(first, first + more)]


@given(st.text())
def test_any_text_gives_ordered_references_inside_it(text: str) -> None:
    assert len(plain(text)) == len(text)
    ends = [0]
    for mention in find_mentions(text):
        assert ends[-1] <= mention.start < mention.end <= len(text)
        ends.append(mention.end)
    assert all(0 <= r.interval.start_s <= r.interval.end_s <= 182.0 for r in find_references(text, SONG))


WORDS = (
    "at from to and the bar bars measure chorus verse bridge second last section B 2 17 1:23 0:42 - – 83 s seconds "
    "minutes laſt İntro ſolo first \u202f , ( ) [ ] . ½ ٣ １"
)


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join))
def test_any_order_of_telling_words_is_read_without_a_fault(text: str) -> None:
    for reference in find_references(text, SONG):
        assert text[reference.start : reference.end].strip()
