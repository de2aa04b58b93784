"""The routes of recipes and runs."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.ui import answers
from musicflamingo_app.ui.answers import Body
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.bodies import nothing
from musicflamingo_app.ui.train.run_desk import RunDesk


def run_routes(studio: Studio) -> list[BaseRoute]:
    """Reading is GET, doing is POST."""
    pages = _Runs(RunDesk(studio))
    reading = {
        "/ma/train/recipes.json": pages.recipes,
        "/ma/train/runs.json": pages.every,
        "/ma/train/runs/compare.json": pages.compared,
        "/ma/train/runs/curves.json": pages.curves,
        "/ma/train/runs/{name}.json": pages.one,
        "/ma/train/trial.json": pages.tried,
        "/ma/train/plotly.js": pages.plotly,
    }
    doing = {
        "/ma/train/trial": pages.try_out,
        "/ma/train/runs": pages.begin,
        "/ma/train/runs/{name}/{action}": pages.change,
    }
    read = [Route(path, answers.answered(page), methods=["GET"]) for path, page in reading.items()]
    return [*read, *(Route(path, answers.with_body(page), methods=["POST"]) for path, page in doing.items())]


class _Runs:
    """One method for each route."""

    def __init__(self, desk: RunDesk) -> None:
        self._desk = desk

    def recipes(self, _request: Request) -> Response:
        return answers.fresh_json({"stages": self._desk.recipes(), "bases": self._desk.bases()})

    def every(self, _request: Request) -> Response:
        return answers.fresh_json(self._desk.every())

    def one(self, request: Request) -> Response:
        return answers.fresh_json(self._desk.one(request.path_params["name"]))

    def curves(self, request: Request) -> Response:
        return answers.tagged_json(request, self._desk.curves(request.query_params.getlist("run")[:2]))

    def compared(self, request: Request) -> Response:
        first, second = (request.query_params.get(name, "") for name in ("first", "second"))
        return answers.fresh_json(self._desk.compared(first, second))

    def plotly(self, request: Request) -> Response:
        """The drawing library as its Python package brings it, so that nothing is fetched from elsewhere."""
        from importlib.util import find_spec

        from musicflamingo_app.ui.train.files import script_of

        spec = find_spec("plotly")
        if spec is None or not spec.submodule_search_locations:
            raise MissingPackage("Curves need plotly, which is not installed.", "Run: pip install plotly")
        return script_of(request, spec.submodule_search_locations[0])

    def tried(self, _request: Request) -> Response:
        return answers.fresh_json({"trial": self._desk.tried()})

    def try_out(self, _request: Request, body: Body) -> Response:
        self._desk.try_out(body)
        return answers.fresh_json({"trial": self._desk.tried()})

    def begin(self, _request: Request, body: Body) -> Response:
        return answers.fresh_json({"name": self._desk.begin(body)})

    def change(self, request: Request, _body: Body) -> Response:
        name, action = request.path_params["name"], request.path_params["action"]
        actions = {"stop": self._desk.stop, "resume": self._desk.resume, "delete": self._desk.remove}
        if action not in actions:
            raise nothing(request)
        actions[action](name)
        return answers.fresh_json({"name": name})
