"""The routes of collections: made, filled, looked at."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.values import Collection, Track
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.query import query_of
from musicflamingo_app.ui.speech_routes import text_of
from musicflamingo_app.ui.train.bodies import ids_of, nothing, number_of, texts_of

if TYPE_CHECKING:
    from musicflamingo_app.services.collections import Outlook

MOST_TAGS = 200


def collection_routes(studio: Studio) -> list[BaseRoute]:
    """Reading is GET, doing is POST."""
    pages = _Collections(studio)
    reading = {
        "/ma/train/collections.json": pages.every,
        "/ma/train/collections/{id:int}.json": pages.one,
        "/ma/train/tags.json": pages.tags,
    }
    doing = {
        "/ma/train/collections": pages.create,
        "/ma/train/collections/{id:int}/{action}": pages.change,
    }
    read = [Route(path, answers.answered(page), methods=["GET"]) for path, page in reading.items()]
    return [*read, *(Route(path, answers.with_body(page), methods=["POST"]) for path, page in doing.items())]


class _Collections:
    """One method for each route."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def every(self, _request: Request) -> Response:
        return answers.fresh_json([collection_row(row) for row in self._studio.collections.every()])

    def one(self, request: Request) -> Response:
        collection_id = number_of(request)
        found = self._studio.collections.get(collection_id)
        outlook = self._studio.collections.outlook(collection_id)
        tracks = [place_row(track) for track in self._studio.collections.tracks(collection_id)]
        return answers.fresh_json(collection_row(found) | {"tracks": tracks, "outlook": outlook_row(outlook)})

    def tags(self, _request: Request) -> Response:
        rows = self._studio.collections.tags()[:MOST_TAGS]
        return answers.fresh_json([{"kind": row.kind, "name": row.name, "n": row.n_tracks} for row in rows])

    def create(self, _request: Request, body: Body) -> Response:
        made = self._studio.collections.create(text_of(body, "name"), text_of(body, "licence_note"))
        return answers.fresh_json(collection_row(made))

    def change(self, request: Request, body: Body) -> Response:
        collection_id, ours = number_of(request), self._studio.collections
        actions: dict[str, Callable[[], Collection | None]] = {
            "describe": lambda: ours.describe(collection_id, text_of(body, "name"), text_of(body, "licence_note")),
            "put": lambda: ours.put(collection_id, ids_of(body, "tracks")),
            "put_found": lambda: ours.put_found(collection_id, query_of(texts_of(body, "query"))),
            "put_tagged": lambda: ours.put_tagged(collection_id, text_of(body, "kind"), text_of(body, "name")),
            "take": lambda: ours.take(collection_id, ids_of(body, "tracks")),
            "delete": lambda: ours.delete(collection_id),
        }
        action = request.path_params["action"]
        if action not in actions:
            raise nothing(request)
        changed = actions[action]()
        return answers.fresh_json(collection_row(changed) if changed is not None else {"id": collection_id})


def collection_row(collection: Collection) -> dict[str, Any]:
    """What the page shows of a collection."""
    return {
        "id": collection.id,
        "name": collection.name,
        "licence_note": collection.licence_note,
        "n_tracks": collection.n_tracks,
        "duration": collection.duration_s,
        "updated_at": collection.updated_at.isoformat(timespec="seconds"),
    }


def place_row(track: Track) -> dict[str, Any]:
    """What the page shows of a track in a collection."""
    return {
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "duration": track.duration_s,
        "analysed": track.analysed_at is not None,
    }


def outlook_row(outlook: "Outlook") -> dict[str, Any]:
    """What a collection would give, as the page reads it."""
    return {
        "n_tracks": outlook.n_tracks,
        "duration": outlook.duration_s,
        "n_analysed": outlook.n_analysed,
        "n_artists": outlook.n_artists,
        "n_albums": outlook.n_albums,
        "n_captions": outlook.n_captions,
        "n_captioned": outlook.n_captioned,
        "n_corrections": outlook.n_corrections,
        "doubts": [
            {"track": doubt.track_id, "title": doubt.title, "text": doubt.sentence, "missing": doubt.missing}
            for doubt in outlook.doubts
        ],
    }
