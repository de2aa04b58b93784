"""Which seconds are heard of a song that cannot be heard whole."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Timeline
from musicflamingo_app.services.excerpts import excerpt_of, excerpts_by_section
from tests.facts.making import analyses, measured

FORM = [(0, 12.4, "A", "intro"), (12.4, 41.3, "B", "verse"), (41.3, 60.2, "C", "chorus"), (60.2, 90, "B", "verse"),
        (90, 110, "C", "chorus"), (110, 130, "D", None)]  # fmt: skip


def song(rows: list[tuple[float, float, str, str | None]] = FORM) -> Analysis:
    return Analysis(130.0, sections=measured(Timeline.of((a, b, Section(letter, name)) for a, b, letter, name in rows)))


def told(question: str = "", analysis: Analysis | None = None, **more: object) -> str:
    return excerpt_of(analysis or song(), 20.0, question=question, **more).told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "heard"),
    [
        ("Who plays?", "0:41 to 1:01, the first chorus"),
        ("Who plays at 1:30?", "1:20 to 1:40, which the question names"),
        ("Who plays from 0:02 to 0:06?", "0:00 to 0:20, which the question names"),
        ("What happens in the second verse?", "1:00 to 1:20, which the question names"),
        ("What happens in the intro?", "0:00 to 0:20, which the question names"),
        ("And in the chorus?", "0:40 to 1:00, which the question names"),
        ("What happens in section D?", "1:50 to 2:10, which the question names"),
        ("What is at 9:59?", "0:41 to 1:01, the first chorus"),
    ],
)
def test_the_place_that_is_asked_about_is_heard_else_a_chorus(question: str, heard: str) -> None:
    assert told(question) == heard


def test_without_choruses_the_longest_that_comes_again_is_heard() -> None:
    rows = [(0.0, 30.0, "A", None), (30.0, 55.0, "B", None), (55.0, 75.0, "C", None), (75.0, 110.0, "B'", None)]
    assert told(analysis=song(rows)) == "1:15 to 1:35, section B', which comes again"
    assert told(analysis=song(rows[:3])) == "0:55 to 1:15, the middle"


def test_without_form_the_loudest_part_is_heard() -> None:
    times = [float(n) for n in range(130)]
    levels = [-10.0 if 70 <= n < 92 else -30.0 for n in range(130)]
    assert told(analysis=Analysis(130.0), loudness=(times, levels)) == "1:10 to 1:30, the loudest part"
    assert told(analysis=Analysis(130.0), loudness=([], [])) == "0:55 to 1:15, the middle"


def test_a_region_keeps_it_inside_and_a_short_one_is_heard_whole() -> None:
    assert told(within=Interval(10.5, 40.0)) == "0:15 to 0:35, the middle"
    assert told("What is at 1:30?", within=Interval(10.5, 40.0)) == "0:15 to 0:35, the middle"
    assert told(within=Interval(10.5, 20.0)) == "0:10 to 0:20, all of it"
    assert told(analysis=replace(song([]), duration_s=12.0)) == "0:00 to 0:12, all of it"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(analyses(), st.floats(0.5, 40.0), st.floats(0.0, 1.0), st.floats(0.1, 1.0), st.sampled_from(["", "at 0:07"]))
def test_excerpts_lie_inside_and_are_as_long_as_can_be(
    analysis: Analysis, longest_s: float, at: float, share: float, question: str
) -> None:
    start_s = at * analysis.duration_s * 0.9
    place = Interval(start_s, start_s + share * (analysis.duration_s - start_s))
    heard = excerpt_of(analysis, longest_s, question=question, within=place).interval
    assert place.start_s <= heard.start_s < heard.end_s <= place.end_s + 1e-9
    assert heard.duration_s == pytest.approx(min(longest_s, place.duration_s))


def toured(analysis: Analysis, n_most: int = 3, **more: object) -> list[str]:
    return [one.told for one in excerpts_by_section(analysis, 20.0, n_most, **more)]  # type: ignore[arg-type]


def test_a_song_is_heard_by_the_longest_section_of_each_of_its_materials_in_order() -> None:
    verse, chorus = "1:00 to 1:20, the second verse", "1:30 to 1:50, the second chorus"
    assert toured(song()) == [verse, chorus, "1:50 to 2:10, section D"]
    assert toured(song(), 2) == [verse, chorus]
    assert toured(song(), within=Interval(0.0, 60.0)) == [
        "0:00 to 0:20, the intro", "0:12 to 0:32, the first verse", "0:40 to 1:00, the first chorus",
    ]  # fmt: skip


def test_one_excerpt_is_heard_where_there_is_one_material_or_little_time() -> None:
    rows = [(0.0, 60.0, "A", None), (60.0, 130.0, "A'", None)]
    assert toured(song(rows)) == ["1:00 to 1:20, section A', which comes again"]
    assert toured(Analysis(130.0)) == ["0:55 to 1:15, the middle"]
    assert toured(song(), within=Interval(50.0, 65.0)) == ["0:50 to 1:05, all of it"]
