"""The studio's own routes under /ma: what the pages read and do, beside Gradio's.

Reading is GET and changes nothing; doing is POST and is refused from other sites (ui/guard.py). Every error is one
JSON object with `what` and `advice`.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from db.values import Job, Track
from musicflamingo_app.errors import NotFound
from musicflamingo_app.music.key import Key
from musicflamingo_app.ui import answers, words
from musicflamingo_app.ui.assets import assets_folder
from musicflamingo_app.ui.contract import EXPORT_FORMATS, Studio
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.query import MAX_ID, query_of
from musicflamingo_app.ui.speech_routes import speech_routes
from musicflamingo_app.ui.train.routes import train_routes
from musicflamingo_app.ui.view import track_view


def routes(studio: Studio, models: ModelDesk) -> list[BaseRoute]:
    """All routes of the studio, to stand before Gradio's."""
    pages = _Pages(studio)
    get, post = ["GET"], ["POST"]
    named = [
        Route("/ma/tracks/{id:int}/view.json", answers.answered(pages.view), methods=get),
        Route("/ma/tracks/{id:int}/peaks.bin", answers.answered(pages.peaks), methods=get),
        Route("/ma/tracks/{id:int}/audio", answers.answered(pages.audio), methods=get),
        Route("/ma/tracks/{id:int}/export/{format}", answers.answered(pages.export), methods=get),
        Route("/ma/library.json", answers.answered(pages.library), methods=get),
        Route("/ma/jobs.json", answers.answered(pages.jobs), methods=get),
        Route("/ma/examples.json", answers.answered(pages.examples), methods=get),
        Route("/ma/about.json", answers.answered(pages.about), methods=get),
        *speech_routes(studio, models),
        *train_routes(studio, models),
        Route("/ma/tracks/{id:int}/{action}", answers.answered(pages.change_track), methods=post),
        Route("/ma/jobs/{id:int}/{action}", answers.answered(pages.change_job), methods=post),
        Route("/ma/examples/{id}", answers.answered(pages.add_example), methods=post),
        Route("/ma/{rest:path}", answers.answered(_nothing_here), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]
    folders = ("js", "css", "icons")
    files = [Mount(f"/ma-assets/{name}", StaticFiles(directory=assets_folder() / name)) for name in folders]
    return [*named, *files]


def _nothing_here(request: Request) -> Response:
    raise NotFound(f"There is nothing at {request.url.path}.", "Open the studio's first page.")


class _Pages:
    """One method for each route."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def view(self, request: Request) -> Response:
        track_id = _id(request)
        document = track_view(self._studio.track(track_id), self._studio.analysis(track_id))
        return answers.tagged_json(request, document)

    def peaks(self, request: Request) -> Response:
        return answers.tagged(request, self._studio.peaks(_id(request)), "application/octet-stream")

    def audio(self, request: Request) -> Response:
        return answers.sound(request, self._studio.playback_path(_id(request)))

    def export(self, request: Request) -> Response:
        format_name = request.path_params["format"]
        if format_name not in EXPORT_FORMATS:
            raise NotFound(f"“{format_name}” is not an export format.", f"Use one of {', '.join(EXPORT_FORMATS)}.")
        return answers.download(*self._studio.export(_id(request), format_name))

    def library(self, request: Request) -> Response:
        page = self._studio.search(query_of(request.query_params))
        stale = self._studio.stale()
        rows = [track_row(track, track.id in stale) for track in page.rows]
        return answers.fresh_json({"rows": rows, "total": page.total})

    def jobs(self, _request: Request) -> Response:
        return answers.fresh_json([job_row(job) for job in self._studio.jobs()])

    def examples(self, _request: Request) -> Response:
        rows = [{"id": it.id, "title": it.title, "about": it.about} for it in self._studio.examples()]
        return answers.fresh_json(rows)

    def about(self, _request: Request) -> Response:
        return answers.fresh_json([{"heading": heading, "rows": list(rows)} for heading, rows in self._studio.about()])

    def add_example(self, request: Request) -> Response:
        return answers.fresh_json(job_row(self._studio.add_example(request.path_params["id"])))

    def change_job(self, request: Request) -> Response:
        job_id, action = _id(request), request.path_params["action"]
        if action == "retry":
            return answers.fresh_json(job_row(self._studio.retry(job_id)))
        actions = {"cancel": self._studio.cancel, "dismiss": self._studio.dismiss}
        if action not in actions:
            return _nothing_here(request)
        actions[action](job_id)
        return answers.fresh_json({"id": job_id})

    def change_track(self, request: Request) -> Response:
        track_id, action = _id(request), request.path_params["action"]
        if action == "reanalyse":
            return answers.fresh_json(job_row(self._studio.reanalyse(track_id)))
        if action == "delete":
            self._studio.delete(track_id)
            return answers.fresh_json({"id": track_id})
        if action == "rename":
            title, artist = request.query_params.get("title", ""), request.query_params.get("artist", "")
            self._studio.rename(track_id, title, artist.strip() or None)
        elif action == "restore":
            self._studio.restore(track_id)
        else:
            return _nothing_here(request)
        return answers.fresh_json(track_row(self._studio.track(track_id), False))


def _id(request: Request) -> int:
    number: int = request.path_params["id"]
    if number > MAX_ID:
        raise NotFound(f"Nothing has the number {number}.", "Open the Library and choose from there.")
    return number


def job_row(job: Job) -> dict[str, Any]:
    """What the page shows of a job."""
    return {
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "label": words.STATE_LABELS[job.state],
        "stage": job.stage,
        "fraction": round(min(1.0, max(0.0, job.fraction)), 4),
        "what": job.what,
        "advice": job.advice,
        "track_id": job.track_id,
    }


def track_row(track: Track, stale: bool) -> dict[str, Any]:
    """What the library shows of a track."""
    return {
        "id": track.id,
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "year": track.year,
        "duration": track.duration_s,
        "bpm": None if track.tempo_bpm is None else round(track.tempo_bpm, 1),
        "key": Key.parse(track.key).pretty if track.key else None,
        "camelot": track.camelot,
        "metre": track.metre,
        "chords": track.chord_text,
        "added_at": track.added_at.isoformat(timespec="seconds"),
        "analysed": track.analysed_at is not None,
        "stale": stale,
    }
