"""What the pages need from the rest of the house: one object with these methods, whoever supplies it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from db.values import Job, Track, TrackPage, TrackQuery
from musicflamingo_app.facts.describe import Description
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves

if TYPE_CHECKING:
    from musicflamingo_app.paths import Paths
    from musicflamingo_app.services.collections import Collections
    from musicflamingo_app.services.library import Library
    from musicflamingo_app.services.speech import Speech

EXPORT_FORMATS = ("jams", "lab", "csv", "audacity", "json")


class Example(Protocol):
    """A bundled piece that can be tried at once; `about` is one sentence: style, metre, what to listen for."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def about(self) -> str: ...


class Studio(Protocol):
    """Every use-case the pages offer. Each method raises StudioError for anything a person can act on."""

    def add(self, path: Path, name: str) -> Job:
        """Takes a file into the library and queues its analysis; `name` is what the person calls the file."""
        ...

    def add_example(self, example_id: str) -> Job: ...

    def examples(self) -> Sequence[Example]: ...

    def jobs(self) -> Sequence[Job]:
        """Jobs that wait, run, or ended lately and were not dismissed; newest last."""
        ...

    def cancel(self, job_id: int) -> None: ...

    def dismiss(self, job_id: int) -> None: ...

    def retry(self, job_id: int) -> Job: ...

    def search(self, query: TrackQuery) -> TrackPage: ...

    def track(self, track_id: int) -> Track: ...

    def analysis(self, track_id: int) -> Analysis: ...

    def curves(self, track_id: int) -> Curves: ...

    def playback_path(self, track_id: int) -> Path:
        """The copy that the browser plays, an M4A file."""
        ...

    def peaks(self, track_id: int) -> bytes:
        """The waveform: two uint32 (LE) counts, then int8 minimum and maximum pairs, 50 a second, then 10 a second."""
        ...

    def rename(self, track_id: int, title: str, artist: str | None) -> object: ...

    def delete(self, track_id: int) -> None: ...

    def restore(self, track_id: int) -> object: ...

    def reanalyse(self, track_id: int) -> Job: ...

    def stale(self) -> set[int]:
        """The tracks measured by engines other than today's."""
        ...

    def export(self, track_id: int, format_name: str) -> tuple[str, bytes]:
        """A file name and its content, in one of `EXPORT_FORMATS`."""
        ...

    @property
    def speech(self) -> "Speech":
        """Captions, conversations and models."""
        ...

    @property
    def collections(self) -> "Collections":
        """Sets of tracks to learn from."""
        ...

    @property
    def library(self) -> "Library":
        """Every track with its analysis and files, for the trainer."""
        ...

    @property
    def paths(self) -> "Paths":
        """The data folder, where datasets, runs and adapters lie."""
        ...

    def description(self, track_id: int) -> Description:
        """The track in words, written from the measurements alone."""
        ...

    def about(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Headings with their label and value rows: engines, credits, folders, devices."""
        ...
