from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import conversations, tracks
from db.values import Evidence, NewUtterance
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.time import Interval


def question(text, **more):
    return NewUtterance("user", text, "person", **more)


def answer(text, **more):
    return NewUtterance("assistant", text, "model", backend="Flamingo", prompt_version="question 1", **more)


@pytest.fixture
def talk(database, add, now):
    """Makes a conversation about a new track from a title and the texts said, people first."""

    def making(title, *texts, track=None, at=now):
        track = track or add(f"Track of {title}")
        with database.write() as session:
            begun = conversations.start(session, track.id, title, now=at)
            for n, text in enumerate(texts):
                conversations.append(session, begun.id, (answer if n % 2 else question)(text), now=at)
            return conversations.get(session, begun.id)

    return making


def found(database, text, **more):
    with database.read() as session:
        return [hit.conversation.title for hit in conversations.search(session, text, **more)]


def test_what_was_said_comes_back_in_order(database, add, now):
    track = add()
    later = now + timedelta(minutes=1)
    evidence = (Evidence("C major from 0:00 – “so it is”.", 0.0, 2.5), Evidence("", 1.0, 1.0))
    given = answer(
        "C major.", thought="Hm.", start_s=0.5, end_s=2.0, used_facts=True, finish_reason="length", evidence=evidence
    )
    with database.write() as session:
        begun = conversations.start(session, track.id, "Which key?", now=now)
        asked = conversations.append(session, begun.id, question("Which key?"), now=now)
        said = conversations.append(session, begun.id, given, now=later)
    with database.read() as session:
        assert conversations.utterances(session, begun.id) == (asked, said)
        assert conversations.get(session, begun.id).updated_at == later
    assert {name: getattr(said, name) for name in given.__dataclass_fields__} == {
        name: getattr(given, name) for name in given.__dataclass_fields__
    }
    assert (said.region, said.conversation_id, said.created_at) == (Interval(0.5, 2.0), begun.id, later)
    assert (asked.region, asked.evidence, asked.voice) == (None, (), "person")


def test_the_one_last_spoken_in_stands_first(database, add, talk, now):
    track = add()
    first, second = talk("First", track=track), talk("Second", track=track)
    talk("Elsewhere")
    with database.write() as session:
        assert [c.id for c in conversations.of_track(session, track.id)] == [second.id, first.id]
        conversations.append(session, first.id, question("More?"), now=now + timedelta(seconds=1))
        assert [c.id for c in conversations.of_track(session, track.id)] == [first.id, second.id]
        assert conversations.of_track(session, 2**70) == ()


def test_search_looks_into_titles_and_all_that_was_said(database, talk):
    talk("Where is the bridge?", "Where is the bridge?", "At 1:23, after the second CHORUS.")
    talk("Chords", "Welche Tonart, Größe?", "Ré majeur, 100 % sûr; F♯ and C_sharp.")
    assert found(database, "chorus bridge") == ["Where is the bridge?"]
    assert found(database, "1:23") == ["Where is the bridge?"]
    assert found(database, "grösse MAJEUR re") == ["Chords"], "case and accents do not matter"
    assert found(database, "100 %") == found(database, "C_s") == ["Chords"], "no sign stands for others"
    assert found(database, "chorus majeur") == found(database, "_%") == found(database, "'; --") == []
    assert found(database, "  ") == ["Chords", "Where is the bridge?"]
    assert found(database, "", limit=1) == ["Chords"] and found(database, "", limit=0) == []


def test_search_passes_over_deleted_tracks_and_shows_what_it_found(database, add, talk, now):
    track = add("Ballad")
    words = "word " * 40
    talk("A", f"{words} needle {words}", track=track)
    with database.read() as session:
        (hit,) = conversations.search(session, "NEEDLE")
        assert hit.track_title == "Ballad" and "needle" in hit.excerpt and len(hit.excerpt) < 150
        assert hit.excerpt.startswith("…") and hit.excerpt.endswith("…")
        assert conversations.search(session, "")[0].excerpt.startswith("word word")
    with database.write() as session:
        tracks.delete(session, track.id, now=now)
    assert found(database, "needle") == []


def test_a_conversation_without_words_is_found_by_its_title(database, talk):
    talk("Silence")
    with database.read() as session:
        assert [hit.excerpt for hit in conversations.search(session, "silence")] == [""]


def test_another_title_is_searched_too(database, talk):
    begun = talk("Old")
    with database.write() as session:
        assert conversations.rename(session, begun.id, "Neu Ö").title == "Neu Ö"
    assert found(database, "neu o") == ["Neu Ö"] and found(database, "old") == []


def test_deleting_takes_what_was_said_along(database, talk):
    begun, other = talk("Gone", "a", "b"), talk("Kept", "c", "d")
    with database.write() as session:
        conversations.delete(session, begun.id)
    from sqlalchemy import text

    with database.read() as session:
        rows = session.execute(text("SELECT DISTINCT conversation_id FROM utterance")).scalars().all()
        assert rows == [other.id]
        for asking in (conversations.get, conversations.utterances):
            with pytest.raises(NotFound):
                asking(session, begun.id)


def test_what_is_not_there_is_not_found(database, talk, now):
    talk("One")
    with database.write() as session:
        with pytest.raises(NotFound, match="no track 99"):
            conversations.start(session, 99, "x", now=now)
        for number in (99, 0, 2**70):
            with pytest.raises(NotFound):
                conversations.append(session, number, question("x"), now=now)
            for asking in (conversations.delete, lambda s, i: conversations.rename(s, i, "x")):
                with pytest.raises(NotFound):
                    asking(session, number)


def test_conversations_go_when_their_track_is_purged(database, add, talk, now):
    track = add("Gone")
    talk("Gone", "a", track=track)
    talk("Kept", "b")
    with database.write() as session:
        tracks.delete(session, track.id, now=now - timedelta(days=2))
        tracks.purge(session, deleted_before=now)
    from sqlalchemy import text

    with database.read() as session:
        for table in ("conversation", "utterance"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


@given(st.text(), st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_any_text_can_be_said_and_searched_for(database, talk, said, sought):
    begun = talk("Any", said) if not (kept := _first(database)) else kept
    with database.write() as session:
        kept = conversations.append(
            session, begun.id, answer(said, evidence=(Evidence(said, 0, 1),)), now=begun.created_at
        )
        assert kept.evidence[0].sentence == kept.text
        for hit in conversations.search(session, sought):
            assert hit.conversation.id
        hits = conversations.search(session, said[:40])
        assert any(hit.conversation.id == begun.id for hit in hits), "what was said is found by its own words"


def _first(database):
    with database.read() as session:
        hits = conversations.search(session, "")
        return hits[0].conversation if hits else None
