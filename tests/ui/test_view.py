import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.values import Track
from musicflamingo_app.music.analysis import Analysis, Measured
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import FUNCTIONS, Section
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.ui.facts import facts
from musicflamingo_app.ui.view import section_names, track_view
from musicflamingo_app.ui.words import certainty, sharps_and_flats, spoken_chord
from tests.ui.fake_studio import make_track
from tests.ui.synthetic import provenance, song_analysis, with_band


def track_of(analysis: Analysis) -> Track:
    return make_track(1, "Song", analysis)


def small(chords: list[tuple[float, float, str]], *, key: str | None = None, n_beats: int = 8) -> Analysis:
    grid = BeatGrid.of([0.5 * i for i in range(n_beats)], [2.0 * i for i in range(n_beats // 4)], Metre(4, 4))
    timeline = Timeline.of((a, b, Chord.parse(text)) for a, b, text in chords)
    return Analysis(
        duration_s=0.5 * n_beats,
        beats=Measured(grid, 1.0, provenance("t")),
        chords=Measured(timeline, 1.0, provenance("t")),
        key=Measured(Key.parse(key), 1.0, provenance("t")) if key else None,
    )


def test_the_document_is_plain_json_and_small() -> None:
    analysis = song_analysis(300)
    text = json.dumps(track_view(track_of(analysis), analysis), allow_nan=False)
    assert len(text) < 150_000


def test_chords_are_spelled_and_numbered_in_the_key_that_sounds() -> None:
    analysis = small([(0.0, 2.0, "A#:maj"), (2.0, 4.0, "D#:7/3")], key="Bb major")
    chords = track_view(track_of(analysis), analysis)["chords"]
    assert [chord["name"] for chord in chords] == ["B♭", "E♭7/G"]
    assert [chord["roman"] for chord in chords] == ["I", "IV7/3"]


def test_a_chord_after_the_modulation_is_spelled_in_the_new_key() -> None:
    analysis = song_analysis(56, transpose=3)  # E flat major, then F major
    view = track_view(track_of(analysis), analysis)
    assert [row["name"] for row in view["keys"]] == ["E♭ major", "F major"]
    last = [chord for chord in view["chords"] if chord["s"] > view["keys"][1]["s"]]
    assert any(chord["name"].startswith("B♭") for chord in last)
    assert not any(chord["name"].startswith("A♯") for chord in last)


def test_without_key_chords_keep_their_name_and_have_no_numeral() -> None:
    analysis = small([(0.0, 4.0, "A#:min")])
    (chord,) = track_view(track_of(analysis), analysis)["chords"]
    assert (chord["name"], chord["roman"]) == ("A♯m", "")


def test_no_chord_has_no_colour_and_no_numeral() -> None:
    analysis = small([(0.0, 4.0, "N")], key="C major")
    (chord,) = track_view(track_of(analysis), analysis)["chords"]
    assert (chord["name"], chord["fifth"], chord["roman"]) == ("N.C.", None, "")


def test_colour_follows_the_circle_of_fifths() -> None:
    analysis = small([(0.0, 1.0, "C:maj"), (1.0, 2.0, "G:maj"), (2.0, 3.0, "D:min"), (3.0, 4.0, "F:maj")])
    chords = track_view(track_of(analysis), analysis)["chords"]
    assert [(chord["fifth"], chord["minor"]) for chord in chords] == [(0, False), (1, False), (2, True), (11, False)]


def test_bars_tell_which_chord_sounds_from_which_beat() -> None:
    analysis = small([(0.0, 1.0, "C:maj"), (1.0, 2.0, "F:maj"), (2.0, 4.0, "G:maj")])
    first, second = track_view(track_of(analysis), analysis)["bars"]
    assert first["chords"] == [(0, 1, False), (1, 3, False)]
    assert second["chords"] == [(2, 1, False)]


def test_a_chord_over_the_bar_line_is_held() -> None:
    analysis = small([(0.0, 4.0, "C:maj")])
    first, second = track_view(track_of(analysis), analysis)["bars"]
    assert (first["chords"], second["chords"]) == ([(0, 1, False)], [(0, 1, True)])


def test_a_chord_a_hair_before_the_bar_line_belongs_to_the_bar_it_opens() -> None:
    analysis = small([(0.0, 1.95, "C:maj"), (1.95, 4.0, "G:maj")])
    first, second = track_view(track_of(analysis), analysis)["bars"]
    assert (first["chords"], second["chords"]) == ([(0, 1, False)], [(1, 1, False)])


def test_the_pickup_is_bar_nought() -> None:
    grid = BeatGrid.of([0.0, 0.5, 1.0, 1.5, 2.0, 2.5], [1.0], Metre(4, 4))
    analysis = Analysis(3.0, beats=Measured(grid, 1.0, provenance("t")))
    view = track_view(track_of(analysis), analysis)
    assert [bar["n"] for bar in view["bars"]] == [0, 1]
    assert view["beats"]["bar"] == [0, 0, 1, 1, 1, 1]
    assert len(view["beats"]["t"]) == len(view["beats"]["pos"]) == len(view["beats"]["bar"])


def test_nothing_measured_still_makes_a_document() -> None:
    analysis = Analysis(12.5)
    view = track_view(track_of(analysis), analysis)
    assert view["duration"] == 12.5
    assert view["chords"] == view["keys"] == view["sections"] == view["bars"] == view["facts"] == []


def test_failures_are_told_in_words() -> None:
    analysis = song_analysis(8)
    (failure,) = track_view(track_of(analysis), analysis)["failures"]
    assert failure == {
        "aspect": "Instruments and tags",
        "engine": "musicnn",
        "sentence": "musicnn's weights are not installed.",
    }


def test_credits_reach_the_page() -> None:
    analysis = song_analysis(8)
    rows = track_view(track_of(analysis), analysis)["provenance"]
    beats = next(row for row in rows if row["aspect"] == "Beats and bars")
    assert "CC BY 4.0" in beats["credit"] and beats["certainty"] == "sure"


def test_sections_know_their_bars() -> None:
    analysis = song_analysis(56)
    sections = track_view(track_of(analysis), analysis)["sections"]
    assert [row["bars"] for row in sections][:3] == [[1, 4], [5, 12], [13, 20]]
    numbered = [n for row in sections for n in range(row["bars"][0], row["bars"][1] + 1)]
    assert numbered == list(range(1, 57))


def test_what_plays_stands_row_by_row_the_longest_first() -> None:
    analysis = with_band(song_analysis(56))
    rows = track_view(track_of(analysis), analysis)["instruments"]
    assert [row["name"] for row in rows][:3] == ["Bass", "Drums", "Voice"] and rows[-1]["name"] == "Saxophone and reeds"
    assert [row["share"] for row in rows] == sorted((row["share"] for row in rows), reverse=True)
    assert rows[0] == {"name": "Bass", "c": 0.88, "share": 1.0, "parts": [{"s": 0.0, "e": 113.0, "c": 0.88}]}
    bells = next(row for row in rows if row["name"] == "Bells and mallets")
    assert [(part["s"], part["e"]) for part in bells["parts"]] == [(0.0, 8.5), (104.5, 113.0)]
    told = next(
        row for row in track_view(track_of(analysis), analysis)["provenance"] if row["engine"] == "our instruments"
    )
    assert told["aspect"] == "What plays when"


def test_where_nobody_measured_what_plays_there_is_no_row() -> None:
    assert track_view(track_of(song_analysis(8)), song_analysis(8))["instruments"] == []


def test_functions_that_come_again_are_counted_and_letters_are_not() -> None:
    form = [Section("A", "intro"), Section("B", "verse"), Section("B'", "verse"), Section("C'"), Section("C'")]
    assert section_names(form) == ["Intro", "Verse 1", "Verse 2", "C′", "C′"]


@given(st.lists(st.builds(Section, st.sampled_from("ABC"), st.sampled_from([*FUNCTIONS, None]))))
def test_names_of_functions_are_never_given_twice(form: list[Section]) -> None:
    named = [name for section, name in zip(form, section_names(form), strict=True) if section.function]
    assert len(named) == len(set(named))


def test_where_no_beat_is_found_there_is_no_metre_but_free_time() -> None:
    free = replace(song_analysis(8), beats=Measured(BeatGrid(), 0.0, provenance("t")), tempo=None)
    rows = {row["aspect"]: row for row in facts(free)}
    assert rows["metre"]["value"] == "free time" and "tempo" not in rows
    assert track_view(track_of(free), free)["metre"] is None


def test_facts_carry_certainty_and_alternatives() -> None:
    rows = {row["aspect"]: row for row in facts(song_analysis(8))}
    assert rows["tempo"]["value"] == "120 BPM"
    assert rows["tempo"]["alt"] == [["60 BPM", 0.08], ["240 BPM", 0.02]]
    assert rows["key"]["about"] == "Camelot 8B, no sharps or flats"
    assert rows["tuning"]["value"] == "−8 cents"
    assert rows["loudness"]["value"] == "−12.4 LUFS"
    assert "swing" not in rows


@pytest.mark.parametrize(
    ("ratio", "confidence", "value"),
    [(1.96, 0.8, "swung 2:1"), (1.02, 0.8, "straight"), (1.2, 0.9, None), (2.0, 0.3, None)],
)
def test_swing_is_a_fact_where_it_is_clear(ratio: float, confidence: float, value: str | None) -> None:
    analysis = song_analysis(8)
    assert analysis.beats is not None
    swung = replace(analysis, swing=Measured(ratio, confidence, analysis.beats.provenance))
    rows = {row["aspect"]: row for row in facts(swung)}
    assert rows.get("swing", {}).get("value") == value
    assert track_view(track_of(swung), swung)["provenance"]


@pytest.mark.parametrize(
    ("harte", "spoken"),
    [
        ("A:min7/b7", "A minor seventh over G"),
        ("Bb:maj", "B flat major"),
        ("F#:sus4", "F sharp suspended fourth"),
        ("C:7(b9)", "C seventh altered"),
        ("N", "no chord"),
        ("X", "unknown chord"),
    ],
)
def test_chords_are_read_aloud(harte: str, spoken: str) -> None:
    assert spoken_chord(Chord.parse(harte)) == spoken


def test_words_of_certainty() -> None:
    assert [certainty(c) for c in (0.9, 0.7, 0.3, None)] == ["sure", "likely", "unsure", "not rated"]
    assert [sharps_and_flats(n) for n in (0, 1, -3)] == ["no sharps or flats", "1 sharp", "3 flats"]
