"""Chords are told where they are clear, and nothing is told elsewhere."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.music.chord import QUALITIES, Chord
from musicflamingo_app.music.pitch import Degree, Pitch
from train.scores.read import read
from train.scores.sonorities import CLEAR, chord_of, clear_chords, degree_above
from train.scores.written import Tone


def together(names: str, start: float = 0, length: float = 1) -> list[Tone]:
    """Notes from the lowest up."""
    pitches, floor = [], 36
    for name in names.split():
        floor += (Pitch.parse(name).pitch_class - floor) % 12
        pitches.append(floor)
    rows = zip(names.split(), pitches, strict=True)
    return [Tone(start, length, pitch, Pitch.parse(name), index) for index, (name, pitch) in enumerate(rows)]


roots = st.integers(-6, 8).map(Pitch.from_fifths)


@given(roots, st.sampled_from(CLEAR), st.integers(0, 3), st.randoms())
def test_every_clear_chord_is_known_in_every_position(root: Pitch, quality: str, place: int, random: object) -> None:
    tones = [root, *(root.above(Degree.parse(text)) for text in QUALITIES[quality])]
    bass = tones[place % len(tones)]
    upper = [tone for tone in tones if tone != bass]
    random.shuffle(upper)  # type: ignore[attr-defined]
    found = chord_of(together(" ".join(str(tone) for tone in (bass, *upper))))
    assert found is not None
    assert (found.root, found.quality, found.bass_pitch) == (root, quality, bass)


@pytest.mark.parametrize(
    ("names", "chord"),
    [
        ("C E G", "C:maj"),
        ("E G C C", "C:maj/3"),
        ("A C E G", "A:min7"),
        ("C E G A", "A:min7/b3"),  # in thirds, so no sixth
        ("B D F Ab", "B:dim7"),
        ("D F Ab Cb", "D:dim7"),  # the same keys of a piano
        ("C E", None),  # no fifth
        ("C F G", None),  # a suspension is on its way elsewhere
        ("C D# G", None),
        ("", None),
    ],
)
def test_the_spelling_tells_the_root(names: str, chord: str | None) -> None:
    assert chord_of(together(names)) == (Chord.parse(chord) if chord else None)


@given(roots, st.sampled_from([Degree(number, marks) for number in range(1, 8) for marks in (-1, 0, 1)]))
def test_degrees_above_a_root_are_found_again(root: Pitch, degree: Degree) -> None:
    assert degree_above(root, root.above(degree)) == degree


def test_a_chorale_is_read_and_equal_neighbours_are_one(chorale: Path) -> None:
    score = read(chorale)
    assert score is not None
    told = [(one.start, one.end, str(one.chord)) for one in clear_chords(score.tones)]
    assert told == [
        (0, 1, "G:maj"), (1, 2, "C:maj"), (2, 3, "G:maj/3"), (3, 4, "A:min"), (4, 5, "D:maj"), (5, 7, "D:7"),
        (7, 9, "G:maj"),
    ]  # fmt: skip


def test_a_passing_note_within_a_chord_is_part_of_it_and_a_suspension_is_not_told() -> None:
    held = [tone for tone in together("C E G", length=2) if str(tone.name) != "E"]
    rows = ((0, 0.75, 52, "E"), (0.75, 0.5, 53, "F"), (1.25, 0.75, 52, "E"))
    passing = [Tone(start, length, pitch, Pitch(name), 1) for start, length, pitch, name in rows]
    assert [(one.start, one.end, str(one.chord)) for one in clear_chords([*held, *passing])] == [(0, 2, "C:maj")]
    late = [Tone(0, 1, 53, Pitch("F"), 1), Tone(1, 1, 52, Pitch("E"), 1)]
    assert [(one.start, one.end, str(one.chord)) for one in clear_chords([*held, *late])] == [(1, 2, "C:maj")]
