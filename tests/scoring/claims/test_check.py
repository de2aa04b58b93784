"""Verdicts case by case: what agrees, what contradicts, what is left open, and what the reader is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.analysis import Analysis, Measured
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.check import checked
from musicflamingo_app.scoring.claims.check_key import relation
from musicflamingo_app.scoring.claims.values import CheckedClaim
from tests.scoring.claims.songs import BALLAD, BY, WALTZ, grid

NOTHING = Analysis(duration_s=100.0)


def only(text: str, analysis: Analysis) -> CheckedClaim:
    (item,) = checked(text, analysis)
    return item


@pytest.mark.parametrize(
    ("text", "result", "note"),
    [
        ("It is at 96 BPM.", "agrees", ""),
        ("It is at 99.8 BPM.", "agrees", ""),
        ("It is at 101 BPM.", "contradicts", ""),
        ("It is at 48 BPM.", "agrees", "The text counts half the measured tempo."),
        ("It is at 192 BPM.", "agrees", "The text counts double the measured tempo."),
        ("It is between 90 and 100 BPM.", "agrees", ""),
        ("The chorus is at 120 BPM.", "contradicts", ""),
        ("It is in A minor.", "agrees", ""),
        ("It is in C major.", "contradicts", "The text names the relative key."),
        ("It is in E minor.", "contradicts", "The text names the key a fifth above."),
        ("It is in A major.", "contradicts", "The text names the parallel key."),
        ("It is in F♯ minor.", "contradicts", ""),
        ("The mode is A dorian, and it is in A dorian.", "agrees", "The mode differs, the tonic and third do not."),
        ("It is in D minor.", "unchecked", "It is heard from 1:50 to 2:10."),
        ("The bridge modulates to D minor.", "agrees", ""),
        ("The bridge modulates to E major.", "contradicts", ""),
        ("It is in 4/4.", "agrees", ""),
        ("It is in cut time.", "agrees", "The text counts bars of half or double the length."),
        ("It is in 3/4.", "contradicts", ""),
        ("In the bridge the metre is 3/4.", "unchecked", "Only the metre of the whole recording is measured."),
        ("The bridge moves from Dm to Bb.", "agrees", ""),
        ("The chorus moves from Dm to Bb.", "contradicts", ""),
        ("The chorus moves from F to Am7.", "contradicts", "These chords are heard, in another order."),
        ("The progression is F-C-G-Am.", "agrees", ""),
        ("It loops F-C-G-Am.", "agrees", ""),
        ("It loops Am-F-G-C.", "contradicts", "These chords are heard, in another order."),
        ("The loop is i-VI-III-VII.", "agrees", ""),
        ("The loop is I-V-vi-IV.", "unchecked", "It is heard, counted from another tonic."),
        ("It rests on an Am7 chord.", "agrees", "The measured chord is Am."),
        ("It opens on an F major chord.", "contradicts", ""),
        ("It opens on an A minor chord.", "agrees", ""),
        ("It rests on an A5 chord.", "agrees", "The measured chord is Am."),
        ("The chords are A5, F5 and C5.", "unchecked", "The roots agree; such chords are often heard as plain ones."),
        ("It starts in A minor and ends in A minor.", "agrees", ""),
        ("It ends in D minor.", "contradicts", "The text names the key a fifth below."),
        ("It rests on an E♭7 chord.", "contradicts", ""),
        ("It rests on an F minor chord.", "contradicts", "On this root F is heard."),
        ("The second chorus enters at 1:31.", "agrees", ""),
        ("The second chorus enters at 1:58.", "contradicts", ""),
        ("The second chorus enters at 2:11.", "unchecked", "By its order it is number 3 of 3."),
        ("The second chorus enters at bar 37.", "agrees", ""),
        ("The bridge (1:50-2:10) is quiet.", "agrees", ""),
        ("The bridge (1:50-2:30) is quiet.", "contradicts", ""),
        ("The fourth chorus enters at 3:05.", "contradicts", "Only 3 of its kind were measured."),
        ("The outro begins at 9:05.", "contradicts", ""),
        ("The solo begins at 1:05.", "unchecked", "No solo was measured."),
        ("It opens with an intro.", "agrees", ""),
        ("It opens with a chorus.", "contradicts", ""),
        ("It is a 3:22 track.", "agrees", ""),
        ("It is a 3:45 track.", "contradicts", ""),
        ("It is a three-minute song.", "agrees", ""),
        ("It is a five-minute song.", "contradicts", ""),
        ("A piano is heard.", "agrees", ""),
        ("A flute is heard.", "unchecked", "Quiet or short passages may be missed."),
        ("A guitar is heard.", "unchecked", "The score is too low to tell."),
        ("Drums are heard.", "contradicts", ""),
        ("There are no drums.", "agrees", ""),
        ("There is no piano.", "contradicts", ""),
        ("A male singer is heard.", "contradicts", "A female voice is heard, with a score of 70 %."),
    ],
)
def test_a_claim_about_the_ballad(text: str, result: str, note: str) -> None:
    verdict = checked(text, BALLAD)[0].verdict
    assert (verdict.result, verdict.note) == (result, note), verdict


def test_the_measured_value_is_shown() -> None:
    assert only("It is at 120 BPM.", BALLAD).verdict.sentence == "Measured: 96 BPM, 87 % sure."
    assert only("It is in E major.", BALLAD).verdict.sentence == "Measured: A minor, 80 % sure."
    assert only("It is a 3:45 track.", BALLAD).verdict.sentence == "Measured: 3:22."
    assert only("The bridge starts at 2:05.", BALLAD).verdict.sentence == "Measured: bridge from 1:50 to 2:10."


def test_keys_are_compared_by_sound() -> None:
    assert only("It is in D♯ major.", WALTZ).verdict.result == "agrees"
    assert only("It is in D sharp minor.", WALTZ).verdict.note == "The text names the parallel key."


def test_unnamed_sections_are_left_open() -> None:
    assert only("The chorus enters at 1:15.", WALTZ).verdict.result == "unchecked"


@pytest.mark.parametrize(
    "text",
    ["It is at 96 BPM.", "It is in A minor.", "It is in 4/4.", "The chords are Am, F, C and G.",
     "An E7 chord opens it.", "The chorus enters at 0:40.", "A piano is heard."],
)  # fmt: skip
def test_what_was_not_measured_is_left_open(text: str) -> None:
    verdict = checked(text, NOTHING)[0].verdict
    assert verdict.result == "unchecked" and "measured" in verdict.sentence


def test_a_near_second_reading_is_left_open() -> None:
    assert BALLAD.key is not None
    torn = replace(BALLAD, key=replace(BALLAD.key, confidence=0.55, alternatives=BALLAD.key.alternatives))
    assert only("It is in C major.", torn).verdict.result == "contradicts"
    close = tuple(replace(other, confidence=0.4) for other in BALLAD.key.alternatives)
    torn = replace(BALLAD, key=replace(BALLAD.key, confidence=0.55, alternatives=close))
    verdict = only("It is in C major.", torn).verdict
    assert (verdict.result, verdict.note) == ("unchecked", "It is the second reading of the recording.")


def test_dotted_beats_are_left_open() -> None:
    jig = replace(BALLAD, tempo=Measured(80.0, 0.9, BY), beats=Measured(grid(80, Metre(6, 8), 60), 0.9, BY))
    assert only("It is at 120 BPM.", jig).verdict.result == "unchecked"
    assert only("It is at 240 BPM.", jig).verdict.result == "agrees"
    assert only("It is in 12/8.", jig).verdict.result == "agrees"
    assert only("It is in 3/4.", jig).verdict.result == "contradicts"


@given(st.floats(60, 180), st.sampled_from([0.5, 1.0, 2.0]), st.floats(0.965, 1.035))
def test_half_and_double_never_contradict(bpm: float, ratio: float, error: float) -> None:
    song = Analysis(duration_s=60.0, tempo=Measured(bpm, 0.9, BY))
    assert only(f"It is at {bpm * ratio * error:.2f} BPM.", song).verdict.result == "agrees"


@given(st.integers(0, 11), st.sampled_from(["major", "minor"]), st.integers(0, 11))
def test_relations_of_keys_move_with_them(tonic: int, mode: str, semitones: int) -> None:
    heard = Key.of(tonic, mode)
    assert relation(heard.relative, heard) == "The text names the relative key."
    assert relation(heard.parallel, heard) == "The text names the parallel key."
    assert relation(heard.transposed(7), heard) == "The text names the key a fifth above."
    other = heard.transposed(semitones)
    assert relation(other, heard) == relation(other.transposed(5), heard.transposed(5))


def band(*players: Playing) -> Analysis:
    return replace(NOTHING, instruments=Measured(players, 0.9, BY))


DRUMS = Playing.of("drums", [(0.0, 60.0, 0.9)])
GUITAR = Playing.of("distorted guitar", [(10.0, 12.5, 0.8)])
DOUBTED = Playing.of("drums", [(0.0, 60.0, 0.3)])


@pytest.mark.parametrize(
    ("text", "analysis", "result"),
    [
        ("There are drums.", band(DRUMS), "agrees"),
        ("There are no drums.", band(DRUMS), "contradicts"),
        ("There is a guitar.", band(DRUMS, GUITAR), "agrees"),
        ("There is a guitar.", band(DRUMS), "unchecked"),  # seldom is everything heard
        ("There are no drums.", band(GUITAR), "agrees"),
        ("There are no drums.", band(DOUBTED), "unchecked"),
        ("There are drums.", band(DOUBTED), "unchecked"),
        ("There is a harp.", band(Playing.of("plucked strings", [(0.0, 60.0, 0.9)])), "unchecked"),
        ("There are no drums.", replace(BALLAD, instruments=Measured((DRUMS,), 0.9, BY)), "contradicts"),
    ],
)
def test_who_is_heard_to_play_is_evidence(text: str, analysis: Analysis, result: str) -> None:
    assert only(text, analysis).verdict.result == result
