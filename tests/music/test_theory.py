"""Roman numerals, spelling in a key, and progressions found in any key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.chord import NO_CHORD, QUALITIES, UNKNOWN_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import progression_patterns, progression_tokens, roman, spelled
from musicflamingo_app.music.time import Timeline


def song(*names: str) -> Timeline[Chord]:
    return Timeline.of((i, i + 1, Chord.parse(name)) for i, name in enumerate(names))


def contains(tokens: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return any(tokens[i : i + len(pattern)] == pattern for i in range(len(tokens)))


@pytest.mark.parametrize(
    ("key", "chord", "numeral"),
    [("C major", "C", "I"), ("C major", "D:min", "ii"), ("C major", "G:7", "V7"), ("C major", "A:min", "vi"),
     ("C major", "B:hdim7", "viiø7"), ("C major", "Bb", "bVII"), ("C major", "F#:dim", "#iv°"),
     ("C major", "C/3", "I/3"),
     ("C major", "E:aug", "III+"), ("C major", "D:min7", "ii7"), ("C major", "F:maj7", "IVmaj7"),
     ("A minor", "A:min", "i"), ("A minor", "C", "bIII"), ("A minor", "E:7", "V7"), ("A minor", "F", "bVI"),
     ("A minor", "G", "bVII"), ("A minor", "B:dim", "ii°"), ("A minor", "D:min", "iv"), ("A minor", "G#:dim7", "vii°7"),
     ("Eb minor", "Cb", "bVI"), ("F# minor", "D", "bVI"), ("D dorian", "G", "IV")],
)  # fmt: skip
def test_roman_numerals(key: str, chord: str, numeral: str) -> None:
    assert roman(Chord.parse(chord), Key.parse(key)) == numeral


def test_no_chord_has_no_numeral() -> None:
    assert roman(NO_CHORD, Key.parse("C")) == "N.C." and roman(UNKNOWN_CHORD, Key.parse("C")) == "?"


@given(st.integers(0, 11), st.integers(0, 11), st.sampled_from(list(QUALITIES)), st.integers(0, 11))
def test_numerals_do_not_change_in_transposition(root: int, tonic: int, quality: str, semitones: int) -> None:
    chord = Chord.parse("C").transposed(root)
    chord = Chord(chord.root, quality)
    key = Key.of(tonic)
    assert roman(chord.transposed(semitones), key.transposed(semitones)) == roman(chord, key)


def test_spelled_takes_the_names_of_the_key() -> None:
    assert str(spelled(Chord.parse("A#:min7"), Key.parse("F"))) == "Bb:min7"
    assert str(spelled(Chord.parse("Db"), Key.parse("E"))) == "C#:maj"
    assert spelled(NO_CHORD, Key.parse("E")) == NO_CHORD
    assert str(spelled(Chord.parse("A#"), None)) == "A#:maj"


def test_tokens_pass_over_no_chord_and_repeats() -> None:
    tokens = progression_tokens(song("C", "C:7", "N", "C/3", "A:min7", "X", "B:hdim7", "E:aug", "G:sus4(b7)"))
    assert tokens == ("0M", "9m", "11d", "4a", "7s")


@pytest.mark.parametrize("semitones", range(12))
def test_a_progression_is_found_in_every_transposition(semitones: int) -> None:
    played = song("D:min", "C", "G", "A:min7", "F/3", "E").relabelled(lambda chord: chord.transposed(semitones))
    tokens = progression_tokens(played)
    patterns = progression_patterns("I-V-vi-IV")
    assert len(patterns) == 12
    assert [contains(tokens, pattern) for pattern in patterns].count(True) == 1
    assert not any(contains(tokens, pattern) for pattern in progression_patterns("I-IV-vi-V"))


@pytest.mark.parametrize("text", ["C-G-Am-F", "c g am f", "C | G | Am7 | Fmaj7", "C, G, Amin, F", "C–G–Am–F/A"])
def test_chords_are_looked_for_as_named(text: str) -> None:
    assert progression_patterns(text) == (("0M", "7M", "9m", "5M"),)


@pytest.mark.parametrize(
    ("text", "first"),
    [("ii-V7-Imaj7", ("2m", "7M", "0M")), ("i bVII bVI V", ("0m", "10M", "8M", "7M")), ("I-I-IV", ("0M", "5M")),
     ("vii° I", ("11d", "0M")), ("#ivø7-V", ("6d", "7M")), ("Vsus4 V", ("7s", "7M")), ("III+ vi", ("4a", "9m"))],
)  # fmt: skip
def test_numerals_become_tokens(text: str, first: tuple[str, ...]) -> None:
    assert progression_patterns(text)[0] == first


@pytest.mark.parametrize(
    "text", ["", "  ", "- |", "hello", "I-C", "I-V-xx", "IIII", "H-G", "C-G-Q", "Cmaj7foo", "Ifoo"]
)
def test_bad_progressions_are_refused_with_advice(text: str) -> None:
    with pytest.raises(MusicSyntaxError) as refused:
        progression_patterns(text)
    assert refused.value.advice
