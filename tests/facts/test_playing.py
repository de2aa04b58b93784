"""What plays when, from the card: who is where, what people's words mean, and what the description says of it."""

from dataclasses import replace

import pytest

from musicflamingo_app.facts.card import Fact, SongCard, card_of
from musicflamingo_app.facts.describe import describe
from musicflamingo_app.facts.playing import families_of, instruments_of, is_throughout, play, plays_in, said, stays_of
from musicflamingo_app.music.analysis import Analysis, Failure, Tag
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Interval
from tests.facts.making import measured
from tests.facts.reader.songs import PLAYERS, band, pop

BAND = band()


def test_the_one_that_plays_longest_stands_first_and_all_are_cut_to_the_track() -> None:
    late = (*PLAYERS, Playing.of("brass", [(139.0, 150.0, 0.9)]), Playing.of("strings", [(141.0, 150.0, 0.9)]))
    card = replace(BAND, instruments=Fact(late, 0.9, "ears 1"))
    assert [one.name for one in instruments_of(card)] == [
        "drums", "bass", "electric guitar", "voice", "saxophone and reeds", "brass",
    ]  # fmt: skip
    assert instruments_of(card)[-1].timeline.end_s == card.duration_s == 140.0


def test_short_rests_are_no_leaving() -> None:
    bass = next(one for one in instruments_of(BAND) if one.name == "bass")
    assert [(stay.start_s, stay.end_s) for stay in stays_of(bass)] == [(10.0, 140.0)] and len(bass.timeline) == 2
    assert is_throughout(instruments_of(BAND)[0], BAND) and not is_throughout(bass, BAND)


def test_who_plays_in_a_part_and_at_a_moment() -> None:
    names = lambda found: [one.name for one in found]  # noqa: E731
    most, some = plays_in(BAND, Interval(30.0, 50.0))
    assert names(most) == ["drums", "bass", "electric guitar", "voice"] and names(some) == []
    most, some = plays_in(BAND, Interval(90.0, 110.0))  # the bridge: the guitar leaves after 4 s
    assert names(most) == ["drums", "bass", "saxophone and reeds"] and names(some) == ["electric guitar"]
    assert names(plays_in(BAND, Interval(1.0, 1.0))[0]) == ["drums"] and plays_in(pop(), Interval(1.0, 1.0)) == ((), ())


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("when do the drum come in", {"drum": ("drums",)}),
        ("be there an electric guitar", {"electric guitar": ("electric guitar", "distorted guitar")}),
        ("do the bass guitar play", {"bass guitar": ("bass",)}),
        ("violin and piano", {"violin": ("strings",), "piano": ("piano", "electric piano")}),
        ("what key be it in", {}),
    ],
)
def test_the_words_of_people(question: str, meant: dict[str, tuple[str, ...]]) -> None:
    assert families_of(question.split()) == meant


def test_names_in_sentences() -> None:
    assert said("bells and mallets") == "bells or mallets"
    assert [play([name]) for name in ("drums", "bass", "brass", "strings", "piano")] == [
        "play", "plays", "plays", "play", "plays",
    ]  # fmt: skip


def paragraph(card: SongCard, heading: str = "Instruments and style") -> str:
    return next((p.text for p in describe(card).paragraphs if p.heading == heading), "")


def test_the_description_tells_who_comes_and_goes() -> None:
    assert paragraph(replace(BAND, tags=None)) == (
        "Drums play from beginning to end. "
        "The bass is heard from 0:10 to the end. "
        "The electric guitar is probably heard from 0:30 to 1:34 and from 1:50 to the end. "
        "The voice is heard from 0:10 to 0:50, from 1:00 to 1:30 and from 1:50 to 2:10. "
        "The saxophone or reeds are perhaps heard from 1:30 to 1:50. "
        "The first chorus, from 0:30, is the fullest part, with four of them; the intro, from 0:00, the thinnest, "
        "with drums alone."
    )


def test_the_tagger_adds_closer_names_and_what_was_found_at_no_time() -> None:
    tags = (Tag("instrument", "drums", 0.9), Tag("instrument", "clarinet", 0.8), Tag("instrument", "harp", 0.7))
    text = paragraph(replace(BAND, tags=Fact(tags, 0.7, "tagger 1")))
    assert "Clarinet can be heard among them. Harp was named by the tagger, but found at no time." in text
    assert text.count("rums") == 2


def test_what_plays_is_not_missed_where_nobody_tries_to_measure_it() -> None:
    card = card_of(Analysis(10.0), title="T")
    assert "instruments" not in card.not_measured and "playing" not in card.as_text()
    assert "what plays" not in paragraph(card, "Not measured") and card.as_json()["instruments"] == []
    failed = card_of(Analysis(10.0, failures={"instruments": Failure("ears", "No ears.")}), title="T")
    assert "instruments" in failed.not_measured and "what plays when" in paragraph(failed, "Not measured")


def test_nobody_plays() -> None:
    assert paragraph(card_of(Analysis(10.0, instruments=measured(())), title="T")) == "No instrument was heard."


def test_the_sheet_for_models_and_programs() -> None:
    lines = BAND.as_text().splitlines()
    assert "playing bass: 0:10-2:20 (confidence 0.90)" in lines
    assert "playing saxophone or reeds: 1:30-1:50 (confidence 0.40)" in lines
    inside = BAND.as_text(within=Interval(0.0, 9.0))
    assert "playing drums" in inside and "playing bass" not in inside
    assert [90.0, 110.0, "saxophone and reeds"] in BAND.as_json()["instruments"]
