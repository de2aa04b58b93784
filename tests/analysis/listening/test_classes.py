"""Classes of chords, keys and instruments and back."""

import pytest

from musicflamingo_app.analysis.listening.classes import (
    FAMILY_NAMES,
    MODES,
    N_CHORDS,
    N_KEYS,
    UNKNOWN,
    bass_class,
    chord_class,
    chord_of,
    family_of,
    key_class,
    key_of,
)
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key


@pytest.mark.parametrize("index", range(N_CHORDS))
def test_chords_come_back(index: int) -> None:
    assert chord_class(chord_of(index)) == index


@pytest.mark.parametrize("index", range(N_KEYS))
def test_keys_come_back(index: int) -> None:
    assert key_class(key_of(index)) == index


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("C:9", "C:7"),
        ("D:min11", "D:min7"),
        ("Eb:maj13", "Eb:maj7"),
        ("C:maj(9)", "C:maj"),
        ("A:sus4(b7)/b7", "A:sus4(b7)"),
    ],
)
def test_colours_fall_to_their_seventh(text: str, plain: str) -> None:
    assert chord_of(chord_class(Chord.parse(text))) == Chord.parse(plain)


def test_what_is_no_chord_is_told_apart() -> None:
    assert chord_class(Chord.parse("N")) == 0
    assert chord_class(Chord.parse("X")) == chord_class(Chord.parse("C:5")) == UNKNOWN
    assert bass_class(Chord.parse("N")) == 12
    assert bass_class(Chord.parse("X")) == UNKNOWN


def test_the_bass_names_an_inversion() -> None:
    assert bass_class(Chord.parse("C:maj/3")) == 4
    assert str(chord_of(chord_class(Chord.parse("C:maj")), 4)) == "C:maj/3"
    assert str(chord_of(chord_class(Chord.parse("A:min7")), 7)) == "A:min7/b7"
    assert str(chord_of(chord_class(Chord.parse("C:maj")), 10)) == "C:maj/b7"
    assert str(chord_of(chord_class(Chord.parse("C:maj")), 0)) == "C:maj"


def test_modes_that_are_not_told_apart_are_unknown() -> None:
    assert key_class(Key.parse("B locrian")) == UNKNOWN
    assert len(MODES) == N_KEYS // 12


def test_every_program_but_effects_has_one_family() -> None:
    known = [family_of(program) for program in range(128)]
    assert all(family is not None for family in known[:112])
    assert known[120:] == [None] * 8
    assert FAMILY_NAMES[family_of(0) or 0] == "piano"
    assert FAMILY_NAMES[family_of(73) or 0] == "flute and pipes"
