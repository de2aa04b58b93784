import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from db import analyses, migrate, search, search_index
from db.session import Database, database_url
from db.values import SORT_COLUMNS, TrackPage, TrackQuery, camelot_neighbours
from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.analysis_json import analysis_from_json
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import progression_patterns, progression_tokens
from train.benchmarks.filled_library import fill
from train.benchmarks.library import QUERIES, measure


@pytest.fixture
def find(database):
    def finding(**wanted: object) -> list[str]:
        query = TrackQuery(**{"sort": "title", "descending": False, **wanted})
        with database.read() as session:
            return [track.title for track in search.search(session, query).rows]

    return finding


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """200 invented tracks."""
    url = database_url(tmp_path_factory.mktemp("filled") / "library.sqlite")
    migrate.upgrade(url)
    database = Database(url)
    fill(database, 200)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["AC/DC live", "Björk's song", "Golden Brown", "!!!"]),
        ("golden", ["Golden Brown"]),
        ("GOLD bro", ["Golden Brown"]),
        ("brown golden", ["Golden Brown"]),
        ("olden", []),
        ("bjork", ["Björk's song"]),
        ("björk’s", ["Björk's song"]),
        ("stran", ["Golden Brown"]),  # the artist
        ("ac/dc", ["AC/DC live"]),
        ("AC-DC", ["AC/DC live"]),
        ("waltz", ["Golden Brown"]),  # the genre
        ("feline", ["Golden Brown"]),  # the album
        ("take-3", ["Björk's song"]),  # the file's name
        ("!!!", ["!!!"]),
        ("! golden", []),
        ("maj", []),
    ],
)
def test_words_find_tracks(add, find, typed, found):
    add("Golden Brown", artist="The Stranglers", genre="waltz", album="La Folie / Feline", chords="C:maj G:maj")
    add("Björk's song", original_name="bjoerk_take-3.wav")
    add("AC/DC live")
    add("!!!")
    assert sorted(find(text=typed)) == sorted(found)


HOSTILE = [
    '"', '""', "'", "*", "-", "NEAR(", "a NEAR b", "title:x", "{title}", "a AND", "OR", "NOT x", "^a", "a*b", "\0",
    "(", ")", "+", "a\0b", "chords : 0M", "; DROP TABLE track", "%", "_", "\\", "é" * 400, "a " * 400, "0M 7M",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_words_find_nothing_and_break_nothing(filled, typed):
    with filled.read() as session:
        search.search(session, TrackQuery(text=typed))
        assert session.execute(text("SELECT count(*) FROM track")).scalar_one() == 200


@settings(max_examples=200, deadline=None)
@given(
    typed=st.text(max_size=40) | st.text(alphabet="ab \"*-()^:{}+\0NEAR'", max_size=20),
    metre=st.none() | st.text(max_size=5),
    low=st.none() | st.floats(),
    high=st.none() | st.floats(),
    sort=st.sampled_from(SORT_COLUMNS),
    descending=st.booleans(),
    limit=st.integers(),
    offset=st.integers(),
)
@example(typed="\ud800 a", metre=None, low=None, high=None, sort="bpm", descending=True, limit=10**30, offset=-(10**30))
def test_no_query_raises_and_the_total_is_true(filled, typed, metre, low, high, sort, descending, limit, offset):
    asked = {"text": typed, "metre": metre, "bpm_min": low, "bpm_max": high, "bpm_half_double": True}
    with filled.read() as session:
        page = search.search(session, TrackQuery(**asked, sort=sort, descending=descending, limit=limit, offset=offset))
        every = search.search(session, TrackQuery(**asked, sort=sort, descending=descending, limit=500))
    assert page.total == every.total == len(every.rows)
    assert page.rows == every.rows[max(0, offset) :][: min(500, max(0, limit))]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(("I", "ii", "iii", "IV", "V", "vi", "bVII", "V7", "ii7")), min_size=1, max_size=5)
    | st.lists(st.sampled_from(("C", "G", "Am", "F", "Dm7", "E7", "Bb")), min_size=1, max_size=4)
)
def test_a_progression_finds_exactly_the_tracks_that_have_it(filled, tokens_by_id, words):
    progression = "-".join(words)
    with filled.read() as session:
        found = search.search(session, TrackQuery(progression=progression, limit=500)).rows
    patterns = [f" {' '.join(pattern)} " for pattern in progression_patterns(progression)]
    wanted = {i for i, tokens in tokens_by_id().items() if any(pattern in f" {tokens} " for pattern in patterns)}
    assert {track.id for track in found} == wanted


@pytest.fixture(scope="module")
def tokens_by_id(filled) -> Callable[[], dict[int, str]]:
    """Gives the chords of each track as words, from its stored document. (A function: hypothesis prints arguments.)"""
    found = {}
    with filled.read() as session:
        for track in search.search(session, TrackQuery(limit=500)).rows:
            stored = analysis_from_json(json.loads(analyses.get(session, track.id).document))
            assert stored.chords is not None
            found[track.id] = " ".join(progression_tokens(stored.chords.value))
    return lambda: found


def test_a_progression_in_words_and_any_key(add, find):
    add("In C", chords="C:maj G:maj A:min F:maj")
    add("In E flat", chords="Eb:maj Bb:maj/3 C:min7 Ab:maj9")
    add("Backwards", chords="F:maj A:min G:maj C:maj")
    assert find(progression="I-V-vi-IV") == ["In C", "In E flat"]
    assert find(progression="Eb Bb Cm Ab") == ["In E flat"]
    assert find(progression="vi–IV", text="flat") == ["In E flat"]
    assert find(progression="  ") == ["Backwards", "In C", "In E flat"]


def test_major_is_not_minor_although_the_index_forgets_case(add, find):
    add("major", chords="D:maj A:maj")
    add("minor", chords="D:min A:min")
    assert find(progression="I-V") == ["major"]
    assert find(progression="i-v") == ["minor"]
    assert find(progression="Dm") == ["minor"]


@pytest.mark.parametrize("progression", ["H-J", "I-banana", '"', "-", " ".join(["I V"] * 40)])
def test_a_progression_that_cannot_be_read_says_so(find, progression):
    with pytest.raises(MusicSyntaxError) as caught:
        find(progression=progression)
    assert caught.value.what and caught.value.advice


def test_a_key_is_found_under_any_spelling(add, find):
    for key in ("F# major", "Gb major", "F# minor", "D# minor", "Db major", "B major", "A dorian"):
        add(key, key=key)
    assert find(key=Key.parse("Gb major")) == ["F# major", "Gb major"]
    assert find(key=Key.parse("F# major"), key_compatible=True) == [
        "B major", "D# minor", "Db major", "F# major", "Gb major",
    ]  # fmt: skip
    assert find(key=Key.parse("A dorian")) == ["A dorian"]


@pytest.mark.parametrize(
    ("place", "near"),
    [("8B", {"8B", "8A", "7B", "9B"}), ("1A", {"1A", "1B", "12A", "2A"}), ("12B", {"12B", "12A", "11B", "1B"})],
)
def test_neighbours_on_the_camelot_wheel(place, near):
    found = camelot_neighbours(place)
    assert found[0] == place and set(found) == near and len(found) == 4


def test_neighbours_are_the_relative_and_the_fifths():
    for pitch_class in range(12):
        for mode in ("major", "minor"):
            key = Key.of(pitch_class, mode)
            near = {key, key.relative, key.transposed(7), key.transposed(5)}
            assert {k.camelot for k in near} == set(camelot_neighbours(key.camelot))


def test_a_tempo_range_takes_half_and_double_when_asked(add, find):
    for bpm in (60.0, 70.0, 120.0, 140.0, 141.0):
        add(f"{bpm:.0f}", bpm=bpm)
    add("none", analysed=False)
    assert find(bpm_min=70, bpm_max=140) == ["120", "140", "70"]
    assert find(bpm_min=140) == ["140", "141"]
    assert find(bpm_max=60) == ["60"]
    assert find(bpm_min=69, bpm_max=70, bpm_half_double=True) == ["140", "70"]
    assert find(bpm_min=120, bpm_max=120, bpm_half_double=True) == ["120", "60"]


def test_a_metre_is_found(add, find):
    add("waltz", metre="3/4")
    add("march", metre="2/4")
    assert find(metre="3/4") == ["waltz"]


def test_every_sort_puts_what_is_not_known_last(add, database, now):
    add("b", artist="ö", key="E major", bpm=90.0, metre="3/4", duration_s=30.0, at=now)
    add("Ábc", artist="Z", key="C major", bpm=180.0, metre="4/4", duration_s=10.0, at=now + timedelta(seconds=1))
    add("a", artist=None, analysed=False, duration_s=20.0, at=now + timedelta(seconds=2))
    expected = {
        "title": ["a", "Ábc", "b"],
        "artist": ["b", "Ábc", "a"],
        "duration": ["Ábc", "a", "b"],
        "bpm": ["b", "Ábc", "a"],
        "key": ["Ábc", "b", "a"],
        "camelot": ["Ábc", "b", "a"],
        "metre": ["b", "Ábc", "a"],
        "added_at": ["b", "Ábc", "a"],
    }
    unknown_last = {"artist", "bpm", "key", "camelot", "metre"}
    assert set(expected) == set(SORT_COLUMNS)
    with database.read() as session:
        for column, titles in expected.items():
            up = search.search(session, TrackQuery(sort=column, descending=False))
            down = search.search(session, TrackQuery(sort=column, descending=True))
            turned = [*titles[1::-1], titles[2]] if column in unknown_last else titles[::-1]
            assert [track.title for track in up.rows] == titles, column
            assert [track.title for track in down.rows] == turned, column


def test_camelot_sorts_by_hour_not_by_letters(add, find):
    for key in ("A minor", "C major", "E major", "Ab minor", "G major"):
        add(key, key=key)
    assert find(sort="camelot") == ["Ab minor", "A minor", "C major", "G major", "E major"]  # 1A 8A 8B 9B 12B


def test_pages_cover_everything_once(filled):
    with filled.read() as session:
        pages = [search.search(session, TrackQuery(sort="metre", limit=70, offset=at)) for at in (0, 70, 140, 210)]
        seen = [track.id for page in pages for track in page.rows]
        assert {page.total for page in pages} == {200}
        assert len(seen) == len(set(seen)) == 200
        assert search.search(session, TrackQuery(limit=0)) == TrackPage((), 200)
        assert len(search.search(session, TrackQuery(limit=10_000)).rows) == 200


def test_rebuilding_the_index_gives_the_same_index(filled):
    everything = text("SELECT rowid, * FROM track_search ORDER BY rowid")
    with filled.write() as session:
        before = session.execute(everything).all()
        session.execute(text("DELETE FROM track_search WHERE rowid % 2"))
        session.execute(text("UPDATE track_search SET title = 'spoiled', chords = ''"))
        search_index.rebuild(session)
        assert session.execute(everything).all() == before
        assert len(before) == 200


def test_every_kind_of_query_is_quick(filled):
    """A loose bound on 200 tracks; `python -m train.benchmarks.library` measures 10,000."""
    timings = measure(filled, n_repeats=3)
    assert len(timings) == len(QUERIES)
    assert all(timing.median_ms < 100 for timing in timings), timings
    found = {timing.name: timing.n_found for timing in timings}
    assert found["everything, newest first"] == 200 and found["only signs"] == 0
    assert found["C-G-Am-F as written"] < found["I-V-vi-IV in any key"] < found["I-V in any key"]


def test_the_benchmark_prints_a_line_for_each_kind(capsys):
    from train.benchmarks.library import main

    main(["--tracks", "12", "--repeats", "2"])
    printed = capsys.readouterr().out
    assert all(name in printed for name in QUERIES)
    assert "the bar of 100 ms" in printed
