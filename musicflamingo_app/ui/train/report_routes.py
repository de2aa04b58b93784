"""The routes of reports on held-out songs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.bodies import nothing
from musicflamingo_app.ui.train.report_desk import ReportDesk


def report_routes(studio: Studio) -> list[BaseRoute]:
    """Reading is GET, doing is POST."""
    pages = _Reports(ReportDesk(studio))
    reading = {"/ma/train/reports.json": pages.every, "/ma/train/reports/{name}.json": pages.one}
    doing = {"/ma/train/reports": pages.begin, "/ma/train/reports/{name}/{action}": pages.change}
    read = [Route(path, answers.answered(page), methods=["GET"]) for path, page in reading.items()]
    return [*read, *(Route(path, answers.with_body(page), methods=["POST"]) for path, page in doing.items())]


class _Reports:
    """One method for each route."""

    def __init__(self, desk: ReportDesk) -> None:
        self._desk = desk

    def every(self, _request: Request) -> Response:
        return answers.fresh_json(self._desk.every())

    def one(self, request: Request) -> Response:
        return answers.fresh_json(self._desk.one(request.path_params["name"]))

    def begin(self, _request: Request, body: Body) -> Response:
        return answers.fresh_json({"name": self._desk.begin(body)})

    def change(self, request: Request, _body: Body) -> Response:
        name, action = request.path_params["name"], request.path_params["action"]
        actions = {"stop": self._desk.stop, "resume": self._desk.resume, "delete": self._desk.remove}
        if action not in actions:
            raise nothing(request)
        actions[action](name)
        return answers.fresh_json({"name": name})
