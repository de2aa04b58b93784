"""Pitch names and keys: what is written is what is read; spelling, relatives and the Camelot wheel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.pitch import LETTERS, Degree, Pitch, accidentals_between

PITCHES = st.builds(Pitch, st.sampled_from(LETTERS), st.integers(-2, 2))
PLAIN = st.builds(Key.of, st.integers(0, 11), st.sampled_from(["major", "minor"]))
# The wheel as it is printed (mixedinkey.com): hour -> (minor key, major key).
CAMELOT = {
    1: ("Ab minor", "B major"), 2: ("Eb minor", "F# major"), 3: ("Bb minor", "Db major"), 4: ("F minor", "Ab major"),
    5: ("C minor", "Eb major"), 6: ("G minor", "Bb major"), 7: ("D minor", "F major"), 8: ("A minor", "C major"),
    9: ("E minor", "G major"), 10: ("B minor", "D major"), 11: ("F# minor", "A major"), 12: ("Db minor", "E major"),
}  # fmt: skip


@given(PITCHES)
def test_pitch_is_read_as_written(pitch: Pitch) -> None:
    assert Pitch.parse(str(pitch)) == pitch
    assert Pitch.parse(pitch.pretty) == pitch
    assert Pitch.from_fifths(pitch.fifths) == pitch
    assert (7 * pitch.fifths) % 12 == pitch.pitch_class


@given(st.integers(0, 11), st.booleans())
def test_pitch_of_a_class_is_in_that_class(pitch_class: int, flats: bool) -> None:
    assert Pitch.from_class(pitch_class, flats=flats).pitch_class == pitch_class


@pytest.mark.parametrize("text", ["", "H", "c", "C#b", "Cb#", "C4", " C", "CC"])
def test_bad_pitches_are_refused(text: str) -> None:
    with pytest.raises(MusicSyntaxError):
        Pitch.parse(text)


@given(PITCHES, st.builds(Degree, st.integers(1, 13), st.integers(-1, 1)))
def test_a_degree_above_a_pitch_sounds_its_semitones_and_keeps_its_letter(root: Pitch, degree: Degree) -> None:
    above = root.above(degree)
    assert above.pitch_class == (root.pitch_class + degree.semitones) % 12
    assert (LETTERS.index(above.letter) - LETTERS.index(root.letter)) % 7 == (degree.number - 1) % 7


@given(st.builds(Degree, st.integers(1, 13), st.integers(-2, 2)))
def test_degree_is_read_as_written(degree: Degree) -> None:
    assert Degree.parse(str(degree)) == degree


@pytest.mark.parametrize(
    ("text", "semitones"),
    [("1", 0), ("b3", 3), ("3", 4), ("#4", 6), ("b5", 6), ("bb7", 9), ("b7", 10), ("9", 2), ("#11", 6), ("13", 9)],
)
def test_semitones_of_degrees(text: str, semitones: int) -> None:
    assert Degree.parse(text).semitones == semitones


@pytest.mark.parametrize("text", ["", "0", "14", "b", "3b", "#b3", "x"])
def test_bad_degrees_are_refused(text: str) -> None:
    with pytest.raises(MusicSyntaxError):
        Degree.parse(text)


@given(st.sampled_from(LETTERS), st.integers(0, 11))
def test_accidentals_lead_from_a_letter_to_a_class(letter: str, pitch_class: int) -> None:
    assert Pitch(letter, accidentals_between(letter, pitch_class)).pitch_class == pitch_class


@given(st.builds(Key, PITCHES, st.sampled_from(list(MODES))))
def test_key_is_read_as_written(key: Key) -> None:
    assert Key.parse(str(key)) == key
    assert Key.parse(key.pretty) == key
    assert Key.parse(str(key).replace(" ", ":")) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [("Am", "A minor"), ("AM", "A major"), ("Bb", "Bb major"), ("bb", "Bb major"), ("f#:min", "F# minor"),
     ("C MAJOR", "C major"), ("Ebmaj", "Eb major"), ("D dorian", "D dorian"), ("A aeolian", "A minor"),
     ("C ionian", "C major"), ("G♯ minor", "G# minor")],
)  # fmt: skip
def test_other_ways_to_write_a_key(text: str, key: str) -> None:
    assert str(Key.parse(text)) == key


@pytest.mark.parametrize("text", ["", " ", "H minor", "C blues", "C#b major", "major", "12"])
def test_bad_keys_are_refused(text: str) -> None:
    with pytest.raises(MusicSyntaxError):
        Key.parse(text)


def test_unknown_modes_are_refused() -> None:
    with pytest.raises(MusicSyntaxError):
        Key(Pitch("C"), "blues")


@given(PLAIN)
def test_relative_is_an_involution_with_the_same_notes(key: Key) -> None:
    assert key.relative.relative == key
    assert key.relative.mode != key.mode
    assert key.relative.signature == key.signature
    assert set(key.relative.scale) == set(key.scale)


@given(PLAIN)
def test_parallel_keeps_the_tonic_and_comes_back_to_the_same_sound(key: Key) -> None:
    """Not to the same name: Db major has no Db minor that people write, and comes back as C# major."""
    assert key.parallel.tonic.pitch_class == key.tonic.pitch_class
    assert key.parallel.mode != key.mode
    assert key.parallel.parallel.scale == key.scale
    assert abs(key.parallel.signature) <= 7


@pytest.mark.parametrize("hour", CAMELOT)
def test_camelot_of_all_keys(hour: int) -> None:
    minor, major = CAMELOT[hour]
    assert Key.parse(minor).camelot == f"{hour}A"
    assert Key.parse(major).camelot == f"{hour}B"


@given(st.builds(Key.of, st.integers(0, 11), st.sampled_from(list(MODES))))
def test_spell_names_the_twelve_classes_and_gives_scale_tones_seven_letters(key: Key) -> None:
    named = [key.spell(pitch_class) for pitch_class in range(12)]
    assert [pitch.pitch_class for pitch in named] == list(range(12))
    assert {key.spell(pitch_class).letter for pitch_class in key.scale} == set(LETTERS)
    assert key.spell(key.tonic.pitch_class) == key.tonic


def test_spell_in_known_keys() -> None:
    assert [str(Key.parse("Eb major").spell(n)) for n in (3, 8, 10, 1)] == ["Eb", "Ab", "Bb", "Db"]
    assert [str(Key.parse("A minor").spell(n)) for n in (8, 6)] == ["G#", "F#"]  # its dominant's third, its raised 6
    assert [str(Key.parse("C major").spell(n)) for n in (1, 3, 6, 8, 10)] == ["Db", "Eb", "F#", "Ab", "Bb"]


@given(st.integers(-24, 24), st.sampled_from(list(MODES)))
def test_key_of_has_few_accidentals(pitch_class: int, mode: str) -> None:
    key = Key.of(pitch_class, mode)
    assert key.tonic.pitch_class == pitch_class % 12
    assert abs(key.signature) <= 6
    assert key.mode == mode


def test_key_of_prefers_flats_on_a_tie() -> None:
    assert [str(Key.of(6)), str(Key.of(3, "minor"))] == ["Gb major", "Eb minor"]


@given(PLAIN, st.integers(-30, 30))
def test_transposed_shifts_the_scale(key: Key, semitones: int) -> None:
    moved = key.transposed(semitones)
    assert moved.scale == tuple((n + semitones) % 12 for n in key.scale)
    assert key.transposed(12) == key


def test_chromatic_tones_take_no_double_flat() -> None:
    assert [str(Key.parse("Gb major").spell(n)) for n in (2, 9, 11)] == ["D", "A", "Cb"]
    assert [str(Key.parse("Ab major").spell(n)) for n in (9, 4)] == ["A", "Fb"]
