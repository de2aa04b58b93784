"""The routes of proposals, examples and datasets."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.values import Review
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.speech_routes import text_of
from musicflamingo_app.ui.train.bodies import nothing, number_of
from musicflamingo_app.ui.train.dataset_desk import DatasetDesk, Work
from musicflamingo_app.ui.train.example_view import dataset_row, example_row, page_of, proposal_view, reviewed_rows

DECISIONS = ("approved", "edited", "rejected", "proposed")


def dataset_routes(studio: Studio) -> list[BaseRoute]:
    """Reading is GET, doing is POST; to stand before the routes of collections, whose addresses they share."""
    pages = _Datasets(studio)
    reading = {
        "/ma/train/collections/{id:int}/proposal.json": pages.proposal,
        "/ma/train/collections/{id:int}/examples.json": pages.examples,
        "/ma/train/datasets.json": pages.every,
        "/ma/train/datasets/{name}/examples.json": pages.examples_of_dataset,
        "/ma/train/sounds/{sha}": pages.sound,
    }
    doing = {
        "/ma/train/collections/{id:int}/propose": pages.propose,
        "/ma/train/collections/{id:int}/freeze": pages.freeze,
        "/ma/train/collections/{id:int}/stop": pages.stop,
        "/ma/train/collections/{id:int}/review": pages.review,
        "/ma/train/datasets/{name}/{action}": pages.change,
    }
    read = [Route(path, answers.answered(page), methods=["GET"]) for path, page in reading.items()]
    return [*read, *(Route(path, answers.with_body(page), methods=["POST"]) for path, page in doing.items())]


class _Datasets:
    """One method for each route."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self._desk = studio, DatasetDesk(studio)

    # Proposals

    def propose(self, request: Request, body: Body) -> Response:
        self._desk.propose(number_of(request), body)
        return answers.fresh_json({"id": number_of(request)})

    def freeze(self, request: Request, body: Body) -> Response:
        self._desk.freeze(number_of(request), text_of(body, "name"), body)
        return answers.fresh_json({"id": number_of(request)})

    def stop(self, request: Request, _body: Body) -> Response:
        self._desk.stop(number_of(request))
        return answers.fresh_json({"id": number_of(request)})

    def proposal(self, request: Request) -> Response:
        collection_id = number_of(request)
        proposal, work, stale = self._desk.proposal(collection_id)
        told: dict[str, Any] = {"work": _work_row(work), "stale": stale, "proposal": None}
        if proposal is not None:
            from train.quality.filter import REASONS

            told["proposal"] = proposal_view(proposal, self._studio.collections.reviews(collection_id), REASONS)
        return answers.fresh_json(told)

    def examples(self, request: Request) -> Response:
        collection_id = number_of(request)
        proposal, _, _ = self._desk.proposal(collection_id)
        if proposal is None:
            return answers.fresh_json({"rows": [], "total": 0})
        reviews = self._studio.collections.reviews(collection_id)
        rows = reviewed_rows((("train", proposal.train), ("held_out", proposal.held_out)), reviews)
        return answers.fresh_json(page_of(rows, request.query_params))

    def review(self, request: Request, body: Body) -> Response:
        collection_id, state, sha = number_of(request), text_of(body, "state"), text_of(body, "sha")
        example_id = text_of(body, "example")
        if state not in DECISIONS:
            raise StudioError(f"An example cannot be “{state}”.", f"Use one of {', '.join(DECISIONS)}.")
        if state == "proposed":
            self._studio.collections.undecide(collection_id, example_id)
            return answers.fresh_json({"example": example_id, "state": state})
        texts = {name: text_of(body, name) if state == "edited" else None for name in ("question", "answer")}
        found = next((one for one in self._studio.collections.tracks(collection_id) if one.audio_sha256 == sha), None)
        if found is None:
            raise NotFound("The song of this example is not in the collection.", "Make the proposal again.")
        kept = self._studio.collections.decide(collection_id, Review(example_id, found.id, state, **texts))  # type: ignore[arg-type]
        return answers.fresh_json({"example": kept.example_id, "state": kept.state})

    # Datasets

    def every(self, _request: Request) -> Response:
        rows = [
            {"name": name, "broken": str(one)} if isinstance(one, StudioError) else dataset_row(one)
            for name, one in self._desk.every()
        ]
        return answers.fresh_json(rows)

    def examples_of_dataset(self, request: Request) -> Response:
        dataset = self._desk.one(request.path_params["name"])
        sides = (("train", dataset.train), ("held_out", dataset.held_out))
        rows = [example_row(example, side) for side, examples in sides for example in examples]
        return answers.fresh_json(page_of(rows, request.query_params))

    def change(self, request: Request, _body: Body) -> Response:
        if request.path_params["action"] != "delete":
            raise nothing(request)
        self._desk.remove(request.path_params["name"])
        return answers.fresh_json({"name": request.path_params["name"]})

    def sound(self, request: Request) -> Response:
        track_id = self._studio.collections.track_of(request.path_params["sha"])
        return answers.sound(request, self._studio.playback_path(track_id))


def _work_row(work: Work | None) -> dict[str, Any] | None:
    if work is None:
        return None
    told = {"busy": work.busy, "fraction": round(work.fraction, 4), "sentence": work.sentence}
    return told | {"failed": work.failed, "made": work.made}
