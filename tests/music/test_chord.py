"""Chords: Harte's syntax there and back, and mir_eval as the judge of what sounds."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.chord import NO_CHORD, QUALITIES, UNKNOWN_CHORD, Chord
from musicflamingo_app.music.pitch import FLAT_NAMES, SHARP_NAMES, Degree, Pitch

ROOTS = sorted({*SHARP_NAMES, *FLAT_NAMES, "Cb", "E#", "Fb", "B#"})
BASSES = ("", "/3", "/b3", "/5", "/b7", "/2", "/4", "/#5")
DEGREES = st.builds(Degree, st.integers(2, 13), st.integers(-1, 1))
CHORDS = st.builds(
    Chord,
    st.builds(Pitch.parse, st.sampled_from(ROOTS)),
    st.sampled_from(list(QUALITIES)),
    st.lists(DEGREES, max_size=2).map(tuple),
    st.lists(DEGREES, max_size=2).map(tuple),
    st.none() | DEGREES,
)


@given(CHORDS)
def test_chord_is_read_as_written(chord: Chord) -> None:
    assert Chord.parse(str(chord)) == chord


def test_every_chord_of_the_vocabulary_is_read_as_written() -> None:
    for root, quality, bass, extra in itertools.product(ROOTS, QUALITIES, BASSES, ("", "(9)", "(*5)", "(b7,*3)")):
        text = f"{root}:{quality}{extra}{bass}"
        chord = Chord.parse(text)
        assert Chord.parse(str(chord)) == chord, text


def test_mir_eval_hears_the_same_notes() -> None:
    """mir_eval leaves the 9th, 11th and 13th of a shorthand (`C:9`) out of its bitmap; so does the comparison."""
    import mir_eval

    for root, quality, bass in itertools.product(ROOTS, QUALITIES, BASSES):
        text = f"{root}:{quality}{bass}"
        chord = Chord.parse(text)
        assert chord.root is not None and chord.bass_pitch is not None
        their_root, bitmap, their_bass = mir_eval.chord.encode(text)
        low = [degree for degree in chord.degrees if degree.number < 9] + ([chord.bass] if chord.bass else [])
        assert chord.root.pitch_class == their_root, text
        assert {degree.semitones for degree in low} == {i for i, on in enumerate(bitmap) if on}, text
        assert (chord.bass_pitch.pitch_class - chord.root.pitch_class) % 12 == their_bass, text


def test_mir_eval_knows_no_chord() -> None:
    import mir_eval

    assert [mir_eval.chord.encode(str(c))[0] for c in (NO_CHORD, UNKNOWN_CHORD)] == [-1, -1]
    assert Chord.parse("N") == NO_CHORD and Chord.parse("X") == UNKNOWN_CHORD
    assert not NO_CHORD.is_chord and NO_CHORD.pitch_classes == frozenset() and NO_CHORD.bass_pitch is None


@pytest.mark.parametrize(
    ("text", "classes"),
    [("C", {0, 4, 7}), ("A:min7/b3", {9, 0, 4, 7}), ("C:9", {0, 4, 7, 10, 2}), ("C:maj(*5)", {0, 4}), ("G:5", {7, 2}),
     ("C:(b3,5)", {0, 3, 7}), ("D:1", {2}), ("C/9", {0, 4, 7, 2}), ("B:dim7", {11, 2, 5, 8}), ("N", set())],
)  # fmt: skip
def test_pitch_classes(text: str, classes: set[int]) -> None:
    assert Chord.parse(text).pitch_classes == classes


@given(CHORDS, st.integers(-24, 24), st.booleans())
def test_transposition_shifts_every_pitch_class(chord: Chord, semitones: int, flats: bool) -> None:
    moved = chord.transposed(semitones, flats=flats)
    assert moved.pitch_classes == {(n + semitones) % 12 for n in chord.pitch_classes}
    assert chord.transposed(12) == chord
    assert moved.transposed(-semitones).pitch_classes == chord.pitch_classes


@given(CHORDS)
def test_a_bare_chord_is_the_same_over_its_root(chord: Chord) -> None:
    assert chord.bare.degrees == chord.degrees and chord.bare.root == chord.root == chord.bare.bass_pitch
    assert (str(chord.bare) == str(chord)) is (chord.bass is None)


@given(CHORDS)
def test_triad_is_plain_and_its_own_triad(chord: Chord) -> None:
    triad = chord.triad
    assert (triad.root, triad.added, triad.omitted, triad.bass) == (chord.root, (), (), None)
    assert triad.triad == triad


@pytest.mark.parametrize(
    ("text", "triad"),
    [("C:13", "maj"), ("C:min9", "min"), ("C:hdim7", "dim"), ("C:aug", "aug"), ("C:sus4(b7)", "sus4"),
     ("C:sus2", "sus2"), ("C:5", "5"), ("C:maj(*3,*5)", "1")],
)  # fmt: skip
def test_triad_under_a_chord(text: str, triad: str) -> None:
    assert Chord.parse(text).triad.quality == triad


@pytest.mark.parametrize(
    "text",
    ["", "H", "c", "C:", "C:foo", "C/", "C:maj(", "C:maj()", "C:maj7/x", "C#b", "N:maj", "C:maj(14)", "C/0", " C",
     "C:/5", "C:MAJ", "Cmaj7", "C:()", "C:( )", "C:maj( )", "C:(3,)", "C:(3,,5)"],
)  # fmt: skip
def test_malformed_chords_are_refused_with_advice(text: str) -> None:
    with pytest.raises(MusicSyntaxError) as refused:
        Chord.parse(text)
    assert refused.value.what and refused.value.advice


def test_wrong_qualities_are_refused() -> None:
    for root, quality in ((None, "maj"), (Pitch("C"), "N")):
        with pytest.raises(MusicSyntaxError):
            Chord(root, quality)


@pytest.mark.parametrize(
    ("text", "pretty"),
    [("C#:min7/5", "C♯m7/G♯"), ("N", "N.C."), ("X", "?"), ("Bb:maj", "B♭"), ("C/3", "C/E"), ("C:maj(*5)", "C(no5)")],
)
def test_pretty(text: str, pretty: str) -> None:
    assert Chord.parse(text).pretty == pretty


def test_respelled_keeps_the_sound() -> None:
    chord = Chord.parse("C#:min7/b3")
    assert str(chord.respelled(Pitch.parse("Db"))) == "Db:min7/b3"
    assert chord.respelled(Pitch.parse("Db")).pitch_classes == chord.pitch_classes
    with pytest.raises(ValueError, match="not another name"):
        chord.respelled(Pitch("C"))
