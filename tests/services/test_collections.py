from dataclasses import replace

import pytest

from db import captions, corrections
from db.values import NewCaption, Review, TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.collections import Collections, doubts_about


@pytest.fixture
def collections(library):
    return Collections(library)


def test_a_search_fills_a_collection_beyond_one_page(library, collections, new, monkeypatch):
    monkeypatch.setattr("musicflamingo_app.services.collections.MAX_PAGE_ROWS", 2)
    kept = [library.keep(new(f"song {n}.mp3")) for n in range(5)]
    library.keep(new("other.mp3"))
    held = collections.create("  Songs\nof  mine ", " CC0 ")
    assert (held.name, held.licence_note) == ("Songs of mine", "CC0")
    assert collections.put_found(held.id, TrackQuery(text="song")).n_tracks == 5
    assert [track.id for track in collections.tracks(held.id)] == [track.id for track in kept]
    assert collections.put_found(held.id, TrackQuery(text="nothing like it")).n_tracks == 5


def test_names_notes_and_texts_that_cannot_be_kept_are_refused(library, collections, new):
    track = library.keep(new())
    for name in ("", " \n ", "x" * 301):
        with pytest.raises(StudioError, match="name of the collection"):
            collections.create(name)
    with pytest.raises(StudioError, match="2001 characters"):
        collections.create("Good", "x" * 2001)
    held = collections.create("Good")
    with pytest.raises(StudioError, match="answer is empty"):
        collections.decide(held.id, Review("a", track.id, "edited", answer="  "))
    with pytest.raises(StudioError, match="no track has the tag “sax”".replace("no", "No")):
        collections.put_tagged(held.id, "instrument", "sax")
    assert collections.reviews(held.id) == {} and collections.get(held.id).n_tracks == 0


def test_the_outlook_counts_what_people_stand_behind(library, collections, new):
    one, two = library.keep(new("one.mp3", artist="Ana")), library.keep(new("two.mp3", artist="Ana", album="B"))
    outside = library.keep(new("three.mp3"))
    held = collections.create("Mine")
    collections.put(held.id, [one.id, two.id])
    with library.database.write() as session:
        for track, preferred in ((one, True), (one, False), (outside, True)):
            text = NewCaption(track.id, "full", "Words.", "full", "1", "Say it.", True, "Flamingo", "model", "stop")
            kept = captions.add(session, text, now=track.added_at)
            captions.prefer(session, kept.id, preferred=preferred)
        captions.edit(session, kept.id - 1, "My words.")
        for _ in range(2):
            corrections.add(session, two.id, "key", {"key": "D major"}, author="", now=two.added_at)
    seen = collections.outlook(held.id)
    assert (seen.n_tracks, seen.duration_s, seen.n_analysed) == (2, 16.0, 2)
    assert (seen.n_artists, seen.n_albums) == (1, 1)
    assert (seen.n_captions, seen.n_captioned, seen.n_corrections) == (2, 1, 1)


def test_doubts_say_what_is_missing_and_unsure(library, new):
    track = replace(library.keep(new(artist="Ana")), duration_s=60.0)
    sure = {f"{name}_confidence": 0.9 for name in ("beats", "tempo", "key", "chords")}
    assert doubts_about(replace(track, **sure)) == ()
    (only,) = doubts_about(replace(track, analysed_at=None))
    assert only.missing and "not analysed" in only.sentence
    sentences = [doubt.sentence for doubt in doubts_about(replace(track, **sure | {"key_confidence": 0.4}))]
    assert sentences == ["Not sure: key (40%)."]
    weak = replace(track, **sure | {"beats_confidence": None}, artist=None, duration_s=4.0)
    assert [doubt.missing for doubt in doubts_about(weak)] == [False] * 3


def test_decisions_are_kept_changed_and_taken_back(library, collections, new):
    track, held = library.keep(new()), collections.create("Mine")
    collections.decide(held.id, Review("a", track.id, "rejected"))
    edited = Review("a", track.id, "edited", "Which key?", "C major.")
    assert collections.decide(held.id, edited) == edited
    assert collections.reviews(held.id) == {"a": edited}
    collections.undecide(held.id, "a")
    assert collections.reviews(held.id) == {}
    collections.delete(held.id)
    with pytest.raises(NotFound):
        collections.decide(held.id, edited)
