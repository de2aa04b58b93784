"""The studio: every use-case in one object, for the pages, the command line and the tests alike."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from db.migrate import upgrade
from db.session import Database, database_url
from db.values import Job, Track, TrackPage, TrackQuery
from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.pipeline import signatures
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import card_of
from musicflamingo_app.facts.describe import Description, describe
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.paths import Paths
from musicflamingo_app.services.about import about_rows
from musicflamingo_app.services.analyse import Analyst
from musicflamingo_app.services.collections import Collections
from musicflamingo_app.services.export.files import EXPORT_FORMATS, exports, file_name, zip_of
from musicflamingo_app.services.labels import Labels
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.measured import loudness_of
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.store import Store

if TYPE_CHECKING:
    from model.openai_http.server import Server


@dataclass(frozen=True, slots=True)
class Example:
    """A bundled piece that can be tried at once."""

    id: str
    title: str
    about: str
    file: str


@dataclass(frozen=True, slots=True)
class Setup:
    """What a studio is made with; entry points take it from the settings."""

    choice: Choice = field(default_factory=Choice)
    n_workers: int = 1
    max_file_bytes: int = 1_000_000_000
    keep_deleted_days: int = 30
    server: "Server | None" = None  # that of the model “openai-server”


class Studio:
    """Opens the data folder (made and migrated when needed) and offers what can be done with it.

    Raises StorageError when the folder or database cannot be used. `start` begins background work; `close` ends it.
    """

    def __init__(self, paths: Paths, setup: Setup) -> None:
        self.paths, self.setup = paths.make(), setup
        self.choice = setup.choice
        self.database = Database(database_url(paths.database))
        upgrade(self.database.url)
        self.library = Library(self.database, Store(paths.store))
        self.analyst = Analyst(
            self.library, paths, setup.choice, n_workers=setup.n_workers, max_file_bytes=setup.max_file_bytes
        )
        self.collections = Collections(self.library)
        self.speech = Speech(self.library, paths.home / "models", server=setup.server)

    def start(self) -> "Studio":
        """Cleans up after a studio that died and begins to drain the queue."""
        self.library.sweep()
        self.library.purge(older_than_days=self.setup.keep_deleted_days)
        self.analyst.start()
        return self

    def close(self) -> None:
        self.speech.close()
        self.analyst.close()
        self.database.close()

    # Work

    def add(self, path: Path, name: str) -> Job:
        """Takes a file in and queues its analysis. Raises AudioError, StorageError."""
        return self.analyst.add(path, name)

    def add_example(self, example_id: str) -> Job:
        """Takes a bundled piece in. Raises NotFound."""
        found = next((example for example in self.examples() if example.id == example_id), None)
        if found is None:
            raise NotFound(f"There is no example “{example_id}”.", "Choose one of those on the page.")
        with as_file(files("assets") / "songs" / found.file) as path:
            return self.analyst.add(path, found.file, title=found.title)

    def examples(self) -> Sequence[Example]:
        """The bundled pieces."""
        rows = json.loads((files("assets") / "songs" / "index.json").read_text("utf-8"))
        return [Example(row["id"], row["title"], row["style"], row["file"]) for row in rows]

    def jobs(self) -> Sequence[Job]:
        return self.analyst.jobs()

    def job(self, job_id: int) -> Job:
        """One job. Raises NotFound."""
        return self.analyst.job(job_id)

    def cancel(self, job_id: int) -> None:
        self.analyst.cancel(job_id)

    def dismiss(self, job_id: int) -> None:
        self.analyst.dismiss(job_id)

    def retry(self, job_id: int) -> Job:
        return self.analyst.retry(job_id)

    def reanalyse(self, track_id: int) -> Job:
        return self.analyst.reanalyse(track_id)

    # Tracks

    def search(self, query: TrackQuery) -> TrackPage:
        return self.library.search(query)

    def track(self, track_id: int) -> Track:
        return self.library.get(track_id)

    def analysis(self, track_id: int) -> Analysis:
        return self.library.analysis(track_id)

    def curves(self, track_id: int) -> Curves:
        return self.library.curves(track_id)

    def description(self, track_id: int) -> Description:
        """The track in words, written from the measurements alone. Raises NotFound."""
        track, curves = self.track(track_id), self.curves(track_id)
        card = card_of(
            self.analysis(track_id),
            title=track.title,
            artist=track.artist,
            album=track.album,
            year=track.year,
            genre=track.genre,
        )
        return describe(card, loudness_curve=loudness_of(curves))

    def playback_path(self, track_id: int) -> Path:
        return self.library.playback_path(track_id)

    def peaks(self, track_id: int) -> bytes:
        return self.library.peaks_path(track_id).read_bytes()

    def rename(self, track_id: int, title: str, artist: str | None) -> Track:
        """Gives a track another title and artist. Raises StudioError for one that cannot be kept."""
        track = self.library.get(track_id)
        return self.library.rename(track_id, Labels(title, artist, track.album, track.year, track.genre))

    def delete(self, track_id: int) -> None:
        self.library.delete(track_id)

    def restore(self, track_id: int) -> None:
        self.library.restore(track_id)

    def stale(self) -> set[int]:
        """Tracks that engines of another version, or others, have measured."""
        return set(self.library.stale(_current(self.choice)))

    def export(self, track_id: int, format_name: str) -> tuple[str, bytes]:
        """File name and content of an export: one file as it is, several in a zip. Raises NotFound, StudioError."""
        made = self.export_files(track_id, format_name)
        if len(made) == 1:
            return next(iter(made.items()))
        return file_name(self.library.get(track_id), f"{format_name}.zip"), zip_of(made)

    def export_files(self, track_id: int, format_name: str) -> dict[str, bytes]:
        """The files of an export by their names. Raises NotFound, StudioError for a format it does not know."""
        track = self.library.get(track_id)
        if format_name == "json":
            return {file_name(track, "json"): self.library.document(track_id).text.encode()}
        wanted = next((known for known in EXPORT_FORMATS if known == format_name), None)
        if wanted is None:
            known = ", ".join(["json", *EXPORT_FORMATS])
            raise StudioError(f"“{format_name}” is not an export format.", f"Use one of {known}.")
        made = exports(self.library.analysis(track_id), track, wanted)
        return {file_name(track, ending): content for ending, content in made.items()}

    # About

    def choose(self, choice: Choice) -> None:
        """Other engines from the next job on."""
        self.choice = choice
        self.analyst.choice = choice

    def about(self) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
        """Engines with their credits, folders and devices, for people."""
        return about_rows(self.paths, self.choice)


@lru_cache(maxsize=8)
def _current(choice: Choice) -> Mapping[str, Collection[str]]:
    """Aspect -> the signatures of today's engines, asked for at every search."""
    return signatures(ears_of(choice))
