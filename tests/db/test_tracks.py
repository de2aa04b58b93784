from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db import analyses, corrections, jobs, search, tracks
from db.convert import chord_text, folded
from db.values import TrackQuery
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves


def test_a_track_comes_back_as_it_was_given(database, facts, now):
    given = facts("Åre", artist="Ola", album="Nord", year=1999, genre="folk")
    with database.write() as session:
        added = tracks.add(session, given, now=now)
    with database.read() as session:
        found = tracks.get(session, added.id)
    assert found == added
    assert {name: getattr(found, name) for name in given.__slots__} == {
        name: getattr(given, name) for name in given.__slots__
    }
    assert found.added_at == now and found.added_at.utcoffset() == timedelta(0)
    assert found.tempo_bpm is None and found.analysed_at is None


def test_an_analysis_fills_the_searchable_copies(add, now):
    track = add(chords="C:maj G:maj/3 A:min F:maj C:maj", key="C major", bpm=127.5, metre="3/4")
    assert (track.tempo_bpm, track.key, track.camelot, track.metre) == (127.5, "C major", "8B", "3/4")
    assert (track.tempo_confidence, track.key_confidence) == (0.92, 0.74)
    assert (track.chords_confidence, track.beats_confidence) == (0.83, 0.91)
    assert track.chord_text == "C G Am F"
    assert track.analysed_at == now
    assert track.engine_signature == "\n".join(
        f"{aspect}=ears 2.0 ffffffffffff" for aspect in ("beats", "tempo", "chords", "key")
    )


def test_another_analysis_takes_the_place_of_the_first(database, add, song, now):
    track = add(chords="C:maj G:maj")
    later = now + timedelta(days=1)
    with database.write() as session:
        changed = analyses.put(session, track.id, song("E:min B:7", key="E minor"), b"curves", now=later)
    assert (changed.key, changed.chord_text, changed.added_at) == ("E minor", "Em B7", now)
    with database.read() as session:
        record = analyses.get(session, track.id)
        assert (record.curves, record.created_at) == (b"curves", later)
        assert search.search(session, TrackQuery(progression="Em-B")).total == 1
        assert search.search(session, TrackQuery(progression="C-G")).total == 0


def test_an_analysis_with_nothing_measured_clears_the_copies(database, add, now):
    track = add()
    with database.write() as session:
        bare = analyses.put(session, track.id, Analysis(16.0), Curves.empty().to_bytes(), now=now)
    assert (bare.tempo_bpm, bare.key, bare.camelot, bare.metre, bare.chord_text) == (None,) * 5
    assert bare.engine_signature == ""


def test_chord_text_shows_the_longest_in_order_of_appearance_spelled_in_the_key(song):
    assert chord_text(song("N C#:maj X F#:min F#:min G#:7 C#:maj A:maj E:maj F#:min/b3 G#:7", "Db major")) == (
        "D♭ G♭m A♭7 A"
    )
    assert chord_text(song("N X")) == ""
    assert chord_text(Analysis(1.0)) is None


def test_the_same_recording_is_added_once(database, facts, now):
    with database.write() as session:
        tracks.add(session, facts(), now=now)
    with pytest.raises(IntegrityError), database.write() as session:
        tracks.add(session, facts(), now=now)


def test_ids_are_never_used_again(database, add, now):
    first = add("One")
    with database.write() as session:
        tracks.delete(session, first.id, now=now)
        tracks.purge(session, deleted_before=now + timedelta(seconds=1))
    assert add("Two").id > first.id


def test_delete_hides_and_restore_shows(database, add, now):
    track = add()
    with database.write() as session:
        assert tracks.delete(session, track.id, now=now).deleted_at == now
        tracks.delete(session, track.id, now=now + timedelta(days=1))
    with database.read() as session:
        with pytest.raises(NotFound):
            tracks.get(session, track.id)
        assert tracks.get(session, track.id, include_deleted=True).deleted_at == now  # the first delete counts
        assert search.search(session, TrackQuery()).total == 0
        assert search.search(session, TrackQuery(include_deleted=True)).total == 1
        assert (tracks.count(session), tracks.total_duration_s(session)) == (0, 0.0)
        assert tracks.find_by_hash(session, track.audio_sha256) is not None
    with database.write() as session:
        tracks.restore(session, track.id)
    with database.read() as session:
        assert tracks.get(session, track.id) == track


def test_purge_removes_everything_of_old_deleted_tracks_only(database, add, now):
    gone, recent, kept = add("Gone"), add("Recent"), add("Kept")
    with database.write() as session:
        corrections.add(session, gone.id, "key", {"key": "D major"}, author="me", now=now)
        job = jobs.create(session, "analyse", "Gone", track_id=gone.id, now=now)
        tracks.delete(session, gone.id, now=now - timedelta(days=40))
        tracks.delete(session, recent.id, now=now - timedelta(days=2))
    with database.write() as session:
        purged = tracks.purge(session, deleted_before=now - timedelta(days=30))
    assert [track.id for track in purged] == [gone.id]
    with database.read() as session:
        assert tracks.hashes(session) == {recent.audio_sha256, kept.audio_sha256}
        assert jobs.get(session, job.id).track_id is None
        for table, column in (("analysis", "track_id"), ("correction", "track_id"), ("track_search", "rowid")):
            query = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")
            assert session.execute(query, {"id": gone.id}).scalar_one() == 0
        with pytest.raises(NotFound):
            analyses.get(session, gone.id)


def test_describe_changes_the_names_and_what_is_found(database, add):
    track = add("Old name", artist="Somebody", chords="C:maj F:maj")
    with database.write() as session:
        named = tracks.describe(session, track.id, title="New", artist=None, album="A", year=2001, genre="pop")
    assert (named.title, named.artist, named.album, named.year, named.genre) == ("New", None, "A", 2001, "pop")
    with database.read() as session:
        assert search.search(session, TrackQuery(text="somebody")).total == 0
        assert search.search(session, TrackQuery(text="new")).total == 1
        assert search.search(session, TrackQuery(progression="C-F")).total == 1  # the chords stayed in the index


@pytest.mark.parametrize("track_id", [0, -1, 7, 2**63, 10**30])
def test_an_unknown_track_is_not_found(database, track_id, song, now):
    with database.write() as session:
        for asked in (
            lambda: tracks.get(session, track_id),
            lambda: tracks.delete(session, track_id, now=now),
            lambda: tracks.restore(session, track_id),
            lambda: analyses.get(session, track_id),
            lambda: analyses.put(session, track_id, song(), b"", now=now),
            lambda: corrections.add(session, track_id, "key", {}, author="", now=now),
        ):
            with pytest.raises(NotFound):
                asked()


def test_a_time_without_a_zone_is_refused(database, facts, now):
    with pytest.raises(Exception, match="no time zone"), database.write() as session:
        tracks.add(session, facts(), now=now.replace(tzinfo=None))


@pytest.mark.parametrize(("text_", "sorts_as"), [("Émile", "emile"), (" ØL", "ol"), ("STRASSE", "strasse"), ("ſ", "s")])
def test_sorting_forgets_case_and_accents(text_, sorts_as):
    assert folded(text_) == sorts_as
