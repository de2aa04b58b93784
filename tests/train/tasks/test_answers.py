"""Answers are read whatever their form: letters, option texts, tags, numbers with units, keys, chords, times."""

import pytest

from musicflamingo_app.music.beat import Metre
from train.tasks.answers import (
    When,
    chosen,
    final_answer,
    said_bpm,
    said_chord,
    said_chords,
    said_key,
    said_metre,
    said_number,
    said_numerals,
    said_time,
)

KEYS = ("C major", "A minor", "F♯ minor", "E♭ major")
GEAR = ("a guitar", "Drums", "a piano", "Classical harp")


@pytest.mark.parametrize(
    ("completion", "answer"),
    [
        ("A minor", "A minor"),
        ("<think>C? No.</think> Hence, the final answer is: <answer>A minor</answer>", "A minor"),
        ("<think>x</think> <answer>\n A minor.\n</answer>", "A minor"),
        ("<think>x</think> A minor", "A minor"),
        ("<think>I am still thinking about C major", ""),
        ("<answer>C major</answer> wait <answer>A minor</answer>", "A minor"),
        ("<think>x</think><answer>A minor", "A minor"),
        ("**A minor**", "A minor"),
        ("", ""),
    ],
)
def test_the_final_answer_is_found(completion: str, answer: str) -> None:
    assert final_answer(completion) == answer


@pytest.mark.parametrize(
    ("answer", "index"),
    [
        ("A minor", 1), ("a minor", 1), ("B", 1), ("(B)", 1), ("b)", 1), ("(B) A minor", 1), ("B. A minor", 1),
        ("The answer is A minor.", 1), ("The correct answer is (C).", 2), ("Option D", 3), ("F# minor", 2),
        ("F sharp minor", 2), ("G♭ minor", 2), ("F#m", 2), ("D# major", 3), ("It is clearly E flat major", 3),
        ("the key of A minor", 1), ("(B) C major", None), ("C major or A minor", None), ("H minor", None), ("", None),
        ("(E)", None), ("both (A) and (B)", None), ("no idea", None),
    ],
)  # fmt: skip
def test_an_option_is_recognised(answer: str, index: int | None) -> None:
    assert chosen(answer, KEYS) == index


@pytest.mark.parametrize(
    ("answer", "index"),
    [("Drums", 1), ("drums", 1), ("The answer is a guitar", 0), ("a guitar", 0), ("guitar", None), ("A", 0),
     ("Classical harp", 3), ("The answer is a piano.", 2), ("I hear drums", 1)],
)  # fmt: skip
def test_words_are_not_taken_for_letters(answer: str, index: int | None) -> None:
    assert chosen(answer, GEAR) == index


def test_text_comes_before_letter_and_case_counts_where_it_must() -> None:
    assert chosen("D", ("A", "D", "E")) == 1
    assert chosen("bIII", ("VII", "biii", "bIII")) == 2
    assert chosen("The answer is iii", ("III", "iii", "vi")) == 1
    assert chosen("It is the second verse", ("verse", "second verse")) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("96 BPM", 96), ("about ninety-six beats per minute", 96), ("96.5", 96.5), ("between 90 and 100", None),
     ("It runs in 4/4 at 96 BPM", 96), ("fast", None)],
)  # fmt: skip
def test_tempi_are_read(text: str, value: float | None) -> None:
    assert said_bpm(text) == value


@pytest.mark.parametrize(
    ("text", "when"),
    [("1:23", When(83)), ("at 1:23.5", When(83.5)), ("83 seconds", When(83)), ("1 min 23 s", When(83)),
     ("one minute and five seconds", When(65)), ("bar 17", When(bar=17)), ("12", When(12)), ("2 minutes", When(120)),
     ("1:02:03", When(3723)), ("24-second", When(24)), ("never", None)],
)  # fmt: skip
def test_times_are_read(text: str, when: When | None) -> None:
    assert said_time(text) == when


@pytest.mark.parametrize(
    ("text", "key"),
    [("A minor", "A minor"), ("It is in F♯m", "F# minor"), ("B flat major", "Bb major"), ("The key is G.", "G major"),
     ("D dorian", "D dorian"), ("C major or A minor", None), ("a minor problem", "A minor"), ("none", None)],
)  # fmt: skip
def test_keys_are_read(text: str, key: str | None) -> None:
    found = said_key(text)
    assert (str(found) if found else None) == key


@pytest.mark.parametrize(
    ("text", "chord"),
    [("A minor", "A:min"), ("Am", "A:min"), ("F♯m7", "F#:min7"), ("a G major chord", "G:maj"), ("D/F♯", "D:maj/3"),
     ("The chord is Cmaj7", "C:maj7"), ("Am or F", None), ("B♭", "Bb:maj")],
)  # fmt: skip
def test_chords_are_read(text: str, chord: str | None) -> None:
    found = said_chord(text)
    assert (str(found) if found else None) == chord


def test_rows_are_read_in_order() -> None:
    assert [str(chord) for chord in said_chords("C–G–Am–F")] == ["C:maj", "G:maj", "A:min", "F:maj"]
    assert [str(chord) for chord in said_chords("a C major chord, then G7")] == ["C:maj", "G:7"]
    assert said_numerals("I–V–vi–IV") == ["I", "V", "vi", "IV"]
    assert said_numerals("ii7, V7/ii and bVII") == ["ii7", "V7/ii", "bVII"]


def test_metres_and_counts_are_read() -> None:
    assert said_metre("It is a waltz.") == Metre(3, 4) and said_metre("6/8") == Metre(6, 8)
    assert said_metre("3/4 or 6/8") is None and said_metre("0/4") is None
    assert said_number("three") == 3 and said_number("There are 3 choruses") == 3 and said_number("2 or 3") is None
