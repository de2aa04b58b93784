"""Gathers what a dataset is made from: tracks of the library with their cards, and what is missing or doubtful."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from db import collections, corrections
from db.values import MAX_PAGE_ROWS, Track, TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import SongCard, card_of
from musicflamingo_app.facts.prose.hedges import FAINT_TAG
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.measured import loudness_of
from train.corrected import corrected
from train.examples import Recording
from train.lyrics import lyrics_of

SHORTEST_S = 10.0
TAG_KINDS = ("instrument", "voice", "genre", "mood", "era")


@dataclass(frozen=True)
class Source:
    """A recording with its card, and sentences about what is missing or doubtful in it."""

    recording: Recording
    card: SongCard
    track_id: int = 0
    doubts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.recording.song


@dataclass(frozen=True)
class Gathered:
    """What a collection gives, and `missing`: title and reason of each track that gives nothing."""

    sources: tuple[Source, ...]
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def duration_s(self) -> float:
        return sum(source.card.duration_s for source in self.sources)


def gather(library: Library, track_ids: Iterable[int]) -> Gathered:
    """The sources of tracks, each once. Raises StudioError when there is no track, or none can be used."""
    sources, missing = [], []
    for track_id in dict.fromkeys(track_ids):
        track = library.get(track_id)
        try:
            sources.append(source_of(library, track))
        except StudioError as error:
            missing.append((track.title, str(error)))
    if not sources and not missing:
        raise StudioError("The collection is empty.", "Add tracks of the library to it first.")
    if not sources:
        title, why = missing[0]
        raise StudioError(f"None of the {len(missing)} tracks can be used; “{title}”: {why}")
    return Gathered(tuple(sources), tuple(missing))


def source_of(library: Library, track: Track) -> Source:
    """One track as a source; corrections outrank engines. Raises NotFound when its sound or analysis is missing."""
    path = library.original_path(track.id)
    if track.analysed_at is None:
        raise NotFound("It is not analysed.", "Analyse it first.")
    with library.database.read() as session:
        said = corrections.latest(session, track.id)
    analysis = corrected(library.analysis(track.id), said)
    card = card_of(
        analysis, title=track.title, artist=track.artist, album=track.album, year=track.year, genre=track.genre
    )
    card = replace(card, loudness_curve=loudness_of(library.curves(track.id)))
    words = tuple((line.text, line.time_s) for line in lyrics_of(path))
    recording = Recording(track.audio_sha256, str(path), track.title, track.artist or "", track.album or "", words)
    return Source(recording, card, track.id, doubts_of(card))


def doubts_of(card: SongCard) -> tuple[str, ...]:
    """What a person should know of a card before a model learns from it."""
    doubts = []
    if card.duration_s < SHORTEST_S:
        doubts.append(f"It lasts only {card.duration_s:.0f} seconds.")
    if card.not_measured:
        doubts.append(f"Not measured: {', '.join(card.not_measured)}.")
    facts = {"tempo": card.tempo_bpm, "key": card.key, "chords": card.chords, "sections": card.sections}
    unsure = [f"{name} ({fact.confidence:.0%})" for name, fact in facts.items() if fact and fact.confidence < 0.7]
    if unsure:
        doubts.append(f"Not sure: {', '.join(unsure)}.")
    return tuple(doubts)


def every_track(library: Library, query: TrackQuery) -> list[int]:
    """The ids of all tracks that a search finds, whatever page they stand on."""
    found: list[int] = []
    while True:
        page = library.search(replace(query, limit=MAX_PAGE_ROWS, offset=len(found)))
        found += [track.id for track in page.rows]
        if not page.rows or len(found) >= page.total:
            return found


def tagged(library: Library, name: str) -> list[int]:
    """The ids of all tracks with a tag of that name, whatever its kind. Raises StudioError when there is none."""
    with library.database.read() as session:
        found = [id_ for kind in TAG_KINDS for id_ in collections.tagged(session, kind, name, least_score=FAINT_TAG)]
    if not found:
        raise StudioError(f"No track has the tag “{name}”.", "Use a tag that the library shows, such as guitar.")
    return list(dict.fromkeys(found))


def audio_is_there(source: Source) -> bool:
    """Whether the file that plays a source still exists."""
    return Path(source.recording.audio).is_file()
