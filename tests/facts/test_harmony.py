"""Progressions, cadences, changes of key and chords from outside: on charts whose answer a musician knows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.facts.modulations import fits, relation_of
from musicflamingo_app.facts.progressions import loop_of, progressions
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from tests.facts.making import bundled, cards, charted


def one(chart: str, key: str = "C major", name: str = "verse") -> SongCard:
    return charted([(name, chart)], keys=[(1, key)])


@pytest.mark.parametrize(
    ("bars", "unit"),
    [
        ("abcdabcd", (4, 2)), ("aaaa", (1, 4)), ("abababab", (2, 4)), ("abcdabcdabcdabce", (4, 3)),
        ("abcabd", (6, 1)), ("abcd", (4, 1)), ("a", (1, 1)), ("abab" + "cdefgh", (10, 1)),
    ],
)  # fmt: skip
def test_the_shortest_loop(bars: str, unit: tuple[int, int]) -> None:
    assert loop_of(list(bars)) == unit


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(2, 5))
def test_a_repeated_unit_is_found_or_a_shorter_one(unit: list[int], repeats: int) -> None:
    period, n = loop_of(unit * repeats)
    assert n >= 2 and period <= len(unit)
    assert (unit * repeats)[:period] * n == (unit * repeats)[: period * n]


@pytest.mark.parametrize(
    ("chart", "key", "name", "numerals"),
    [
        ("C | G | A:min | F | C | G | A:min | F", "C major", "the Axis progression", "I V vi IV"),
        ("A:min | F | C | G | A:min | F | C | G", "C major", "the Axis progression", "vi IV I V"),
        ("A:min | F | C | G | A:min | F | C | G", "A minor", "the Axis progression", "i bVI bIII bVII"),
        ("G | E:min | C | D:7 | G | E:min | C | D:7", "G major", "the doo-wop progression", "I vi IV V7"),
        ("A:min | G | F | E | A:min | G | F | E", "A minor", "the Andalusian cadence", "i bVII bVI V"),
        ("D | C | G | D | C | G", "D major", "the double-plagal loop", "I bVII IV"),
        ("F:maj7 D:min7 | G:min7 C:7 | F:maj7 D:min7 | G:min7 C:7", "F major", "the I–vi–ii–V turnaround",
         "Imaj7 vi7 ii7 V7"),
    ],
)  # fmt: skip
def test_loops_known_by_name(chart: str, key: str, name: str, numerals: str) -> None:
    (progression,) = progressions(one(chart, key))
    assert progression.is_loop and progression.is_exact and progression.repeats == 2
    assert [run.name for run in progression.named] == [name]
    assert " ".join(progression.numerals) == numerals


def test_a_rotated_loop_tells_where_it_begins() -> None:
    (progression,) = progressions(one("A:min | F | C | G | A:min | F | C | G"))
    assert progression.named[0].turn == 2


def test_pachelbel_and_the_twelve_bar_blues() -> None:
    (canon,) = progressions(one("D | A | B:min | F#:min | G | D | G | A", "D major"))
    assert [run.name for run in canon.named] == ["the Pachelbel sequence"]
    blues = "A:7 | D:7 | A:7 | A:7 | D:7 | D:7 | A:7 | A:7 | E:7 | D:7 | A:7 | E:7"
    (found,) = progressions(one(blues, "A major"))
    assert [run.name for run in found.named] == ["the twelve-bar blues"]
    (twice,) = progressions(one(f"{blues} | {blues}", "A major"))
    assert twice.repeats == 2 and [run.name for run in twice.named] == ["the twelve-bar blues"]
    (not_blues,) = progressions(one(blues.replace("| E:7 | D:7 |", "| F:7 | D:7 |"), "A major"))
    assert "the twelve-bar blues" not in [run.name for run in not_blues.named]


def test_falling_fifths_and_two_five_one_with_their_times() -> None:
    (progression,) = progressions(one("C | D:min7 | G:7 | C | A:min | D:min | G | C", "C major"))
    rows = [(run.name, run.interval.start_s, len(run.chords)) for run in progression.named]
    assert rows == [("ii–V–I", 2.0, 3), ("the circle of fifths", 8.0, 4)]


def test_repetitions_that_differ_in_colour_are_one_loop_by_what_they_share() -> None:
    (progression,) = progressions(one("D:min | A:7/3 | D:min | A:7", "D minor"))
    assert progression.repeats == 2 and [str(chord) for chord in progression.chords] == ["D:min", "A:7"]
    (triads,) = progressions(one("C:maj7 | F | C:6 | F:maj7".replace("C:6", "C:maj6")))
    assert [str(chord) for chord in triads.chords] == ["C:maj", "F:maj"]


@pytest.mark.parametrize(
    ("chart", "key", "kind"),
    [
        ("C | F | G | C", "C major", "authentic"),
        ("C | F | G:7 | C", "C major", "authentic"),
        ("C | F | B:dim | C", "C major", "authentic"),
        ("A:min | D:min | E:7 | A:min", "A minor", "authentic"),
        ("A:min | D:min | E:7 | A", "A minor", "authentic"),
        ("C | G | F | C", "C major", "plagal"),
        ("C | G | F:min | C", "C major", "plagal"),
        ("C | A:min | F | G", "C major", "half"),
        ("A:min | F | D:min | E", "A minor", "half"),
        ("C | F | G | A:min", "C major", "deceptive"),
        ("A:min | D:min | E | F", "A minor", "deceptive"),
        ("A:min | D:min | E:min | A:min", "A minor", None),
        ("C | F | G | C/5", "C major", None),
        ("C | F | G | C:7", "C major", None),
        ("C | E:min | A:min | F", "C major", None),
        ("C | D:min | F | G:sus4 G", "C major", "half"),
    ],
)
def test_cadences(chart: str, key: str, kind: str | None) -> None:
    found = harmony_of(one(chart, key)).cadences
    assert [cadence.kind for cadence in found] == ([kind] if kind else [])


def test_a_cadence_says_where_it_arrives() -> None:
    chart = "C | A:min | D:min | G | C | F | G:7 | C"
    first, last = harmony_of(one(chart)).cadences
    assert (first.kind, first.time_s, first.bar, first.ends_section) == ("half", 6.0, 4, False)
    assert (last.kind, last.time_s, last.bar, last.ends_section) == ("authentic", 14.0, 8, True)
    assert last.numerals == ("V7", "I") and last.interval.start_s == 12.0


def test_phrases_inside_a_loop_are_no_endings() -> None:
    found = harmony_of(one("C | F | C | G | C | F | C | G")).cadences
    assert [(cadence.kind, cadence.ends_section) for cadence in found] == [("half", True)]


def test_without_a_key_there_are_no_cadences_and_no_numerals() -> None:
    from dataclasses import replace

    card = replace(one("C | F | G | C"), key=None, key_regions=None)
    harmony = harmony_of(card)
    assert harmony.cadences == harmony.chromatic == () and harmony.progressions[0].numerals == ()


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        ("C major", "A minor", "the relative minor"), ("A minor", "C major", "the relative major"),
        ("C major", "C minor", "the parallel minor"), ("E minor", "E major", "the parallel major"),
        ("C major", "G major", "the key of the dominant"), ("C major", "F major", "the key of the subdominant"),
        ("C major", "Db major", "a semitone up"), ("C major", "D major", "a whole tone up"),
        ("F major", "Ab major", "a minor third up"), ("Ab major", "F major", "a minor third down"),
        ("C major", "Gb major", "a tritone away"), ("C major", "G minor", "the minor key of the dominant"),
        ("C major", "B major", "a semitone down"),
    ],
)  # fmt: skip
def test_relations_of_keys(old: str, new: str, relation: str) -> None:
    assert relation_of(Key.parse(old), Key.parse(new)) == relation


def test_a_modulation_with_its_own_chords_before_it() -> None:
    (change,) = harmony_of(bundled("late-ferry-home")).modulations
    assert (str(change.old), str(change.new), change.time_s, change.bar) == ("F major", "Ab major", 26.341, 11)
    assert [str(segment.label) for segment in change.approach] == ["Bb:min7", "Eb:7"] and change.pivot is None


def test_a_pivot_chord_and_the_way_back() -> None:
    chart = "C | F | G | C | A:min | D:7 | G | D | G | C | F | G | C | C"
    card = charted([("verse", chart)], keys=[(1, "C major"), (7, "G major"), (11, "C major")])
    there, back = harmony_of(card).modulations
    assert there.pivot and str(there.pivot.label) == "A:min" and str(there.approach[0].label) == "D:7"
    assert not there.is_return and back.is_return and back.relation == "the key of the subdominant"


def test_secondary_dominants_and_borrowed_chords() -> None:
    card = one("C | A:7 | D:min | G:7 | C | F:min | C | Bb | C | D | C | E:maj7")
    rows = [(c.kind, str(c.segment.label), c.numeral) for c in harmony_of(card).chromatic]
    assert rows == [
        ("secondary dominant", "A:7", "V7/ii"),
        ("borrowed", "F:min", "iv"),
        ("borrowed", "Bb:maj", "bVII"),
    ]


def test_the_chords_of_a_minor_key_are_its_own() -> None:
    for name in ("A:min", "B:dim", "C", "D:min", "E:min", "E:7", "F", "G", "G#:dim", "G#:dim7"):
        assert fits(Chord.parse(name), Key.parse("A minor")), name
    assert not fits(Chord.parse("D"), Key.parse("A minor")) and not fits(
        Chord.parse("E:min7(#5)"), Key.parse("A major")
    )


@given(cards())
@settings(max_examples=80, deadline=None)
def test_harmony_of_anything_stays_inside_the_card(card: SongCard) -> None:
    harmony = harmony_of(card)
    keys = {region.label for region in card.keys}
    for progression in harmony.progressions:
        assert progression.repeats * len(progression.loop) <= len(progression.cells)
        assert {chord.root for chord in progression.chords} <= {chord.root for chord in card.distinct_chords}
    for cadence in harmony.cadences:
        assert cadence.key in keys | ({card.key.value} if card.key else set())
        assert set(cadence.chords) <= set(card.distinct_chords) and cadence.interval.end_s <= card.duration_s + 1e-6
        assert 0.0 <= cadence.confidence <= 1.0
    for change in harmony.modulations:
        assert change.old != change.new and {change.old, change.new} <= keys
    for found in harmony.chromatic:
        assert not fits(found.segment.label, found.key)


def test_a_chord_that_returns_home_leads_nowhere() -> None:
    """C-Cm6-G before E minor: D# is in the leading chord of E minor, yet the music is back on G first."""
    chart = "G | D | C | C:min6 | G | G | E:min | A:min | B:7 | E:min"
    harmony = harmony_of(charted([("verse", chart)], keys=((1, "G major"), (7, "E minor"))))
    assert harmony.modulations[0].approach == ()
    assert "Cm6" in [found.segment.label.pretty for found in harmony.chromatic]
