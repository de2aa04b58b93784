from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from db import captions, tracks
from db.values import NewCaption
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.time import Interval


def made(track_id: int, text: str = "A calm waltz.", kind: str = "summary", **more: object) -> NewCaption:
    known = {
        "prompt_name": "summary",
        "prompt_version": "1",
        "prompt_text": "Sum it up.",
        "used_facts": True,
        "backend": "Flamingo",
        "voice": "model",
        "finish_reason": "stop",
    }
    return NewCaption(track_id, kind, text, **{**known, **more})


def test_a_caption_comes_back_as_it_was_given(database, add, now):
    track = add()
    given = made(track.id, start_s=1.5, end_s=4.25, thought="Three beats…", note="cut", finish_reason="cancelled")
    with database.write() as session:
        added = captions.add(session, given, now=now)
    with database.read() as session:
        assert captions.get(session, added.id) == added
    assert {name: getattr(added, name) for name in given.__dataclass_fields__} == {
        name: getattr(given, name) for name in given.__dataclass_fields__
    }
    assert (added.region, added.created_at, added.preferred) == (Interval(1.5, 4.25), now, False)
    assert (added.edited_text, added.words) == (None, "A calm waltz.")


def test_captions_are_listed_by_track_and_kind_newest_first(database, add, now):
    track, other = add("One"), add("Two")
    with database.write() as session:
        first = captions.add(session, made(track.id), now=now)
        lyrics = captions.add(session, made(track.id, kind="lyrics"), now=now)
        second = captions.add(session, made(track.id), now=now)
        captions.add(session, made(other.id), now=now)
    with database.read() as session:
        assert captions.of_track(session, track.id) == (second, lyrics, first)
        assert captions.of_track(session, track.id, kind="summary") == (second, first)
        assert captions.of_track(session, 99) == captions.of_track(session, 2**70) == ()


def test_one_is_preferred_for_each_track_kind_and_region(database, add, now):
    track, other = add("One"), add("Two")
    with database.write() as session:
        whole = [captions.add(session, made(track.id), now=now).id for _ in range(3)]
        region = [captions.add(session, made(track.id, start_s=1.0, end_s=2.0), now=now).id for _ in range(2)]
        elsewhere = captions.add(session, made(track.id, kind="full"), now=now).id
        far = captions.add(session, made(other.id), now=now).id
        for caption_id in (whole[0], whole[1], region[0], region[1], elsewhere, far, whole[1]):
            assert captions.prefer(session, caption_id).preferred

        def preferred():
            found = (*captions.of_track(session, track.id), *captions.of_track(session, other.id))
            return {caption.id for caption in found if caption.preferred}

        assert preferred() == {whole[1], region[1], elsewhere, far}
        assert not captions.prefer(session, whole[1], preferred=False).preferred
        assert preferred() == {region[1], elsewhere, far}


def test_an_edit_stands_over_the_text_and_can_be_taken_back(database, add, now):
    track = add()
    with database.write() as session:
        caption = captions.add(session, made(track.id), now=now)
        edited = captions.edit(session, caption.id, "Mine.")
        assert (edited.text, edited.words) == ("A calm waltz.", "Mine.")
        assert captions.edit(session, caption.id, "").words == ""
        assert captions.edit(session, caption.id, None) == caption


def test_what_is_not_there_is_not_found(database, add, now):
    track = add()
    with database.write() as session:
        gone = captions.add(session, made(track.id), now=now).id
        captions.delete(session, gone)
        assert captions.add(session, made(track.id), now=now).id > gone, "ids are never used again"
        for asking in (captions.get, captions.delete, captions.prefer, lambda s, i: captions.edit(s, i, "x")):
            for caption_id in (gone, 0, -1, 2**70):
                with pytest.raises(NotFound):
                    asking(session, caption_id)
        with pytest.raises(NotFound, match="no track 99"):
            captions.add(session, made(99), now=now)


def test_captions_go_when_their_track_is_purged(database, add, now):
    gone, kept = add("Gone"), add("Kept")
    with database.write() as session:
        first, second = (captions.add(session, made(track.id), now=now) for track in (gone, kept))
        tracks.delete(session, gone.id, now=now - timedelta(days=2))
        assert captions.get(session, first.id) == first, "a delete can still be undone"
    with database.write() as session:
        tracks.purge(session, deleted_before=now - timedelta(days=1))
    with database.read() as session:
        assert captions.of_track(session, gone.id) == ()
        assert captions.of_track(session, kept.id) == (second,)


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_is_data(database, add, now, text):
    track = add() if not (found := _only(database)) else found
    with database.write() as session:
        added = captions.add(session, made(track.id, text, thought=text, prompt_text=text, backend=text), now=now)
        edited = captions.edit(session, added.id, text)
    whole = "".join("\ufffd" if sign == "\0" or "\ud800" <= sign <= "\udfff" else sign for sign in text)
    with database.read() as session:
        assert captions.get(session, added.id) == edited
    assert {added.text, added.thought, added.prompt_text, added.backend, edited.edited_text} == {whole}


def _only(database):
    with database.read() as session:
        return tracks.find_by_hash(session, next(iter(tracks.hashes(session)), ""))


def test_halves_of_signs_and_long_texts_are_kept(database, add, now):
    track = add()
    with database.write() as session:
        broken = captions.add(session, made(track.id, "a\ud83d b\udc00 \0'; DROP TABLE caption; --"), now=now)
        long = captions.add(session, made(track.id, "♯" * 2_000_000), now=now)
    with database.read() as session:
        assert captions.get(session, broken.id).text == "a\ufffd b\ufffd \ufffd'; DROP TABLE caption; --"
        assert captions.get(session, long.id) == long


def test_the_same_surrogates_as_a_pair_are_one_sign(database, add, now):
    track = add()
    with database.write() as session:
        assert captions.add(session, made(track.id, "\ud83c\udfb5"), now=now).text == "🎵"


def test_the_track_is_also_checked_by_the_database(database, now):
    from db.tables import CaptionRow

    row = made(99)
    values = {name: getattr(row, name) for name in row.__dataclass_fields__}
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(CaptionRow(**values, created_at=now))
        session.flush()
