"""All routes of the Train page under /ma/train."""

from starlette.routing import BaseRoute

from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.train.adapter_routes import adapter_routes
from musicflamingo_app.ui.train.collection_routes import collection_routes
from musicflamingo_app.ui.train.dataset_routes import dataset_routes
from musicflamingo_app.ui.train.report_routes import report_routes
from musicflamingo_app.ui.train.run_routes import run_routes


def train_routes(studio: Studio, models: ModelDesk) -> list[BaseRoute]:
    """To stand before the route that answers for what is not there."""
    sets = [*dataset_routes(studio), *collection_routes(studio)]
    return [*sets, *run_routes(studio), *report_routes(studio), *adapter_routes(studio, models)]
