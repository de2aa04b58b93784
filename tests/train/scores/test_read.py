"""What is read from a score: notes, bars, key; and what is refused."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from train.scores.read import pickup_of, read, told_key
from train.scores.written import Tone

TUNE = """X:7
T:A tune
M:6/8
L:1/8
K:D
|:A|d2d fed|cBc e2A|d2d fed|c2A d2:|
"""


def test_a_tune_is_read_with_its_repeat_pickup_and_key() -> None:
    tune = read(TUNE)
    assert tune is not None
    assert (tune.metre, tune.beat, tune.pickup, tune.n_parts) == (Metre(6, 8), 1.5, 0.5, 1)
    assert tune.key == Key.parse("D major")
    once = "A4 D5 D5 F#5 E5 D5 C#5 B4 C#5 E5 A4 D5 D5 F#5 E5 D5 C#5 A4 D5"
    assert " ".join(f"{tone.name}{tone.pitch // 12 - 1}" for tone in tune.tones) == f"{once} {once}"
    assert tune.end == 2 * 4 * 3


@pytest.mark.parametrize(
    ("change", "into"),
    [
        ("cBc e2A", "cBc e2"),  # a bar that is too short
        ("cBc e2A", "cBc e2AA"),
        ("cBc e2A|", "cBc e2A|\nM:3/4\n"),  # another metre
        ("cBc e2A|", "cBc e2A|[M:3/4]"),
        ("M:6/8", "M:3/8"),  # whether its beat is one or three nobody tells
        ("d2d fed|cBc e2A|d2d fed|", ""),  # too little of it
        ("d2d fed|", "d2d fed|" * 100),  # played twice, more than one tune
    ],
)
def test_what_does_not_add_up_is_refused(change: str, into: str) -> None:
    assert change in TUNE
    assert read(TUNE.replace(change, into)) is None


@pytest.mark.parametrize(
    ("named", "key"),
    [("Bm", None), ("Dmix", None), ("G", None), ("D", "D major")],
)
def test_a_key_that_the_notes_contradict_is_not_told(named: str, key: str | None) -> None:
    tune = read(TUNE.replace("K:D", f"K:{named}").replace("c", "^c").replace("f", "^f"))
    assert tune is not None
    assert tune.key == (Key.parse(key) if key else None)


def test_two_halves_are_heard_as_two_quarters() -> None:
    tune = read(
        TUNE.replace("6/8", "2/2").replace("|:A|d2d fed|cBc e2A|d2d fed|c2A d2:|", "|:d2d2 f2ed|c2B2 c2e2:|" * 3)
    )
    assert tune is not None
    assert (tune.metre, tune.beat) == (Metre(2, 4), 2.0)


bars = st.integers(2, 6).map(lambda eighths: Fraction(eighths, 2))


@given(bars, st.lists(st.fractions(0, 1, max_denominator=6), min_size=1, max_size=8), st.fractions(0, 1))
def test_bars_cut_at_repeats_add_up_and_their_pickup_is_found(
    bar: Fraction, cuts: list[Fraction], pickup: Fraction
) -> None:
    lengths = [bar * pickup, *(part for cut in cuts for part in (bar * cut, bar * (1 - cut)))]
    assert pickup_of(lengths, bar) == bar * pickup % bar
    assert pickup_of([*lengths, bar * Fraction(2, 3), bar * Fraction(2, 3)], bar) is None


@pytest.mark.parametrize(
    ("sharps", "last", "sixth", "key"),
    [
        (1, "G", 64, "G major"),
        (1, "E", 60, "E minor"),
        (0, "D", 70, "D minor"),  # written with one flat less, and the sixth lowered
        (0, "D", 71, "D dorian"),
        (0, "G", 64, None),
        (0, "E", 64, None),
    ],
)
def test_a_signature_and_the_last_bass_tell_the_key(sharps: int, last: str, sixth: int, key: str | None) -> None:
    tones = [Tone(0, 1, sixth, Pitch("C"), 0)]
    assert told_key(sharps, Pitch.parse(last), tones) == (Key.parse(key) if key else None)


def test_the_mode_beside_a_signature_is_not_believed_where_there_are_parts(chorale: Path) -> None:
    text = chorale.read_text("utf-8")
    assert "<fifths>1</fifths>" in text
    chorale.write_text(text.replace("<fifths>1</fifths>", "<fifths>4</fifths><mode>major</mode>"), "utf-8")
    low = chorale.with_name("low.musicxml")
    low.write_text(text.replace("<fifths>1</fifths>", "<fifths>-2</fifths><mode>major</mode>"), "utf-8")
    high, minor = read(chorale), read(low)
    assert high is not None and minor is not None
    assert (high.key, minor.key) == (None, Key.parse("G minor"))


def test_parts_and_fermatas_are_read_from_musicxml(chorale: Path) -> None:
    score = read(chorale)
    assert score is not None
    assert (score.n_parts, score.metre, score.pickup, score.key) == (4, Metre(4, 4), 1.0, Key.parse("G major"))
    assert score.held == ((7.0, 9.0),)
    bass = [(tone.start, tone.length, str(tone.name)) for tone in score.tones if tone.part == 3]
    assert bass == [(0, 1, "G"), (1, 1, "C"), (2, 1, "B"), (3, 1, "A"), (4, 1, "D"), (5, 2, "D"), (7, 2, "G")]
