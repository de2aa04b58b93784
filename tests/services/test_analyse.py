"""Files come in, are analysed in the background and kept; whatever fails leaves nothing behind."""

import errno
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from db import jobs
from db.values import Job, Track, TrackQuery
from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.errors import AudioError, NotFound, StorageError, StudioError
from musicflamingo_app.paths import Paths
from musicflamingo_app.services.library import NewTrack
from musicflamingo_app.services.studio import Setup, Studio
from tests.services.rendered import band_wav

LIGHT = Choice(chords="templates", beats="librosa")
LONG = ("C:maj", "G:maj", "A:min", "F:maj") * 10
PATIENCE_S = 200.0  # on a busy machine; a few seconds otherwise


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One studio with one worker for the whole module; its process loads once."""
    opened = Studio(Paths(tmp_path_factory.mktemp("home")), Setup(choice=LIGHT)).start()
    yield opened
    opened.close()


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Studio]:
    """A studio whose queue nobody drains."""
    opened = Studio(Paths(tmp_path / "idle home"), Setup(choice=LIGHT))
    opened.database.close()
    opened.database.busy_timeout_s = 0.3
    yield opened
    opened.close()


def ended(studio: Studio, job: Job) -> Job:
    return until(studio, job, lambda now: not now.is_active)


def until(studio: Studio, job: Job, true: Callable[[Job], bool]) -> Job:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        now = studio.job(job.id)
        if true(now):
            return now
        time.sleep(0.05)
    pytest.fail(f"{studio.job(job.id)} did not get there")


def under_way(studio: Studio, job: Job) -> Job:
    return until(studio, job, lambda now: now.state == "running" and now.fraction > 0.05)


def kept(studio: Studio) -> tuple[int, list[Path], list[Path]]:
    """Number of tracks, files in the store, files in incoming."""
    files = [sorted(p for p in f.rglob("*") if p.is_file()) for f in (studio.paths.store, studio.paths.incoming)]
    return studio.search(TrackQuery()).total, files[0], files[1]


def no_sound(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.mp3"
    if kind == "directory":
        path.mkdir()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("It was a dark and stormy night.\n" * 50)
    elif kind == "playlist":
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/hostname\n#EXT-X-ENDLIST\n")
    else:
        path = path.with_suffix(".wav")
        samples = {"nan": np.full(44_100, np.nan), "nothing": np.zeros(0), "short": np.full(4_410, 0.1)}[kind]
        soundfile.write(path, samples.astype(np.float32), 44_100, subtype="FLOAT")
    return path


def test_a_file_becomes_a_track(studio: Studio, tmp_path: Path) -> None:
    path = band_wav(tmp_path / "one.wav", seed=1)
    job = studio.add(path, "one.wav")
    assert (job.state, job.name, job.track_id) == ("queued", "one.wav", None)
    path.unlink()  # the studio has its own copy
    done = ended(studio, job)
    assert (done.state, done.fraction, done.what) == ("done", 1.0, "") and done.track_id is not None
    track = studio.track(done.track_id)
    assert (track.title, track.original_name) == ("one", "one.wav") and track.duration_s == pytest.approx(6, abs=0.05)
    assert studio.library.original_path(track.id).is_file() and studio.playback_path(track.id).is_file()
    assert studio.peaks(track.id) and studio.analysis(track.id).chords is not None
    assert kept(studio)[2] == []
    assert done.id in {job.id for job in studio.jobs()}


def test_the_same_sound_again_is_the_same_track(studio: Studio, tmp_path: Path) -> None:
    first = ended(studio, studio.add(band_wav(tmp_path / "two.wav", seed=2), "two.wav"))
    before = kept(studio)
    again = studio.add(tmp_path / "two.wav", "another name.wav")
    assert (again.state, again.track_id, again.fraction) == ("done", first.track_id, 1.0)
    samples, rate_hz = soundfile.read(tmp_path / "two.wav", dtype="int16")
    with soundfile.SoundFile(tmp_path / "tagged.wav", "w", rate_hz, 1, "PCM_16") as retagged:
        retagged.title, retagged.artist = "Other Title", "Somebody"
        retagged.write(samples)
    assert (tmp_path / "tagged.wav").read_bytes() != (tmp_path / "two.wav").read_bytes()
    assert studio.add(tmp_path / "tagged.wav", "tagged.wav").track_id == first.track_id
    assert kept(studio) == before


def test_the_same_sound_twice_in_the_queue_is_one_track(studio: Studio, tmp_path: Path) -> None:
    path, n_before = band_wav(tmp_path / "twin.wav", seed=3), kept(studio)[0]
    both = [studio.add(path, name) for name in ("twin.wav", "copy of twin.wav")]
    assert [job.state for job in both] == ["queued", "queued"]
    done = [ended(studio, job) for job in both]
    assert [job.state for job in done] == ["done", "done"] and done[0].track_id == done[1].track_id
    assert kept(studio)[0] == n_before + 1 and kept(studio)[2] == []


@pytest.mark.parametrize("kind", ["empty", "text", "playlist", "nan", "nothing", "short", "directory"])
def test_what_is_no_sound_is_refused_in_two_sentences(studio: Studio, tmp_path: Path, kind: str) -> None:
    path, before = no_sound(tmp_path, kind), kept(studio)
    try:
        job = studio.add(path, path.name)
    except StudioError as error:
        what, advice = error.what, error.advice
    else:
        failed = ended(studio, job)
        assert failed.state == "failed"
        what, advice = failed.what, failed.advice
        with pytest.raises(NotFound):
            studio.retry(job.id)
        studio.dismiss(job.id)
    assert path.name in what and what.endswith(".") and advice.endswith(".") and "Error" not in what
    assert kept(studio) == before


def test_a_file_that_is_not_there_is_refused(idle: Studio, tmp_path: Path) -> None:
    with pytest.raises(StudioError) as refused:
        idle.add(tmp_path / "gone.mp3", "gone.mp3")
    assert "gone.mp3" in refused.value.what and refused.value.advice


def test_an_uploaded_file_is_taken_over_or_gone(idle: Studio, tmp_path: Path) -> None:
    uploads = idle.paths.incoming / "uploads" / "some hash"
    uploads.mkdir(parents=True)
    good, bad = uploads / "band.wav", uploads / "poem.mp3"
    shutil.copyfile(band_wav(tmp_path / "band.wav"), good)
    bad.write_text("No sound at all.\n" * 50)
    job = idle.add(good, "band.wav")
    with pytest.raises(AudioError):
        idle.add(bad, "poem.mp3")
    assert not good.exists() and not bad.exists() and Path(job.source_path or "").is_file()
    assert (tmp_path / "band.wav").is_file()


def test_a_bug_ends_one_job_and_not_the_queue(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, keep = kept(studio), studio.library.keep

    def broken(new: NewTrack) -> Track:
        monkeypatch.setattr(studio.library, "keep", keep)
        raise ValueError("a bug")

    monkeypatch.setattr(studio.library, "keep", broken)
    job = ended(studio, studio.add(band_wav(tmp_path / "bug.wav", seed=8), "bug.wav"))
    assert job.state == "failed" and "bug.wav" in job.what and job.advice
    assert kept(studio)[:2] == before[:2]
    assert ended(studio, studio.retry(job.id)).state == "done"


def test_a_job_that_is_gone_does_not_end_the_queue(studio: Studio, tmp_path: Path) -> None:
    lost = studio.add(band_wav(tmp_path / "lost.wav", chords=LONG, seed=9), "lost.wav")
    under_way(studio, lost)
    with studio.database.write() as session:
        jobs.interrupt(session, lost.id, "Thought dead.", "Resume it.", now=datetime.now(UTC))
    before = kept(studio)
    studio.dismiss(lost.id)
    again = ended(studio, studio.add(band_wav(tmp_path / "next.wav", seed=10), "next.wav"))
    assert again.state == "done" and len(kept(studio)[2]) < len(before[2])


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    studio = Studio(Paths(tmp_path / "home"), Setup(choice=LIGHT, max_file_bytes=1000))
    with pytest.raises(AudioError, match=r"band\.wav"):
        studio.add(band_wav(tmp_path / "band.wav"), "band.wav")
    assert kept(studio) == (0, [], [])
    studio.close()


def test_a_waiting_job_is_cancelled_at_once(idle: Studio, tmp_path: Path) -> None:
    job = idle.add(band_wav(tmp_path / "wait.wav"), "wait.wav")
    idle.cancel(job.id)
    assert idle.job(job.id).state == "cancelled"
    again = idle.retry(job.id)
    assert again.state == "queued"
    idle.cancel(job.id)
    idle.dismiss(job.id)
    assert kept(idle) == (0, [], []) and idle.jobs() == ()
    with pytest.raises(NotFound):
        idle.cancel(job.id)


def test_a_running_job_is_cancelled_soon(studio: Studio, tmp_path: Path) -> None:
    before = kept(studio)
    job = studio.add(band_wav(tmp_path / "long.wav", chords=LONG, seed=4), "long.wav")
    under_way(studio, job)
    studio.cancel(job.id)
    assert ended(studio, job).state == "cancelled"
    assert kept(studio)[:2] == before[:2] and len(kept(studio)[2]) == len(before[2]) + 1  # the copy, for a retry
    studio.dismiss(job.id)
    assert kept(studio) == before


def test_a_killed_worker_leaves_an_interrupted_job_that_can_be_resumed(studio: Studio, tmp_path: Path) -> None:
    before = kept(studio)
    job = studio.add(band_wav(tmp_path / "victim.wav", chords=LONG[:10], seed=5), "victim.wav")
    under_way(studio, job)
    pid = studio.analyst._workers[job.id].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    stopped = ended(studio, job)
    assert stopped.state == "interrupted" and "victim.wav" in stopped.what and stopped.advice.endswith(".")
    assert kept(studio)[:2] == before[:2]
    assert [str(path) for path in kept(studio)[2]] == [stopped.source_path]
    studio.retry(job.id)
    assert ended(studio, job).state == "done"
    assert kept(studio)[0] == before[0] + 1 and kept(studio)[2] == []


def test_analysing_again_keeps_the_names(studio: Studio, tmp_path: Path) -> None:
    done = ended(studio, studio.add(band_wav(tmp_path / "again.wav", seed=6), "again.wav"))
    assert done.track_id is not None
    studio.rename(done.track_id, "My Title", "My Artist")
    before = kept(studio)
    job = studio.reanalyse(done.track_id)
    assert studio.reanalyse(done.track_id).id == job.id  # asked twice, done once
    again = ended(studio, job)
    assert (again.state, again.track_id) == ("done", done.track_id)
    track = studio.track(done.track_id)
    assert (track.title, track.artist) == ("My Title", "My Artist")
    assert kept(studio)[0] == before[0] and kept(studio)[2] == []
    assert studio.library.original_path(track.id).is_file() and studio.playback_path(track.id).is_file()
    studio.dismiss(job.id)
    assert studio.library.original_path(track.id).is_file()


def test_a_full_disk_is_a_sentence_and_nothing_is_kept(
    idle: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, target: Path) -> None:
        Path(target).write_bytes(b"RIFF")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StorageError, match=r"band\.wav.*No space left") as refused:
        idle.add(band_wav(tmp_path / "band.wav"), "band.wav")
    assert refused.value.advice
    assert kept(idle) == (0, [], []) and idle.jobs() == ()


def test_a_locked_database_is_a_sentence_and_the_studio_lives(tmp_path: Path) -> None:
    studio = Studio(Paths(tmp_path / "home"), Setup(choice=LIGHT))
    path = band_wav(tmp_path / "band.wav")
    other = sqlite3.connect(studio.paths.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError) as refused:
        studio.add(path, "band.wav")
    assert refused.value.what and refused.value.advice
    assert kept(studio) == (0, [], [])
    other.execute("ROLLBACK")
    other.close()
    assert studio.add(path, "band.wav").state == "queued"
    studio.close()


def test_a_studio_that_died_is_tidied_and_its_job_resumed_later(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    studio = Studio(paths, Setup(choice=LIGHT))
    job = studio.add(band_wav(tmp_path / "band.wav"), "band.wav")
    orphan = paths.incoming / "orphan.wav"
    orphan.write_bytes(b"left by a studio that died")
    long_ago = time.time() - 7200
    os.utime(orphan, (long_ago, long_ago))
    os.utime(job.source_path or "", (long_ago, long_ago))
    studio.analyst._n_workers = 0
    studio.start()
    assert not orphan.exists() and Path(job.source_path or "").is_file()
    studio.close()
    reopened = Studio(paths, Setup(choice=LIGHT))
    assert reopened.job(job.id).state == "queued"
    reopened.close()


def test_closing_leaves_running_work_interrupted(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    studio = Studio(paths, Setup(choice=LIGHT)).start()
    job = studio.add(band_wav(tmp_path / "long.wav", chords=LONG), "long.wav")
    until(studio, job, lambda now: now.state == "running")
    studio.close()
    assert not any(thread.is_alive() for thread in studio.analyst._threads)
    reopened = Studio(paths, Setup(choice=LIGHT))
    assert reopened.job(job.id).state == "interrupted" and "studio was closed" in reopened.job(job.id).what
    with reopened.database.read() as session:
        assert jobs.active(session) == ()
    assert [str(path) for path in kept(reopened)[2]] == [job.source_path]
    reopened.close()
