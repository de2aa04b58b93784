"""Jobs: work that outlives a page and a process.

queued -> running -> done | failed | cancelled; a running job whose heartbeat stops is interrupted, and `requeue`
resumes it. Workers call `progress` often: it is the heartbeat, and its answer says whether to go on.
"""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from db.convert import job_of, row_with_id
from db.tables import JobRow
from db.values import ACTIVE_STATES, Job, JobState
from musicflamingo_app.errors import NotFound


def create(
    session: Session,
    kind: str,
    name: str,
    *,
    now: datetime,
    source_path: str | None = None,
    track_id: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> Job:
    """Adds a job that waits for a worker."""
    text = json.dumps(dict(options or {}), ensure_ascii=False, allow_nan=False)
    row = JobRow(kind=kind, name=name, source_path=source_path, track_id=track_id, options=text, created_at=now)
    session.add(row)
    session.flush()
    return job_of(row)


def get(session: Session, job_id: int) -> Job:
    """The job with an id. Raises NotFound."""
    return job_of(_row(session, job_id))


def claim_next(session: Session, *, worker_pid: int, now: datetime, kind: str | None = None) -> Job | None:
    """Gives the oldest waiting job to a worker, or None. In a `write()` no two workers get the same one."""
    query = select(JobRow).where(JobRow.state == "queued").order_by(col(JobRow.id)).limit(1)
    row = session.exec(query if kind is None else query.where(JobRow.kind == kind)).one_or_none()
    if row is None:
        return None
    row.state, row.worker_pid = "running", worker_pid
    row.started_at = row.heartbeat_at = now
    session.flush()
    return job_of(row)


def progress(
    session: Session, job_id: int, fraction: float, stage: str, *, now: datetime, worker_pid: int | None = None
) -> bool:
    """Tells that a job lives and where it is. True: go on. False: stop, it was cancelled or is no longer this worker's.

    A job wrongly thought dead (the machine slept) runs again. Raises NotFound.
    """
    row = _row(session, job_id)
    if worker_pid is not None and row.worker_pid != worker_pid:
        return False
    if row.state not in ("running", "interrupted"):
        return False
    row.state, row.finished_at, row.heartbeat_at, row.stage = "running", None, now, stage
    row.what = row.advice = ""
    row.fraction = min(1.0, max(row.fraction, fraction)) if math.isfinite(fraction) else row.fraction
    session.flush()
    return not row.cancel_requested


def finish(session: Session, job_id: int, *, now: datetime, track_id: int | None = None) -> Job:
    """The job has done its work, whatever was thought of it before; `track_id` says for which. Raises NotFound."""
    row = _row(session, job_id)
    row.track_id = row.track_id if track_id is None else track_id
    row.fraction, row.what, row.advice = 1.0, "", ""
    return _ended(session, row, "done", now)


def fail(session: Session, job_id: int, what: str, advice: str, *, now: datetime) -> Job:
    """The job could not do its work; the two sentences are shown. Raises NotFound."""
    return _stopped(session, job_id, "failed", now, what, advice)


def interrupt(session: Session, job_id: int, what: str, advice: str, *, now: datetime) -> Job:
    """The worker died under the job, which can be resumed; the two sentences are shown. Raises NotFound."""
    return _stopped(session, job_id, "interrupted", now, what, advice)


def cancelled(session: Session, job_id: int, *, now: datetime) -> Job:
    """The worker has stopped because it was asked to. Raises NotFound."""
    return _stopped(session, job_id, "cancelled", now)


def request_cancel(session: Session, job_id: int, *, now: datetime) -> Job:
    """Asks a job to stop: one that waits is cancelled at once, one that ended stays as it is. Raises NotFound."""
    row = _row(session, job_id)
    if row.state in ("queued", "interrupted"):
        return _ended(session, row, "cancelled", now)
    row.cancel_requested = row.cancel_requested or row.state == "running"
    session.flush()
    return job_of(row)


def mark_interrupted(session: Session, *, stale_before: datetime, now: datetime) -> tuple[Job, ...]:
    """Marks running jobs without a heartbeat since a time; gives those. One asked to stop counts as cancelled."""
    query = select(JobRow).where(JobRow.state == "running", col(JobRow.heartbeat_at) < stale_before)
    return tuple(
        _ended(session, row, "cancelled" if row.cancel_requested else "interrupted", now)
        for row in session.exec(query).all()
    )


def requeue(session: Session, job_id: int) -> Job:
    """Lets a job that was interrupted, cancelled or failed wait for a worker again. Raises NotFound."""
    row = _row(session, job_id)
    if row.state in ("interrupted", "cancelled", "failed"):
        row.state, row.stage, row.fraction, row.what, row.advice = "queued", "", 0.0, "", ""
        row.cancel_requested, row.worker_pid = False, None
        row.started_at = row.heartbeat_at = row.finished_at = None
        session.flush()
    return job_of(row)


def active(session: Session, *, kind: str | None = None) -> tuple[Job, ...]:
    """Jobs that run or wait, in the order they are worked on."""
    query = select(JobRow).where(col(JobRow.state).in_(ACTIVE_STATES)).order_by(col(JobRow.id))
    return tuple(job_of(row) for row in session.exec(query if kind is None else query.where(JobRow.kind == kind)))


def recent(session: Session, *, limit: int = 50) -> tuple[Job, ...]:
    """The newest jobs in any state, newest first."""
    return tuple(job_of(row) for row in session.exec(select(JobRow).order_by(col(JobRow.id).desc()).limit(limit)))


def dismiss(session: Session, job_id: int) -> bool:
    """Forgets a job that has ended. False, and nothing changed, while it waits or runs. Raises NotFound."""
    row = _row(session, job_id)
    if row.state in ACTIVE_STATES:
        return False
    session.delete(row)
    session.flush()
    return True


def _stopped(session: Session, job_id: int, state: JobState, now: datetime, what: str = "", advice: str = "") -> Job:
    """A running job that ends without a result; one that has ended or waits anew is no business of its old worker."""
    row = _row(session, job_id)
    if row.state not in ("running", "interrupted"):
        return job_of(row)
    row.what, row.advice = what, advice
    return _ended(session, row, state, now)


def _ended(session: Session, row: JobRow, state: JobState, now: datetime) -> Job:
    row.state, row.finished_at = state, now
    session.flush()
    return job_of(row)


def _row(session: Session, job_id: int) -> JobRow:
    row = row_with_id(session, JobRow, job_id)
    if row is None:
        raise NotFound(f"There is no job {job_id}.", "It may have been dismissed.")
    return row
