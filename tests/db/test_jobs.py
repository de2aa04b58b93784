import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import jobs
from db.session import Database
from musicflamingo_app.errors import NotFound

MINUTE = timedelta(minutes=1)


@pytest.fixture
def queued(database, now):
    def queue(name: str = "song.mp3", kind: str = "analyse", **more: object) -> jobs.Job:
        with database.write() as session:
            return jobs.create(session, kind, name, now=now, **more)

    return queue


def test_a_job_comes_back_as_it_was_given(database, queued, now):
    job = queued("夜.mp3", source_path="/in/1.mp3", options={"best": True, "name": "ü"})
    with database.read() as session:
        assert jobs.get(session, job.id) == job
    assert (job.state, job.options, job.fraction, job.created_at) == ("queued", {"best": True, "name": "ü"}, 0.0, now)
    assert job.is_active and not job.cancel_requested


def test_the_oldest_waiting_job_of_a_kind_is_claimed_first(database, queued, now):
    first, other, second = queued("1"), queued("2", kind="train"), queued("3")
    with database.write() as session:
        taken = [jobs.claim_next(session, worker_pid=7, now=now, kind="analyse") for _ in range(3)]
        rest = jobs.claim_next(session, worker_pid=8, now=now)
    assert [job.id if job else None for job in taken] == [first.id, second.id, None]
    assert rest is not None and (rest.id, rest.state, rest.worker_pid, rest.heartbeat_at) == (
        other.id,
        "running",
        8,
        now,
    )


def test_no_job_is_claimed_twice(url, now):
    databases = [Database(url, busy_timeout_s=20) for _ in range(4)]
    with databases[0].write() as session:
        wanted = [jobs.create(session, "analyse", str(i), now=now).id for i in range(30)]
    taken: list[int] = []

    def work(database: Database, pid: int) -> None:
        while True:
            with database.write() as session:
                job = jobs.claim_next(session, worker_pid=pid, now=now)
            if job is None:
                return
            taken.append(job.id)

    threads = [threading.Thread(target=work, args=(database, pid)) for pid, database in enumerate(databases)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == wanted
    for database in databases:
        database.close()


def test_progress_is_the_heartbeat_and_never_goes_back(database, queued, now):
    job = queued()
    with database.write() as session:
        jobs.claim_next(session, worker_pid=7, now=now)
        assert jobs.progress(session, job.id, 0.5, "Chords", now=now + MINUTE)
        assert jobs.progress(session, job.id, 0.2, "Key", now=now + 2 * MINUTE)
        assert jobs.progress(session, job.id, float("nan"), "Key", now=now + 2 * MINUTE)
        seen = jobs.get(session, job.id)
        assert jobs.progress(session, job.id, 99, "End", now=now)
        assert jobs.get(session, job.id).fraction == 1.0
    assert (seen.fraction, seen.stage, seen.heartbeat_at) == (0.5, "Key", now + 2 * MINUTE)


def test_progress_tells_a_worker_to_stop(database, queued, now):
    job = queued()
    with database.write() as session:
        assert not jobs.progress(session, job.id, 0.1, "", now=now)  # nobody claimed it
        jobs.claim_next(session, worker_pid=7, now=now)
        assert not jobs.progress(session, job.id, 0.1, "", now=now, worker_pid=8)  # another's
        assert jobs.progress(session, job.id, 0.1, "", now=now, worker_pid=7)
        assert jobs.request_cancel(session, job.id, now=now).state == "running"
        assert not jobs.progress(session, job.id, 0.2, "", now=now)
        ended = jobs.cancelled(session, job.id, now=now)
        assert not jobs.progress(session, job.id, 0.3, "", now=now)
    assert (ended.state, ended.finished_at, ended.is_active) == ("cancelled", now, False)


def test_a_waiting_job_is_cancelled_at_once(database, queued, now):
    job = queued()
    with database.write() as session:
        assert jobs.request_cancel(session, job.id, now=now).state == "cancelled"
        assert jobs.claim_next(session, worker_pid=7, now=now) is None


@pytest.mark.parametrize("end", ["done", "failed"])
def test_cancelling_what_has_ended_changes_nothing(database, queued, add, now, end):
    job, track = queued(), add()
    with database.write() as session:
        jobs.claim_next(session, worker_pid=7, now=now)
        if end == "done":
            ended = jobs.finish(session, job.id, now=now, track_id=track.id)
            assert (ended.track_id, ended.fraction) == (track.id, 1.0)
        else:
            ended = jobs.fail(session, job.id, "It is silent.", "Use another.", now=now)
            assert (ended.what, ended.advice) == ("It is silent.", "Use another.")
        assert ended.state == end
        assert jobs.request_cancel(session, job.id, now=now + MINUTE) == ended


def test_a_job_without_heartbeat_is_interrupted_and_can_go_on(database, queued, now):
    dead, alive, stopping = queued("dead"), queued("alive"), queued("stopping")
    with database.write() as session:
        for _ in range(3):
            jobs.claim_next(session, worker_pid=7, now=now)
        jobs.request_cancel(session, stopping.id, now=now)
        jobs.progress(session, alive.id, 0.4, "Key", now=now + 2 * MINUTE)
        marked = jobs.mark_interrupted(session, stale_before=now + MINUTE, now=now + 3 * MINUTE)
    assert {job.name: job.state for job in marked} == {"dead": "interrupted", "stopping": "cancelled"}
    with database.write() as session:
        assert jobs.mark_interrupted(session, stale_before=now + MINUTE, now=now) == ()
        # The machine had only slept: its worker goes on.
        assert jobs.progress(session, dead.id, 0.5, "Chords", now=now + 4 * MINUTE)
        assert jobs.get(session, dead.id).state == "running"


def test_requeue_starts_an_ended_job_afresh(database, queued, now):
    job = queued()
    with database.write() as session:
        jobs.claim_next(session, worker_pid=7, now=now)
        assert jobs.requeue(session, job.id).state == "running"  # it is not ended: left alone
        jobs.progress(session, job.id, 0.5, "Key", now=now)
        jobs.interrupt(session, job.id, "The worker died.", "Try again.", now=now)
        again = jobs.requeue(session, job.id)
        assert jobs.progress(session, job.id, 0.5, "", now=now) is False  # the old worker must stop
    assert again == job


def test_an_old_worker_cannot_spoil_a_job_that_waits_anew(database, queued, now):
    job = queued()
    with database.write() as session:
        jobs.claim_next(session, worker_pid=7, now=now)
        jobs.interrupt(session, job.id, "The worker died.", "Try again.", now=now)
        again = jobs.requeue(session, job.id)
        assert jobs.cancelled(session, job.id, now=now) == again
        assert jobs.fail(session, job.id, "Late.", "", now=now) == again
        done = jobs.finish(session, job.id, now=now)  # but what it has finished is finished
        assert done.state == "done"
        assert jobs.fail(session, job.id, "Late.", "", now=now) == done


def test_active_and_recent_in_their_orders(database, queued, now):
    first, second, third = queued("1"), queued("2"), queued("3", kind="train")
    with database.write() as session:
        jobs.claim_next(session, worker_pid=7, now=now)
        jobs.request_cancel(session, second.id, now=now)
        assert [job.id for job in jobs.active(session)] == [first.id, third.id]
        assert [job.id for job in jobs.active(session, kind="train")] == [third.id]
        assert [job.id for job in jobs.recent(session, limit=2)] == [third.id, second.id]


def test_dismiss_forgets_only_what_has_ended(database, queued, now):
    job = queued()
    with database.write() as session:
        assert not jobs.dismiss(session, job.id)
        jobs.request_cancel(session, job.id, now=now)
        assert jobs.dismiss(session, job.id)
        with pytest.raises(NotFound):
            jobs.get(session, job.id)
        with pytest.raises(NotFound):
            jobs.dismiss(session, 10**30)
    assert queued().id > job.id  # an old page must not see another job under its number


STEPS = (
    "claim",
    "progress",
    "finish",
    "fail",
    "interrupt",
    "cancelled",
    "request_cancel",
    "stale",
    "requeue",
    "dismiss",
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12))
def test_any_order_of_events_leaves_a_job_that_makes_sense(shared_database, steps):
    """Whatever happens, an ended job has an end, an active one has none, and only a running one has a heartbeat due."""
    now = datetime(2026, 5, 1, tzinfo=UTC)
    with shared_database.write() as session:
        job = jobs.create(session, "property", "x", now=now)
        acts = {
            "claim": lambda: jobs.claim_next(session, worker_pid=1, now=now, kind="property"),
            "progress": lambda: jobs.progress(session, job.id, 0.5, "Key", now=now),
            "finish": lambda: jobs.finish(session, job.id, now=now),
            "fail": lambda: jobs.fail(session, job.id, "a", "b", now=now),
            "interrupt": lambda: jobs.interrupt(session, job.id, "a", "b", now=now),
            "cancelled": lambda: jobs.cancelled(session, job.id, now=now),
            "request_cancel": lambda: jobs.request_cancel(session, job.id, now=now),
            "stale": lambda: jobs.mark_interrupted(session, stale_before=now + MINUTE, now=now),
            "requeue": lambda: jobs.requeue(session, job.id),
            "dismiss": lambda: jobs.dismiss(session, job.id),
        }
        for step in steps:
            try:
                acts[step]()
                seen = jobs.get(session, job.id)
            except NotFound:
                assert "dismiss" in steps
                return
            assert seen.is_active == (seen.finished_at is None)
            assert 0 <= seen.fraction <= 1
            if seen.state == "running":
                assert seen.heartbeat_at is not None
            assert not seen.what or seen.state in ("failed", "interrupted", "cancelled")
        jobs.finish(session, job.id, now=now)


@pytest.fixture(scope="module")
def shared_database(tmp_path_factory):
    from db import migrate
    from db.session import database_url

    url = database_url(tmp_path_factory.mktemp("jobs") / "library.sqlite")
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.close()
