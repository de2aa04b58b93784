from datetime import timedelta

from db import corrections


def test_the_newest_correction_of_an_aspect_is_in_force(database, add, now):
    track, other = add("One"), add("Two")
    with database.write() as session:
        first = corrections.add(session, track.id, "key", {"key": "D major"}, author="ana", now=now)
        tempo = corrections.add(session, track.id, "tempo", {"factor": 2}, author="ana", now=now)
        elsewhere = corrections.add(session, other.id, "key", {"key": "E major"}, author="ben", now=now)
        later = now + timedelta(hours=1)
        second = corrections.add(session, track.id, "key", {"key": "B♭ minor"}, author="ben", now=later)
    with database.read() as session:
        assert corrections.latest(session, track.id) == {"key": second, "tempo": tempo}
        assert corrections.latest(session, other.id) == {"key": elsewhere}
        everything = corrections.of_track(session, track.id)
    assert [(c.id, c.superseded) for c in everything] == [(first.id, True), (tempo.id, False), (second.id, False)]
    assert (second.payload, second.author, second.created_at) == ({"key": "B♭ minor"}, "ben", later)
