"""The routes of adapters: which there are, put on in the chat, given away, taken in, removed."""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from musicflamingo_app.errors import StorageError, StudioError
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.speech_routes import text_of
from musicflamingo_app.ui.train.adapter_desk import AdapterDesk
from musicflamingo_app.ui.train.bodies import nothing, number_of

if TYPE_CHECKING:
    from db.values import Adapter

MAX_ZIP_BYTES = 8_500_000_000


def adapter_routes(studio: Studio, models: ModelDesk) -> list[BaseRoute]:
    """Reading is GET, doing is POST."""
    pages = _Adapters(studio, models)
    post = ["POST"]
    return [
        Route("/ma/train/adapters.json", answers.answered(pages.every), methods=["GET"]),
        Route("/ma/train/adapters/{id:int}/adapter.zip", answers.answered(pages.packed), methods=["GET"]),
        Route("/ma/train/adapters/keep", answers.with_body(pages.keep), methods=post),
        Route("/ma/train/adapters/import", pages.bring, methods=post),
        Route("/ma/train/adapters/{id:int}/{action}", answers.with_body(pages.change), methods=post),
    ]


class _Adapters:
    """One method for each route."""

    def __init__(self, studio: Studio, models: ModelDesk) -> None:
        self._studio, self._models, self._desk = studio, models, AdapterDesk(studio)

    def every(self, _request: Request) -> Response:
        names = {offer.model.id: offer.model.name for offer in self._studio.speech.models()}
        rows = self._studio.speech.adapters.every()
        return answers.fresh_json([adapter_row(row, names) | {"merging": self._desk.merging(row.id)} for row in rows])

    def packed(self, request: Request) -> Response:
        handle, path = tempfile.mkstemp(suffix=".zip", dir=self._studio.paths.incoming)
        os.close(handle)
        try:
            name = self._desk.export(number_of(request), Path(path))
        except StudioError:
            Path(path).unlink(missing_ok=True)
            raise
        gone = BackgroundTask(Path(path).unlink, missing_ok=True)
        headers = {"Cache-Control": "no-store"}
        return FileResponse(
            path, filename=f"{name}.zip", media_type="application/zip", headers=headers, background=gone
        )

    async def bring(self, request: Request) -> Response:
        """The request's body is the zip; its query names the adapter and the base."""
        handle, path = tempfile.mkstemp(suffix=".zip", dir=self._studio.paths.incoming)
        asked = request.query_params
        try:
            with os.fdopen(handle, "wb") as file:
                await _received(request, file)
            kept = await run_in_threadpool(self._desk.bring, Path(path), asked.get("name", ""), asked.get("model", ""))
            return answers.fresh_json({"id": kept.id, "name": kept.name})
        except StudioError as error:
            return answers.sentence(error)
        finally:
            Path(path).unlink(missing_ok=True)

    def keep(self, _request: Request, body: Body) -> Response:
        kept = self._desk.keep(text_of(body, "run"), text_of(body, "name"))
        return answers.fresh_json({"id": kept.id, "name": kept.name})

    def change(self, request: Request, _body: Body) -> Response:
        ours, adapter_id = self._studio.speech.adapters, number_of(request)
        action = request.path_params["action"]
        if action == "use":
            self._models.act(ours.use(adapter_id).base_model, "choose", {})
        elif action == "set_aside":
            ours.set_aside(adapter_id)
        elif action == "merge":
            self._desk.merge(adapter_id)
        elif action == "delete":
            ours.remove(adapter_id)
        else:
            raise nothing(request)
        return answers.fresh_json({"id": adapter_id})


def adapter_row(adapter: "Adapter", names: dict[str, str]) -> dict[str, Any]:
    """What the page shows of an adapter."""
    return {
        "id": adapter.id,
        "name": adapter.name,
        "base_model": adapter.base_model,
        "base_name": names.get(adapter.base_model, adapter.base_model),
        "known": adapter.base_model in names,
        "run": adapter.run,
        "dataset": adapter.dataset,
        "imported": adapter.imported,
        "in_use": adapter.in_use,
        "created_at": adapter.created_at.isoformat(timespec="seconds"),
        "scores": adapter.about.get("scores") or {},
        "about": {name: value for name, value in adapter.about.items() if isinstance(value, str | int) and value},
    }


async def _received(request: Request, file: Any) -> None:
    n_bytes = 0
    try:
        async for chunk in request.stream():
            n_bytes += len(chunk)
            if n_bytes > MAX_ZIP_BYTES:
                raise StudioError("The file is too large for an adapter.", "Bring the zip of one adapter.")
            await run_in_threadpool(file.write, chunk)
    except OSError as error:
        what = f"The file cannot be taken in: {error.strerror or error}."
        raise StorageError(what, "Free some space, then try again.") from error
