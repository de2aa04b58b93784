"""The question reader: wordings with known answers, what it must not answer; it never raises or invents."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import Fact, SongCard, card_of
from musicflamingo_app.facts.reader import Answer, read_question, starter_questions
from musicflamingo_app.music.analysis import Analysis, Loudness
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval
from tests.facts.making import SONG_IDS, bundled, cards, charted, measured
from tests.facts.reader.songs import SONGS

QUESTIONS = [json.loads(line) for line in (Path(__file__).parent / "questions.jsonl").read_text("utf-8").splitlines()]
ANSWERED = [row for row in QUESTIONS if "says" in row]
BEYOND = [row for row in QUESTIONS if "says" not in row]
WORDS = sorted({word for row in QUESTIONS for word in row["q"].split()})
TIME = re.compile(r"(?<![\d:])(\d+):(\d\d)(?::(\d\d))?(?![\d:])")
BROKEN = re.compile(r"None|\bnan\b|  | [,.;)]|\( |,,|\.\.|,\.|\(\)|\b(the the|a a|and and)\b")


def answer(row: dict) -> Answer | None:  # type: ignore[type-arg]
    region = Interval(*row["region"]) if "region" in row else None
    return read_question(row["q"], SONGS[row["card"]], region=region)


def assert_sound(found: Answer | None, card: SongCard) -> None:
    """Times lie in the track, evidence quotes the text, sentences are whole."""
    if found is None:
        return
    assert found.text and found.kind
    for hours_or_minutes, middle, last in TIME.findall(found.text):
        seconds = int(hours_or_minutes) * 60 + int(middle)
        seconds = seconds * 60 + int(last) if last else seconds
        assert seconds <= card.duration_s, found.text
    for piece in found.evidence:
        assert piece.sentence in found.text
        assert 0 <= piece.interval.start_s <= piece.interval.end_s <= card.duration_s


def test_there_are_enough_questions() -> None:
    assert len(ANSWERED) >= 170 and len(BEYOND) >= 30
    assert len([row for row in QUESTIONS if row["set"] == "held-out"]) >= 40
    assert len({(row["q"].lower(), row["card"]) for row in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("row", ANSWERED, ids=lambda row: f"{row['card']}: {row['q']}")
def test_a_question_is_answered_rightly(row: dict) -> None:  # type: ignore[type-arg]
    found = answer(row)
    assert found is not None and found.measured
    assert [text for text in row["says"] if text.lower() not in found.text.lower()] == [], found.text
    starts = [piece.interval.start_s for piece in found.evidence]
    for time_s in row.get("at", []):
        assert any(abs(start_s - time_s) < 0.01 for start_s in starts), (starts, found.text)
    assert not BROKEN.search(found.text) and found.text.endswith((".", "?", "!")), found.text
    assert_sound(found, SONGS[row["card"]])


@pytest.mark.parametrize("row", BEYOND, ids=lambda row: f"{row['card']}: {row['q']}")
def test_what_nobody_measured_is_not_answered(row: dict) -> None:  # type: ignore[type-arg]
    found = answer(row)
    assert found is None or not found.measured, found


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda q: q.rstrip("?"), lambda q: f"Hey, please: {q} Thanks!"]
)
def test_dress_does_not_change_the_kind_of_answer(change) -> None:  # type: ignore[no-untyped-def]
    plain = ["What is the tempo?", "What key is it in?", "When does the bridge start?", "How many choruses are there?",
             "What chord is at 1:23?", "What is the time signature?", "How long is the intro?"]  # fmt: skip
    for question in plain:
        expected = read_question(question, SONGS["pop"])
        assert expected is not None
        assert read_question(change(question), SONGS["pop"]) == expected


@pytest.mark.parametrize("card", [*SONGS.values(), *(bundled(song_id) for song_id in SONG_IDS)], ids=lambda c: c.title)
def test_starters_are_answered_from_what_was_measured(card: SongCard) -> None:
    found = starter_questions(card)
    assert len(found) == len(set(found)) == 6
    for question in found:
        told = read_question(question, card)
        assert told is not None and told.measured, question
        assert_sound(told, card)


def test_starters_of_different_songs_differ() -> None:
    assert len({starter_questions(SONGS[name]) for name in ("pop", "compound", "chords")}) == 3
    assert len(starter_questions(SONGS["pop"], n=2)) == 2


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.sampled_from(sorted(SONGS)))
@example("A" * 700, "pop")
@example("\ud800 ſ İ ♯♭ 1:99 0:0 bar 0 bars 9-2 VII-vii N", "pop")
def test_any_text_is_safe(text: str, song: str) -> None:
    assert_sound(read_question(text, SONGS[song], region=Interval(1.0, 1.0)), SONGS[song])


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), cards(), st.booleans())
def test_any_words_over_any_card_give_no_false_time(text: str, card: SongCard, loops: bool) -> None:
    region = Interval(0.0, card.duration_s / 2) if loops else None
    found = read_question(text, card, region=region)
    if found is None or found.kind not in ("summary", "title", "artist", "album"):
        assert_sound(found, card)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ANSWERED), cards())
def test_every_question_is_safe_over_any_card(row: dict, card: SongCard) -> None:  # type: ignore[type-arg]
    found = read_question(row["q"], card)
    if found is None or found.kind not in ("summary", "title", "artist", "album"):
        assert_sound(found, card)


@settings(max_examples=40, deadline=None)
@given(cards())
def test_starters_of_any_card_are_answered(card: SongCard) -> None:
    for question in starter_questions(card):
        told = read_question(question, card)
        assert told is not None and told.measured


def test_the_mode_is_read_off_the_chords() -> None:
    dorian = charted([("verse", "D:min | G | D:min | G | D:min | C | G | D:min")], keys=((1, "D minor"),))
    found = read_question("What scale can I improvise with?", dorian)
    assert found is not None and "D Dorian scale (D E F G A B C)" in found.text
    rock = charted([("verse", "A | G | D | A | A | G | D | A")], keys=((1, "A major"),))
    found = read_question("which scale should I solo in?", rock)
    assert found is not None and "A Mixolydian scale (A B C♯ D E F♯ G)" in found.text


def test_the_capo_makes_barre_chords_open() -> None:
    card = charted([("verse", "Bb | F | G:min | Eb")], keys=((1, "Bb major"),))
    found = read_question("Which capo should I use?", card)
    assert found is not None and "fret 3" in found.text and "100 %" in found.text
    assert "G for B♭, D for F, Em for Gm and C for E♭" in found.text
    named = read_question("Which capo lets me use the shapes C F G Am?", card)
    assert named is not None and "open shapes cover" in named.text


def said(question: str, card: SongCard) -> str:
    found = read_question(question, card)
    assert found is not None
    return found.text


def test_a_key_that_is_not_the_first_is_told_as_the_main_one() -> None:
    card = charted([("A", "F | F"), ("B", "A | A | A | A")], keys=((1, "F major"), (3, "A major")))
    card = replace(card, key=replace(card.key, value=Key.parse("A major")))
    assert said("What key is it in?", card).startswith("The main key is A major. It begins in F major. It changes to")


def test_parts_are_compared_by_loudness_where_the_curve_is_known() -> None:
    loud = Fact(Loudness(-16.0, 8.0, -1.0), 1.0, "meter 1")
    card = replace(charted([("verse", "C | C"), ("chorus", "F | F"), ("verse", "C | C")]), loudness=loud)
    assert "whole only" in said("Which section is the loudest?", card)
    times = [n / 10 for n in range(round(card.duration_s * 10))]
    levels = [-10.0 if 4.0 <= time < 8.0 else -20.0 for time in times]
    known = replace(card, loudness_curve=(times, levels))
    assert said("Which section is the loudest?", known).startswith("The loudest is the chorus, from 0:04, at about −10")
    text = said("Is the chorus louder than the first verse?", known)
    assert text == "The chorus is louder than the first verse, by about 10 LU."
    assert said("Is the first verse louder than the second verse?", known) == "They are equally loud."
    assert "only two verses" in said("How loud is the ninth verse?", known)


def test_one_sound_under_two_names_is_counted_once() -> None:
    keys = ((1, "Db major"), (3, "C# minor"))
    text = said("How many different chords are there?", charted([("A", "Db | Gb"), ("B", "C# | A")], keys=keys))
    assert text.startswith("Three different chords are heard: D♭, G♭ and A.")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long until the chorus?", "The chorus begins at"),
        ("What are the notes of the key?", "C D E F G A B"),
        ("What chords are in the ninth chorus?", "only one chorus"),
        ("What chords are from 0:01 to 0:07?", "from 0:01 to 0:07:"),
    ],
)
def test_wordings_found_by_trying(question: str, words: str) -> None:
    assert words in said(question, charted([("verse", "C | G"), ("chorus", "F | C")]))


@pytest.mark.parametrize("question", ["Does it swing?", "Does it have a swing feel?", "Is it a shuffle?"])
@pytest.mark.parametrize(
    ("swing", "says"),
    [
        (Fact(2.0, 0.9, "ears"), "Yes, the eighths are swung, about 2:1."),
        (Fact(1.02, 0.9, "ears"), "No, the eighths are straight."),
        (Fact(1.2, 0.9, "ears"), "Whether it swings is not clear; the eighths stand at about 1.2:1."),
        (None, "Whether it swings was not measured: too few eighths lie between its beats."),
    ],
)
def test_whether_it_swings(question: str, swing: Fact[float] | None, says: str) -> None:
    found = read_question(question, replace(SONGS["pop"], swing=swing))
    assert found is not None and found.kind == "swing" and found.measured == (swing is not None)
    assert found.text == says


def test_free_time_has_neither_tempo_nor_metre() -> None:
    free = card_of(Analysis(30.0, beats=measured(BeatGrid())), title="Hush")
    for question, word in (("What metre is it in?", "metre"), ("What is the tempo?", "tempo")):
        found = read_question(question, free)
        assert found is not None and "regular beat" in found.text and word in found.text
