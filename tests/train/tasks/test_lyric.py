"""Lyrics: read from the file's tags, asked about only where a line can be told."""

from dataclasses import replace
from pathlib import Path

import pytest

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.music.instrument import Playing
from tests.facts.reader.songs import SONGS
from tests.train import shelf
from train.examples import Recording
from train.lyrics import Line, lyrics_of, parsed
from train.tasks.lyric import QUESTIONS
from train.tasks.players import QUESTIONS as PLAYERS
from train.tasks.registry import score

CARD = SongCard("Boats", 60.0)
WORDS = (
    "Down by the water we stay", "Boats go out in the rain", "I count them one by one", "All of them come home",
    "All of them come home", "Lights go out on the bay", "Nobody says a word", "All of them come home",
)  # fmt: skip
SUNG = tuple((text, 4.0 * n + 2) for n, text in enumerate(WORDS))


def test_plain_lyrics_and_lrc_are_parsed() -> None:
    assert parsed("[Verse 1]\nOne line here\n\n(ooh)\nTwo lines\n") == (Line("One line here"), Line("Two lines"))
    lrc = "[ti:Boats]\n[00:12.50]Second line\n[00:02.00][00:30.00]Comes twice\n"
    assert [(line.text, line.time_s) for line in parsed(lrc)] == [
        ("Comes twice", 2.0), ("Second line", 12.5), ("Comes twice", 30.0),
    ]  # fmt: skip


def test_questions_about_words_have_one_right_line() -> None:
    track = Recording("a" * 64, "a.mp3", "Boats", lyrics=SUNG)
    asked = {task.name: list(task.examples(track, CARD)) for task in QUESTIONS}
    assert all(len(found) == 1 for found in asked.values())
    assert asked["repeated_line"][0].answer == "All of them come home"
    line = next(text for text in WORDS if text in asked["next_line"][0].question)
    assert asked["next_line"][0].answer == WORDS[WORDS.index(line) + 1]
    start_s = asked["sung_at"][0].references[0][0]
    assert (asked["sung_at"][0].answer, start_s) in SUNG
    for (example,) in asked.values():
        assert [score(example, option).value for option in example.options].count(1.0) == 1  # type: ignore[union-attr]


def test_without_words_or_times_nothing_is_asked() -> None:
    assert not [e for task in QUESTIONS for e in task.examples(Recording("a", "a", lyrics=SUNG[:3]), CARD)]
    untimed = Recording("a", "a", lyrics=tuple((text, None) for text, _ in SUNG))
    assert {e.task for task in QUESTIONS for e in task.examples(untimed, CARD)} == {"next_line", "repeated_line"}


def test_lyrics_are_read_from_the_tags_of_a_file(tmp_path: Path) -> None:
    """An ID3v2.3 tag with an USLT frame, written by hand."""
    text = "[00:02.00]One line here\n[00:06.00]And another one"
    body = b"\x00eng\x00" + text.encode("latin-1")
    frame = b"USLT" + len(body).to_bytes(4, "big") + b"\x00\x00" + body
    size = bytes((len(frame) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x03\x00\x00" + size + frame + b"\xff\xfb\x90\x00" + bytes(413))
    assert lyrics_of(path) == (Line("One line here", 2.0), Line("And another one", 6.0))
    assert lyrics_of(shelf.wav(tmp_path / "b.wav", 1.0)) == ()
    (tmp_path / "c.mp3").write_bytes(b"no sound at all")
    assert lyrics_of(tmp_path / "c.mp3") == ()


@pytest.mark.parametrize("sure", [0.95, 0.3])
def test_who_plays_when_is_asked_where_it_is_sure(sure: float) -> None:
    rows = (Playing.of("bass", [(0.0, 140.0, sure)]), Playing.of("drums", [(10.0, 90.0, sure), (110.0, 140.0, sure)]),
            Playing.of("voice", [(30.5, 90.0, sure)]), Playing.of("piano", [(0.0, 139.0, sure)]))  # fmt: skip
    card = replace(SONGS["pop"], instruments=Fact(rows, 0.9, "ears 1"))
    asked = {e.task: e for task in PLAYERS for e in task.examples(Recording("a", "a"), card)}
    assert set(asked) == ({"instrument_entry", "voice_entry", "silent_in", "heard_first"} if sure > 0.5 else set())
    if asked:
        assert asked["instrument_entry"].truth["time_s"] == 10.0 and asked["voice_entry"].answer == "0:30"
        assert asked["silent_in"].answer in ("voice", "drums")
        assert all(score(e, e.answer).value == 1.0 for e in asked.values())  # type: ignore[union-attr]
