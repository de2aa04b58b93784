"""Collections: tracks of the library that a model may learn from, and what they would give.

What an example is belongs to the trainer; here stand the tracks, what people decided about single examples, and what
can be said of a collection from the library alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from db import collections, tracks
from db.values import MAX_PAGE_ROWS, Collection, Review, TagCount, Track, TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.prose.hedges import FAINT_TAG
from musicflamingo_app.services.labels import MAX_LABEL, cleaned
from musicflamingo_app.services.library import Library

LONGEST_NOTE = 2_000  # characters
LONGEST_TEXT = 20_000  # characters of a question or answer that a person writes
SURE = 0.6  # a measurement less sure than this is pointed out; the pages say “unsure” below it too
SHORTEST_S = 10.0  # of a recording that most questions can be asked about
_ASPECTS = {
    "beats_confidence": "beats",
    "tempo_confidence": "tempo",
    "key_confidence": "key",
    "chords_confidence": "chords",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a track of a collection should be looked at, as a sentence; `missing` when it gives no examples at all."""

    track_id: int
    title: str
    sentence: str
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the library alone says of a collection: sizes, who plays, texts that people stand behind, and doubts."""

    n_tracks: int
    duration_s: float
    n_analysed: int
    n_artists: int
    n_albums: int
    n_captions: int  # preferred or written over by a person
    n_captioned: int  # tracks with one
    n_corrections: int
    doubts: tuple[Doubt, ...]


class Collections:
    """All that can be done with collections. Safe to use from many threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._database = library.database

    def every(self) -> tuple[Collection, ...]:
        """All collections, the one changed last first."""
        with self._database.read() as session:
            return collections.every(session)

    def get(self, collection_id: int) -> Collection:
        """The collection with an id. Raises NotFound."""
        with self._database.read() as session:
            return collections.get(session, collection_id)

    def create(self, name: str, licence_note: str = "") -> Collection:
        """An empty collection. Raises StudioError for a name or note that cannot be kept."""
        named, note = _name(name), _note(licence_note)
        with self._database.write() as session:
            return collections.create(session, named, licence_note=note, now=_now())

    def describe(self, collection_id: int, name: str, licence_note: str) -> Collection:
        """Gives it another name and licence note. Raises NotFound, StudioError."""
        named, note = _name(name), _note(licence_note)
        with self._database.write() as session:
            return collections.describe(session, collection_id, name=named, licence_note=note, now=_now())

    def delete(self, collection_id: int) -> None:
        """Removes a collection and its reviews; tracks, datasets and runs stay. Raises NotFound."""
        with self._database.write() as session:
            collections.delete(session, collection_id)

    # Tracks

    def tracks(self, collection_id: int) -> tuple[Track, ...]:
        """Its tracks by title. Raises NotFound."""
        with self._database.read() as session:
            return collections.tracks(session, collection_id)

    def put(self, collection_id: int, track_ids: Iterable[int]) -> Collection:
        """Adds tracks. Raises NotFound."""
        with self._database.write() as session:
            return collections.put(session, collection_id, track_ids, now=_now())

    def put_found(self, collection_id: int, query: TrackQuery) -> Collection:
        """Adds every track that a search finds, whatever page it stands on. Raises NotFound, MusicSyntaxError."""
        found: list[int] = []
        while True:
            page = self._library.search(replace(query, limit=MAX_PAGE_ROWS, offset=len(found)))
            found += [track.id for track in page.rows]
            if not page.rows or len(found) >= page.total:
                return self.put(collection_id, found)

    def put_tagged(self, collection_id: int, kind: str, name: str) -> Collection:
        """Adds every track with a tag. Raises NotFound, StudioError when no track bears it."""
        with self._database.read() as session:
            found = collections.tagged(session, kind, name, least_score=FAINT_TAG)
        if not found:
            raise StudioError(f"No track has the tag “{name}”.", "Choose one of the tags that are shown.")
        return self.put(collection_id, found)

    def take(self, collection_id: int, track_ids: Iterable[int]) -> Collection:
        """Takes tracks out. Raises NotFound."""
        with self._database.write() as session:
            return collections.take(session, collection_id, track_ids, now=_now())

    def tags(self) -> tuple[TagCount, ...]:
        """The library's tags, commonest first."""
        with self._database.read() as session:
            return collections.tags(session, least_score=FAINT_TAG)

    def outlook(self, collection_id: int) -> Outlook:
        """What the library says of a collection. Raises NotFound."""
        with self._database.read() as session:
            held = collections.tracks(session, collection_id)
            texts = collections.texts(session, collection_id)
        return Outlook(
            n_tracks=len(held),
            duration_s=sum(track.duration_s for track in held),
            n_analysed=sum(track.analysed_at is not None for track in held),
            n_artists=len({track.artist for track in held if track.artist}),
            n_albums=len({(track.artist, track.album) for track in held if track.album}),
            n_captions=texts.n_captions,
            n_captioned=texts.n_captioned,
            n_corrections=texts.n_corrections,
            doubts=tuple(doubt for track in held for doubt in doubts_about(track)),
        )

    def track_of(self, audio_sha256: str) -> int:
        """The track of an example, by the hash of its recording. Raises NotFound."""
        with self._database.read() as session:
            found = tracks.find_by_hash(session, audio_sha256)
        if found is None or found.deleted_at is not None:
            raise NotFound("The song of this example is not in the library any more.", "Add its file again.")
        return found.id

    # Reviews

    def reviews(self, collection_id: int) -> Mapping[str, Review]:
        """Example id -> what a person decided about it. Raises NotFound."""
        with self._database.read() as session:
            return collections.reviews(session, collection_id)

    def decide(self, collection_id: int, review: Review) -> Review:
        """Keeps a decision, in place of the one before. Raises NotFound, StudioError for a text that is no example."""
        for name, text in (("question", review.question), ("answer", review.answer)):
            if text is not None and not text.strip():
                raise StudioError(f"The {name} is empty.", "Write one, or reject the example.")
            if text is not None and len(text) > LONGEST_TEXT:
                raise StudioError(f"The {name} has {len(text)} characters.", f"Use at most {LONGEST_TEXT}.")
        with self._database.write() as session:
            return collections.decide(session, collection_id, review, now=_now())

    def undecide(self, collection_id: int, example_id: str) -> None:
        """Makes an example a proposal again. Raises StorageError."""
        with self._database.write() as session:
            collections.undecide(session, collection_id, example_id)


def doubts_about(track: Track) -> tuple[Doubt, ...]:
    """Why a track should be looked at before a model learns from it; none when all is well."""
    if track.analysed_at is None:
        return (Doubt(track.id, track.title, "It is not analysed, so nothing can be asked about it.", missing=True),)
    found = []
    if track.duration_s < SHORTEST_S:
        found.append(f"It lasts {track.duration_s:.0f} seconds, too short for most questions.")
    known = {name: getattr(track, column) for column, name in _ASPECTS.items()}
    absent = [name for name, confidence in known.items() if confidence is None]
    unsure = [f"{name} ({confidence:.0%})" for name, confidence in known.items() if confidence and confidence < SURE]
    if absent:
        found.append(f"Not measured: {', '.join(absent)}.")
    if unsure:
        found.append(f"Not sure: {', '.join(unsure)}.")
    if not track.artist:
        found.append("It names no artist, so it counts as one of its own when songs are held out.")
    return tuple(Doubt(track.id, track.title, sentence) for sentence in found)


def _name(text: str) -> str:
    named = cleaned(text)
    if named is None or len(text.strip()) > MAX_LABEL:
        raise StudioError("The name of the collection is empty or too long.", f"Use one to {MAX_LABEL} characters.")
    return named


def _note(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise StudioError(f"The licence note has {len(text)} characters.", f"Use at most {LONGEST_NOTE}.")
    return text.strip()


def _now() -> datetime:
    return datetime.now(UTC)
