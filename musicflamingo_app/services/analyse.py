"""Analysing tracks in the background: a queue in the database, workers that drain it, one place that stores results.

Each worker process has a thread here that claims a job, hands it over, writes its heartbeat, and keeps what comes back
in one transaction. Nothing of a job that fails, is cancelled or dies is stored.
"""

import contextlib
import logging
import os
import shutil
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db import jobs
from db.values import Job, Track
from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.audio.identity import audio_sha256
from musicflamingo_app.audio.probe import probe
from musicflamingo_app.errors import AudioError, Cancelled, NotFound, StorageError, StudioError
from musicflamingo_app.paths import Paths
from musicflamingo_app.services.library import Library, NewTrack
from musicflamingo_app.services.measure import Measurement
from musicflamingo_app.services.store import safe_suffix
from musicflamingo_app.services.workers import Ended, Task, Worker, WorkerDied

log = logging.getLogger(__name__)

KIND = "analyse"
MAX_WAITING = 500  # jobs; more than that is refused rather than filling the disk with copies
LOOK_EVERY_S = 1.0
DEAD_AFTER_S = 30.0  # without a heartbeat
DONE_SHOWN = timedelta(minutes=10)


class Analyst:
    """Takes files in, analyses them in worker processes, and keeps the results in a library."""

    def __init__(
        self, library: Library, paths: Paths, choice: Choice, *, n_workers: int, max_file_bytes: int = 1_000_000_000
    ) -> None:
        self._library, self._paths, self.choice = library, paths, choice
        self._max_file_bytes = max_file_bytes
        self._n_workers = n_workers
        self._workers: dict[int, Worker] = {}  # by the job each is at
        self._wake = threading.Condition()
        self._closing = False
        self._threads: list[threading.Thread] = []

    # Asking for work

    def add(self, path: Path, name: str, *, title: str = "") -> Job:
        """Queues the analysis of a file, which is copied at once; one the library has gives a finished job.

        A file that was uploaded into the folder of incoming ones is gone afterwards. `title` is what people read
        instead of the file's name. Raises AudioError for a file that cannot be used, StorageError when it cannot be
        copied.
        """
        try:
            return self._added(path, name, title or name)
        finally:
            if self._paths.incoming.resolve() in path.absolute().parents:
                path.unlink(missing_ok=True)

    def _added(self, path: Path, name: str, title: str) -> Job:
        self._refuse_excess(path, name)
        about = probe(path, name=name)
        sha256 = audio_sha256(path, name=name)
        known = self._library.find_by_hash(sha256)
        if known is not None:
            with self._library.database.write() as session:
                job = jobs.create(session, KIND, title, track_id=known.id, now=_now())
                return jobs.finish(session, job.id, now=_now(), track_id=known.id)
        copy = self._copied(path, name)
        options = {"seconds": about.duration_s, "file": name}
        try:
            with self._library.database.write() as session:
                job = jobs.create(session, KIND, title, source_path=str(copy), options=options, now=_now())
        except StorageError:
            copy.unlink(missing_ok=True)
            raise
        self._call()
        return job

    def reanalyse(self, track_id: int) -> Job:
        """Queues a new analysis of a track; its names stay. Raises NotFound."""
        track = self._library.get(track_id)
        source = self._library.original_path(track_id)
        with self._library.database.write() as session:
            for job in jobs.active(session, kind=KIND):
                if job.track_id == track_id:
                    return job
            job = jobs.create(session, KIND, track.title, source_path=str(source), track_id=track_id, now=_now())
        self._call()
        return job

    def cancel(self, job_id: int) -> Job:
        """Stops a job: one that waits at once, one that runs within seconds. Raises NotFound."""
        with self._library.database.write() as session:
            job = jobs.request_cancel(session, job_id, now=_now())
        worker = self._workers.get(job_id)
        if worker is not None and job.cancel_requested:
            worker.stop()
        return job

    def retry(self, job_id: int) -> Job:
        """Queues a job again that was interrupted, cancelled or failed. Raises NotFound when its file is gone."""
        with self._library.database.write() as session:
            job = jobs.get(session, job_id)
            if not (job.source_path and Path(job.source_path).is_file()):
                raise NotFound(f"The file of “{job.name}” is no longer here.", "Drop it into the studio again.")
            job = jobs.requeue(session, job_id)
        self._call()
        return job

    def dismiss(self, job_id: int) -> None:
        """Forgets a job that has ended, with its copied file. Raises NotFound."""
        with self._library.database.write() as session:
            job = jobs.get(session, job_id)
            forgotten = jobs.dismiss(session, job_id)
        if forgotten:
            self._discard(job)

    def job(self, job_id: int) -> Job:
        """One job. Raises NotFound."""
        with self._library.database.read() as session:
            return jobs.get(session, job_id)

    def jobs(self) -> tuple[Job, ...]:
        """Jobs that wait, run, could not be done, or were done in the last minutes; oldest first."""
        since = _now() - DONE_SHOWN
        with self._library.database.read() as session:
            recent = jobs.recent(session, limit=2 * MAX_WAITING)
        return tuple(job for job in recent[::-1] if job.state != "done" or (job.finished_at or since) > since)

    # Doing it

    def start(self) -> None:
        """Starts the threads that drain the queue; worker processes start with their first job."""
        self._sweep()
        for number in range(self._n_workers):
            thread = threading.Thread(target=self._drain, name=f"analyst-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Stops all work; jobs under way are left interrupted, to be resumed."""
        self._closing = True
        self._call()
        for worker in list(self._workers.values()):
            worker.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _drain(self) -> None:
        worker = Worker()
        try:
            while not self._closing:
                try:
                    job = self._claimed()
                    if job is None:
                        with self._wake:
                            self._wake.wait(LOOK_EVERY_S)
                    else:
                        self._run(job, worker)
                except StudioError:  # a locked or full disk, a job that is gone: to the log, and on with the next
                    log.exception("The queue could not be read or written")
                    worker.close()  # it may still be at the job that was lost
                    with self._wake:
                        self._wake.wait(LOOK_EVERY_S)
        finally:
            worker.close()

    def _claimed(self) -> Job | None:
        now = _now()
        dead_before = now - timedelta(seconds=DEAD_AFTER_S)
        with self._library.database.read() as session:
            active = jobs.active(session, kind=KIND)
        dead = any(job.state == "running" and (job.heartbeat_at or now) < dead_before for job in active)
        if not dead and not any(job.state == "queued" for job in active):
            return None
        with self._library.database.write() as session:
            jobs.mark_interrupted(session, stale_before=dead_before, now=now)
            return jobs.claim_next(session, worker_pid=os.getpid(), now=now, kind=KIND)

    def _run(self, job: Job, worker: Worker) -> None:
        self._workers[job.id] = worker
        folder = self._paths.incoming / uuid.uuid4().hex
        try:
            playback = _made(folder) / "playback.m4a"
            ended = self._watched(job, worker, Task(Path(job.source_path or ""), playback, job.name, self.choice))
            if ended.measurement is not None:
                self._keep(job, ended.measurement, playback)
            elif ended.error is not None:
                if ended.trace:
                    log.error("Analysing “%s” failed\n%s", job.name, ended.trace)
                raise ended.error
        except Cancelled:
            self._end(job, "cancelled")
        except WorkerDied as error:
            self._end(job, "interrupted", _closed(job) if self._closing else error)
        except StudioError as error:
            self._end(job, "failed", error)
        except Exception:  # the job runner's border: a bug must end one job, not the thread that drains the queue
            log.exception("“%s” could not be kept", job.name)
            worker.close()
            self._end(job, "failed", StudioError(f"“{job.name}” could not be kept.", "This is a bug; see the log."))
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # a killed worker leaves half a copy
            del self._workers[job.id]

    def _watched(self, job: Job, worker: Worker, task: Task) -> Ended:
        for event in worker.run(task):
            if isinstance(event, Ended):
                return event
            if self._closing:
                worker.close()  # it may have been started after `close` went round
            with contextlib.suppress(StorageError), self._library.database.write() as session:
                if not jobs.progress(session, job.id, event.fraction, event.sentence, now=_now()):
                    worker.stop()
        return Ended(error=Cancelled())

    def _keep(self, job: Job, found: Measurement, playback: Path) -> None:
        try:
            if job.track_id is not None:
                track = self._library.replace_analysis(job.track_id, found.analysis, found.curves)
            else:
                track = self._library.keep(new_track(found, Path(job.source_path or ""), playback, _file_name(job)))
        finally:
            playback.unlink(missing_ok=True)
        self._finished(job, track)

    def _finished(self, job: Job, track: Track) -> None:
        with self._library.database.write() as session:
            jobs.finish(session, job.id, now=_now(), track_id=track.id)

    def _end(self, job: Job, state: str, error: StudioError | None = None) -> None:
        what, advice = (error.what, error.advice) if error else ("", "")
        with self._library.database.write() as session:
            if state == "cancelled":
                jobs.cancelled(session, job.id, now=_now())
            elif state == "interrupted":
                jobs.interrupt(session, job.id, what, advice, now=_now())
            else:
                jobs.fail(session, job.id, what, advice, now=_now())
        if isinstance(error, AudioError):  # trying again cannot help
            self._discard(job)

    # Files

    def _refuse_excess(self, path: Path, name: str) -> None:
        if path.is_file() and path.stat().st_size > self._max_file_bytes:
            raise AudioError(
                f"“{name}” is {path.stat().st_size / 1e6:.0f} MB; "
                f"files up to {self._max_file_bytes / 1e6:.0f} MB are taken.",
                "Export it in a compressed format, or raise max_file_mb in Settings.",
            )
        with self._library.database.read() as session:
            n_waiting = len(jobs.active(session, kind=KIND))
        if n_waiting >= MAX_WAITING:
            raise StudioError(f"{n_waiting} tracks are waiting already.", "Add more when some of them are done.")

    def _copied(self, path: Path, name: str) -> Path:
        copy = self._paths.incoming / f"{uuid.uuid4().hex}{safe_suffix(name)}"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            copy.unlink(missing_ok=True)
            raise StorageError(
                f"“{name}” could not be copied: {error.strerror or error}.", "Free some space."
            ) from error
        return copy

    def _discard(self, job: Job) -> None:
        """Removes the copied file of a job that will not run again; never an original of the store."""
        if job.source_path and Path(job.source_path).parent == self._paths.incoming:
            Path(job.source_path).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Removes files that a studio that died has left."""
        now = _now()
        with self._library.database.read() as session:
            wanted = {job.source_path for job in jobs.recent(session, limit=10_000)}
        for path in self._paths.incoming.iterdir():
            old = now.timestamp() - path.stat().st_mtime > 3600
            if old and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif old and str(path) not in wanted:
                path.unlink(missing_ok=True)

    def _call(self) -> None:
        with self._wake:
            self._wake.notify_all()


def new_track(found: Measurement, original: Path, playback: Path, name: str) -> NewTrack:
    """What the library keeps of a measured file."""
    about, tags = found.probe, found.probe.tags
    return NewTrack(
        audio_sha256=found.audio_sha256,
        original_path=original,
        original_name=name,
        playback_path=playback,
        peaks=found.peaks,
        duration_s=found.analysis.duration_s,
        rate_hz=about.rate_hz,
        channels=about.channels,
        codec=about.codec,
        analysis=found.analysis,
        curves=found.curves,
        title=tags.title,
        artist=tags.artist,
        album=tags.album,
        year=tags.year,
        genre=tags.genre,
        move_original=True,
    )


def _closed(job: Job) -> StudioError:
    return StudioError(f"The studio was closed while “{job.name}” was analysed.", "Press Resume to analyse it again.")


def _file_name(job: Job) -> str:
    return str(job.options.get("file") or job.name)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made: {error.strerror or error}.", "Free some space.") from error
    return folder


def _now() -> datetime:
    return datetime.now(UTC)
