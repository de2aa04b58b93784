"""The library: every track with its analysis and files, kept whole or not at all.

Conventions: rows and files change together; a row never refers to files that are not there. Times are aware UTC.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db import analyses, search, tracks
from db.session import Database
from db.values import NewTrackFacts, Track, TrackPage, TrackQuery
from musicflamingo_app.errors import NotFound, StorageError
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.analysis_json import analysis_from_json
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.services.labels import Labels, checked, cleaned, title_for
from musicflamingo_app.services.store import PEAKS_NAME, Draft, Store, safe_suffix

LATER = frozenset({"instruments"})  # aspects that earlier versions of the studio did not measure
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewTrack:
    """A recording that was just analysed: its files, facts, tags as found, and measurements.

    `original_path` is copied, or with `move_original` gone once the track is kept; `playback_path` always goes.
    """

    audio_sha256: str
    original_path: Path
    original_name: str
    playback_path: Path
    peaks: bytes
    duration_s: float
    rate_hz: int
    channels: int
    codec: str
    analysis: Analysis
    curves: Curves
    title: str | None = None
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None
    move_original: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """The stored JSON of an analysis, and a tag that changes when it does."""

    text: str
    etag: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the library holds, deleted tracks left out."""

    n_tracks: int
    duration_s: float


class Library:
    """All that can be done with kept tracks. Safe to use from many threads."""

    def __init__(self, database: Database, store: Store) -> None:
        self.database = database
        self.store = store

    def keep(self, new: NewTrack) -> Track:
        """Keeps a recording with its analysis and files; one that is there already is given back as it is.

        Raises StorageError, and then nothing has changed: neither rows nor files, nor the paths given.
        """
        facts = _facts(new)
        copies = {f"original{facts.original_suffix}": new.original_path, _playback_name(facts): new.playback_path}
        curves, now = new.curves.to_bytes(), _now()
        with self.store.draft(new.audio_sha256, copies, {PEAKS_NAME: new.peaks}) as draft:
            track = self._keep_draft(draft, facts, new.analysis, curves, now)
        for path in [new.playback_path, *([new.original_path] if new.move_original else [])]:
            _forget(path)
        return track

    def _keep_draft(
        self, draft: Draft, facts: NewTrackFacts, analysis: Analysis, curves: bytes, now: datetime
    ) -> Track:
        try:
            with self.database.write() as session:
                known = tracks.find_by_hash(session, facts.audio_sha256)
                if known is not None and self._has_files(known):
                    return tracks.restore(session, known.id)
                kept = tracks.add(session, facts, now=now) if known is None else tracks.refile(session, known.id, facts)
                track = analyses.put(session, kept.id, analysis, curves, now=now)
                self.store.place(draft)  # last before the commit: all else that can fail has passed
            return track
        except BaseException:
            self._remove_orphans([facts.audio_sha256])
            raise

    def replace_analysis(self, track_id: int, analysis: Analysis, curves: Curves) -> Track:
        """Stores a new analysis of a track; its names stay. Raises NotFound, StorageError."""
        with self.database.write() as session:
            tracks.get(session, track_id)
            return analyses.put(session, track_id, analysis, curves.to_bytes(), now=_now())

    def find_by_hash(self, audio_sha256: str) -> Track | None:
        """The track of a recording, brought back when it was deleted; None when it must be kept (anew)."""
        with self.database.read() as session:
            known = tracks.find_by_hash(session, audio_sha256)
        if known is None or not self._has_files(known):
            return None
        return self.restore(known.id) if known.deleted_at else known

    def get(self, track_id: int) -> Track:
        """The track with an id. Raises NotFound for an unknown or deleted one."""
        with self.database.read() as session:
            return tracks.get(session, track_id)

    def document(self, track_id: int) -> Document:
        """The analysis of a track as the JSON text that is stored. Raises NotFound."""
        with self.database.read() as session:
            tracks.get(session, track_id)
            text = analyses.get(session, track_id).document
        return Document(text, hashlib.sha256(text.encode()).hexdigest()[:32])

    def analysis(self, track_id: int) -> Analysis:
        """The analysis of a track. Raises NotFound, or StudioError when it was stored in another version's form."""
        return analysis_from_json(json.loads(self.document(track_id).text))

    def curves(self, track_id: int) -> Curves:
        """The curves of a track. Raises NotFound, or StorageError when they cannot be read."""
        with self.database.read() as session:
            tracks.get(session, track_id)
            stored = analyses.get(session, track_id).curves
        try:
            return Curves.from_bytes(stored)
        except ValueError as error:
            raise StorageError(f"The curves of track {track_id} are damaged.", "Analyse the track again.") from error

    def original_path(self, track_id: int) -> Path:
        """The file as it was added. Raises NotFound."""
        track = self.get(track_id)
        return _present(self.store.original_path(track.audio_sha256, track.original_suffix), track)

    def playback_path(self, track_id: int) -> Path:
        """The copy that the browser plays. Raises NotFound."""
        track = self.get(track_id)
        return _present(self.store.playback_path(track.audio_sha256, track.playback_suffix), track)

    def peaks_path(self, track_id: int) -> Path:
        """The waveform's peaks. Raises NotFound."""
        track = self.get(track_id)
        return _present(self.store.peaks_path(track.audio_sha256), track)

    def rename(self, track_id: int, labels: Labels) -> Track:
        """Writes all names of a track. Raises NotFound, or StudioError for a name that cannot be kept."""
        good = checked(labels)
        with self.database.write() as session:
            tracks.get(session, track_id)
            return tracks.describe(session, track_id, **asdict(good))

    def delete(self, track_id: int) -> Track:
        """Takes a track out of sight; `restore` undoes it until it is purged. Raises NotFound."""
        with self.database.write() as session:
            return tracks.delete(session, track_id, now=_now())

    def restore(self, track_id: int) -> Track:
        """Brings a deleted track back. Raises NotFound once it is purged."""
        with self.database.write() as session:
            return tracks.restore(session, track_id)

    def purge(self, *, older_than_days: float) -> int:
        """Removes for good what was deleted longer ago, rows first, then files; gives how many tracks."""
        with self.database.write() as session:
            gone = tracks.purge(session, deleted_before=_now() - timedelta(days=older_than_days))
        self._remove_orphans([track.audio_sha256 for track in gone])
        return len(gone)

    def sweep(self) -> int:
        """Removes files that a killed process left without a row; gives how many folders. For the start of a server."""
        return self.store.sweep_drafts(now_s=_now().timestamp()) + self._remove_orphans(self.store.hashes())

    def search(self, query: TrackQuery) -> TrackPage:
        """One page of what a query finds. Raises MusicSyntaxError for a progression that cannot be read."""
        with self.database.read() as session:
            return search.search(session, query)

    def stale(self, current: Mapping[str, Collection[str]]) -> tuple[int, ...]:
        """Tracks, newest first, with an aspect measured otherwise than now.

        `current` maps an aspect to the Provenance signatures that count as up to date (the chosen engine's, and its
        fallbacks'); aspects not named there are not looked at.
        """
        with self.database.read() as session:
            stored = tracks.signatures(session)
        verdicts = {signature: is_stale(signature.splitlines(), current) for signature in {text for _, text in stored}}
        return tuple(track_id for track_id, signature in stored if verdicts[signature])

    def counts(self) -> Counts:
        """How much the library holds."""
        with self.database.read() as session:
            return Counts(tracks.count(session), tracks.total_duration_s(session))

    def _has_files(self, track: Track) -> bool:
        return self.store.playback_path(track.audio_sha256, track.playback_suffix).is_file()

    def _remove_orphans(self, audio_sha256s: Iterable[str]) -> int:
        """Removes the files that no row refers to; what cannot be removed now is left for `sweep`."""
        candidates, n_removed = frozenset(audio_sha256s), 0
        if not candidates:
            return 0
        try:
            with self.database.write() as session:  # exclusive: nobody keeps the same recording meanwhile
                for audio_sha256 in candidates - tracks.hashes(session):
                    self.store.remove(audio_sha256)
                    n_removed += 1
        except StorageError:
            log.warning("Some files without a track could not be removed.", exc_info=True)
        return n_removed


def is_stale(lines: Iterable[str], current: Mapping[str, Collection[str]]) -> bool:
    """Whether one of the lines `aspect=signature` is not among the current signatures of its aspect.

    A line without a signature was tried and holds nothing. An aspect of `LATER` without a line was never tried.
    """
    known = dict(line.partition("=")[::2] for line in lines)
    otherwise = any(signature and signature not in current[aspect] for aspect, signature in known.items()
                    if aspect in current)  # fmt: skip
    return otherwise or any(current.get(aspect) and known and aspect not in known for aspect in LATER)


def _facts(new: NewTrack) -> NewTrackFacts:
    return NewTrackFacts(
        audio_sha256=new.audio_sha256,
        title=title_for(new.title, new.original_name),
        artist=cleaned(new.artist),
        album=cleaned(new.album),
        year=new.year if new.year and 0 < new.year < 10_000 else None,
        genre=cleaned(new.genre),
        duration_s=new.duration_s,
        rate_hz=new.rate_hz,
        channels=new.channels,
        codec=new.codec,
        original_name=cleaned(new.original_name) or "",
        original_suffix=safe_suffix(new.original_name),
        playback_suffix=safe_suffix(new.playback_path.name),
    )


def _playback_name(facts: NewTrackFacts) -> str:
    return f"playback{facts.playback_suffix}"


def _present(path: Path, track: Track) -> Path:
    if not path.is_file():
        raise NotFound(f"The {path.stem} file of “{track.title}” is missing.", "Add the track's file again.")
    return path


def _forget(path: Path) -> None:
    """Removes a file that was taken over; one that stays is only waste."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        log.warning("%s could not be removed.", path, exc_info=True)


def _now() -> datetime:
    return datetime.now(UTC)
