"""Scores: near misses count in part, as listeners and MIREX weigh them."""

import pytest

from train.examples import SKILLS, Example
from train.tasks.judge import judge


def value(answer: str, **truth: object) -> float:
    found = judge(Example("1", "a" * 64, "a", "t", SKILLS[0], "open", "?", "x", truth=truth), answer)
    assert found is not None
    return found.value


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("120 BPM", 1),
        ("124", 1),
        ("60", 0.5),
        ("240 bpm", 0.5),
        ("126", 0),
        ("about a hundred and twenty", 1),
        ("?", 0),
    ],
)
def test_tempi(answer: str, score: float) -> None:
    assert value(answer, type="tempo", bpm=120.0) == score


@pytest.mark.parametrize(
    ("answer", "score"),
    [("A minor", 1), ("Am", 1), ("E minor", 0.5), ("C major", 0.3), ("A major", 0.2), ("D minor", 0), ("B♭ minor", 0)],
)
def test_keys(answer: str, score: float) -> None:
    assert value(answer, type="key", key="A minor") == score


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("1:00", 1),
        ("1:01", 1),
        ("62 seconds", 1),
        ("1:04", 0.5),
        ("bar 25", 1),
        ("bar 26", 1),
        ("bar 30", 0),
        ("2:00", 0),
    ],
)
def test_times(answer: str, score: float) -> None:
    assert value(answer, type="time", time_s=60.0, bar_s=2.0, bar=25) == pytest.approx(score)


def test_chords_counts_lists_and_rows() -> None:
    assert value("A minor", type="chord", chord="A:min7") == 0.75
    assert value("A7", type="chord", chord="A:min") == 0.25
    assert value("three", type="count", count=3) == 1 and value("4", type="count", count=3) == 0.25
    items = {"type": "list", "items": ["guitar", "drums"], "known": ["guitar", "drums", "piano"]}
    assert value("guitar and drums", **items) == 1 and value("guitar, piano", **items) == 0.5
    row = {"type": "chords", "chords": ["C:maj", "G:maj", "A:min", "F:maj"]}
    assert value("C–G–Am–F", **row) == 1 and value("C–G–Am–G", **row) == pytest.approx(0.75)
    assert value("6/8", type="metre", metre="3/4") == 0 and value("2/4", type="metre", metre="4/4") == 0.5
    assert value("seconds: 2.5 seconds", type="seconds", seconds=2.45, share=0.08) == 1


def test_words_inside_the_wrong_answer_do_not_count() -> None:
    truth = {"type": "words", "accept": ["instrumental", "no"], "reject": ["vocals", "yes"]}
    assert value("instrumental", **truth) == 1 and value("There are vocals", **truth) == 0
    assert value("It is instrumental, without vocals", **truth) == 0  # names both: nobody can tell
    assert value("", **truth) == 0


def test_the_thought_is_not_judged() -> None:
    assert value("<think>It is 60 BPM?</think> <answer>120 BPM</answer>", type="tempo", bpm=120.0) == 1
    assert value("<think>It is 120 BPM", type="tempo", bpm=120.0) == 0
