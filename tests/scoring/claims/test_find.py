"""What is read as a claim, beyond the labelled list: offsets, places, odd characters, any text at all."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.references import LAST, Bars, Moment, Part
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.scoring.claims.chord_names import named_chord
from musicflamingo_app.scoring.claims.find import find_claims
from musicflamingo_app.scoring.claims.numbers import number
from musicflamingo_app.scoring.claims.values import Claim, Length, TempoRange


def only(text: str) -> Claim:
    (claim,) = find_claims(text)
    return claim


@pytest.mark.parametrize(
    ("text", "quote", "place"),
    [
        ("The bridge modulates to D minor.", "D minor", Part("bridge")),
        ("It modulates to B major for the final chorus.", "B major", Part("chorus", LAST)),
        ("At 1:10 the chords are Am and F.", "Am and F", Moment(70.0, 70.0)),
        ("In bar 9 the chords are Am and F.", "Am and F", Bars(9, 9)),
        ("The second verse moves from Am to F.", "Am to F", Part("verse", 2)),
        ("It is in A minor.", "A minor", None),
    ],
)
def test_a_claim_knows_where_it_holds(text: str, quote: str, place: object) -> None:
    claim = only(text)
    assert (text[claim.start : claim.end], claim.place) == (quote, place)


def test_a_place_in_another_clause_is_not_that_of_the_claim() -> None:
    tempo, section = find_claims("It runs at 96 BPM; the first chorus enters at 0:40.")
    assert tempo.place is None and str(section.value) == "chorus 1 @0:40"


@pytest.mark.parametrize(
    ("name", "chord"),
    [("Am", "A:min"), ("Bbmaj7", "Bb:maj7"), ("F#m7b5", "F#:hdim7"), ("C/E", "C/3"), ("Am/G", "A:min/b7"),
     ("D/F#", "D/3"), ("G7sus4", "G:sus4(b7)"), ("Cadd9", "C:maj(9)"), ("Em9", "E:min9"), ("Bdim", "B:dim"),
     ("Caug", "C:aug"), ("C/C", "C"), ("Eb/Bb", "Eb/5"), ("A5", "A:5"), ("CmM7", "C:minmaj7"),
     ("Fmaj7#11", "F:maj7(#11)"), ("F/Gb", "F/b2")],
)  # fmt: skip
def test_chord_names(name: str, chord: str) -> None:
    assert named_chord(name) == Chord.parse(chord)


@pytest.mark.parametrize("name", ["H", "Cfoo", "am", "", "A/", "N", "C13b99"])
def test_what_is_no_chord_name(name: str) -> None:
    assert named_chord(name) is None


@pytest.mark.parametrize(
    ("words", "value"),
    [("ninety-six", 96), ("a hundred and twenty", 120), ("one hundred forty", 140), ("seventeen", 17), ("92.5", 92.5),
     ("two hundred and five", 205), ("a hundred", 100), ("lots", None)],
)  # fmt: skip
def test_numbers_in_words(words: str, value: float | None) -> None:
    assert number(words) == value


@given(st.integers(0, 399))
def test_digits_are_numbers(value: int) -> None:
    assert number(str(value)) == value


@given(st.text(max_size=30), st.integers(40, 250), st.text(max_size=30))
def test_offsets_hold_in_any_text(before: str, bpm: int, after: str) -> None:
    text = f"{before}.\n♩ 𝄞 The tempo is {bpm} BPM.\n{after}"
    claims = [c for c in find_claims(text) if c.kind == "tempo" and c.value == TempoRange(bpm, bpm)]
    quotes = {text[claim.start : claim.end] for claim in claims}
    assert f"{bpm} BPM" in quotes or '"' in before + after or "“" in before


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for claim in find_claims(text):
        assert 0 <= claim.start < claim.end <= len(text) and str(claim.value)


WORDS = (
    "in A minor B♭ major Am F C G – - , to | at 96 120 BPM between and 4/4 6/8 time 1:23 3:45 track long the second "
    'chorus bridge verse enters begins ( ) [ ] : { } " chords progression I V vi IV ii loop key of no drums piano '
    "without from modulates three minutes a half duration opens with intro ſ İ . ? “ ” \n if not C#m7/G# sus4"
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=25).map(" ".join))
def test_any_order_of_telling_words_is_read_without_a_fault(text: str) -> None:
    claims = find_claims(text)
    for kind in {claim.kind for claim in claims}:
        same = [claim for claim in claims if claim.kind == kind]
        assert all(a.end <= b.start for a, b in pairwise(same))


def test_a_length_in_words_leaves_room() -> None:
    exact, loose = only("It is a 3:30 track.").value, only("It lasts three and a half minutes.").value
    assert isinstance(exact, Length) and isinstance(loose, Length)
    assert exact.duration_s == loose.duration_s == 210 and exact.tolerance_s < loose.tolerance_s


def test_a_long_text_is_read_quickly() -> None:
    text = "In A minor at 96 BPM, the chords Am, F, C and G loop; the second chorus enters at 1:58 with piano. " * 100
    start_s = time.perf_counter()
    assert len(find_claims(text)) == 500
    assert time.perf_counter() - start_s < 10


@pytest.mark.parametrize(
    "text", ["(" * 5000, "A, " * 3000, "no drums or " * 800, "1:" * 3000, " " * 9000, "in a " * 2000]
)
def test_hostile_repetition_is_read_quickly(text: str) -> None:
    start_s = time.perf_counter()
    find_claims(text)
    assert time.perf_counter() - start_s < 10
