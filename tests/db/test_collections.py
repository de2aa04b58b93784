from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from db import analyses, collections, tracks
from db.values import Review, TagCount
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.analysis import Measured, Tag
from musicflamingo_app.music.arrays import Curves
from tests.db.conftest import MADE, make_facts, make_song


@pytest.fixture
def named(database, now):
    def making(name="Winter songs", **more):
        with database.write() as session:
            return collections.create(session, name, now=now, **more)

    return making


def test_a_collection_holds_each_track_once_and_tells_how_long_it_plays(database, add, named, now):
    one, two, three = add("Zebra"), add("aardvark"), add("Gone", duration_s=100.0)
    found = named(licence_note="My own recordings.")
    with database.write() as session:
        collections.put(session, found.id, [one.id, two.id, one.id], now=now)
        held = collections.put(session, found.id, [two.id, three.id], now=now + timedelta(hours=1))
        tracks.delete(session, three.id, now=now)
    assert (held.n_tracks, held.duration_s) == (3, 132.0)
    with database.read() as session:
        assert [track.title for track in collections.tracks(session, found.id)] == ["aardvark", "Zebra"]
        (again,) = collections.every(session)
    assert (again.n_tracks, again.duration_s, again.updated_at) == (2, 32.0, now + timedelta(hours=1))
    with database.write() as session:
        assert collections.take(session, found.id, [one.id, 999, 2**70], now=now).n_tracks == 1


def test_names_are_unique_whatever_their_case_and_accents(database, named, now):
    first, second = named("Café"), named("Tea")
    with pytest.raises(StudioError, match="“CAFE”"):
        named("CAFE")
    with database.write() as session:
        kept = collections.describe(session, first.id, name="CAFÉ", licence_note="CC0", now=now)
        assert (kept.name, kept.licence_note) == ("CAFÉ", "CC0")
        with pytest.raises(StudioError, match="already"):
            collections.describe(session, second.id, name="cafe", licence_note="", now=now)


def test_what_is_not_there_is_said_to_be_missing(database, add, named, now):
    gone, held = add("Gone"), named()
    with database.write() as session:
        tracks.delete(session, gone.id, now=now)
    for track_id in (gone.id, 77, 2**63, -1):
        with database.write() as session, pytest.raises(NotFound, match=f"track {track_id}"):
            collections.put(session, held.id, [track_id], now=now)
    with database.read() as session, pytest.raises(NotFound, match="collection 5"):
        collections.tracks(session, 5)


def test_the_last_decision_about_an_example_counts(database, add, named, now):
    track, held = add(), named()
    first = Review("a1", track.id, "approved")
    edited = Review("a1", track.id, "edited", question=None, answer="In the second bar.")
    with database.write() as session:
        collections.decide(session, held.id, first, now=now)
        collections.decide(session, held.id, Review("b2", track.id, "rejected"), now=now)
        assert collections.decide(session, held.id, edited, now=now) == edited
    with database.read() as session:
        assert collections.reviews(session, held.id) == {"a1": edited, "b2": Review("b2", track.id, "rejected")}
    with database.write() as session:
        collections.undecide(session, held.id, "a1")
        collections.undecide(session, held.id, "never")
    with database.read() as session:
        assert set(collections.reviews(session, held.id)) == {"b2"}


def test_a_deleted_collection_takes_its_reviews_along_and_leaves_the_tracks(database, add, named, now):
    track, held = add(), named()
    with database.write() as session:
        collections.put(session, held.id, [track.id], now=now)
        collections.decide(session, held.id, Review("a1", track.id, "approved"), now=now)
        collections.delete(session, held.id)
    again = named()
    with database.read() as session:
        assert again.id != held.id and collections.reviews(session, again.id) == {}
        assert tracks.get(session, track.id) == track


def test_tags_are_counted_and_found_by_what_was_heard_and_by_label(database, named, now):
    def tagged(title, *found, genre=None):
        song = replace(make_song(), tags=Measured(found, 0.5, MADE))
        facts = make_facts(title, genre=genre, audio_sha256=sha256(title.encode()).hexdigest())
        with database.write() as session:
            track = tracks.add(session, facts, now=now)
            return analyses.put(session, track.id, song, Curves.empty().to_bytes(), now=now).id

    piano, faint = Tag("instrument", "piano", 0.8), Tag("instrument", "piano", 0.1)
    one = tagged("One", piano, Tag("genre", "jazz", 0.4), genre="Ska")
    two = tagged("Two", piano, piano)
    tagged("Three", faint)
    gone = tagged("Deleted", piano, genre="Ska")
    with database.write() as session:
        tracks.delete(session, gone, now=now)
    with database.read() as session:
        assert collections.tags(session, least_score=0.25) == (
            TagCount("instrument", "piano", 2),
            TagCount("label", "Ska", 1),
            TagCount("genre", "jazz", 1),
        )
        assert collections.tagged(session, "instrument", "piano", least_score=0.25) == (one, two)
        assert collections.tagged(session, "label", "Ska", least_score=0.25) == (one,)
        assert collections.tagged(session, "genre", "piano' OR 1", least_score=0.25) == ()
