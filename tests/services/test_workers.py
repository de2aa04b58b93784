"""A worker process measures, can be stopped, and may be killed without harm."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.errors import AudioError, Cancelled
from musicflamingo_app.services.workers import Ended, Progress, Task, Worker, WorkerDied
from tests.services.rendered import band_wav

LIGHT = Choice(chords="templates", beats="librosa")
LONG = ("C:maj", "G:maj", "A:min", "F:maj") * 8


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()
    assert made.pid is None


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(band_wav(tmp_path / "band.wav"), tmp_path / "copy.m4a", "band.wav", LIGHT)


@pytest.fixture
def long_task(tmp_path: Path) -> Task:
    return Task(band_wav(tmp_path / "long.wav", chords=LONG), tmp_path / "copies" / "copy.m4a", "long.wav", LIGHT)


def test_a_task_ends_with_a_measurement(worker: Worker, task: Task) -> None:
    *told, ended = worker.run(task)
    assert isinstance(ended, Ended) and ended.error is None and ended.measurement is not None
    found = ended.measurement
    assert found.analysis.duration_s == pytest.approx(6.0, abs=0.05)
    assert found.analysis.chords is not None and found.analysis.beats is not None
    assert len(found.audio_sha256) == 64 and found.probe.rate_hz == 22_050 and found.peaks
    assert found.curves.chroma.shape[0] == 12
    assert task.playback_path.stat().st_size > 1000
    fractions = [event.fraction for event in told if isinstance(event, Progress)]
    assert len(fractions) == len(told) and all(a <= b for a, b in pairwise(fractions)) and 0.3 < fractions[-1] <= 1.0
    sentences = {event.sentence for event in told if isinstance(event, Progress)}
    assert {"Hearing the chords"} < sentences and all(sentences)


def test_a_stopped_task_is_cancelled_and_leaves_no_file(worker: Worker, long_task: Task) -> None:
    long_task.playback_path.parent.mkdir()
    ended = None
    for event in worker.run(long_task):
        if isinstance(event, Progress) and event.fraction > 0.1:
            worker.stop()
        ended = event
    assert isinstance(ended, Ended) and ended.measurement is None and isinstance(ended.error, Cancelled)
    assert list(long_task.playback_path.parent.iterdir()) == []


def test_a_file_that_is_no_sound_ends_with_the_sentence(worker: Worker, tmp_path: Path) -> None:
    bad = tmp_path / "poem.mp3"
    bad.write_text("no sound at all, only words\n" * 40)
    *_, ended = worker.run(Task(bad, tmp_path / "copy.m4a", "poem.mp3", LIGHT))
    assert isinstance(ended, Ended) and isinstance(ended.error, AudioError)
    assert "poem.mp3" in ended.error.what and ended.error.advice
    assert not (tmp_path / "copy.m4a").exists()


def test_a_killed_worker_says_so_and_the_next_task_runs(worker: Worker, long_task: Task, task: Task) -> None:
    long_task.playback_path.parent.mkdir()
    running, killed = worker.run(long_task), None
    with pytest.raises(WorkerDied) as died:
        for event in running:
            if killed is None and isinstance(event, Progress) and event.fraction > 0.05:
                killed = worker.pid
                assert killed is not None
                os.kill(killed, signal.SIGKILL)
    assert killed is not None and "long.wav" in died.value.what and died.value.advice
    *_, ended = worker.run(task)
    assert isinstance(ended, Ended) and ended.measurement is not None
    assert worker.pid != killed


def test_a_worker_may_be_closed_from_another_thread_at_any_time(tmp_path: Path) -> None:
    worker, task = Worker(), Task(tmp_path / "none.wav", tmp_path / "copy.m4a", "none.wav", LIGHT)
    done, trouble = threading.Event(), []

    def closing() -> None:
        while not done.is_set():
            try:
                worker.close()
            except (AttributeError, TypeError, ValueError, OSError) as error:
                trouble.append(error)

    other = threading.Thread(target=closing)
    other.start()
    for _ in range(5):
        with contextlib.suppress(WorkerDied):
            list(worker.run(task))
    done.set()
    other.join()
    worker.close()
    assert trouble == [] and worker.pid is None


def test_a_worker_that_never_ran_can_be_closed_and_stopped() -> None:
    worker = Worker()
    worker.stop()
    worker.close()
    assert worker.pid is None
