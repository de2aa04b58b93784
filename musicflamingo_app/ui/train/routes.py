"""All routes of the Train page under /ma/train."""

from starlette.routing import BaseRoute

from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.train.collection_routes import collection_routes


def train_routes(studio: Studio) -> list[BaseRoute]:
    """To stand before the route that answers for what is not there."""
    return [*collection_routes(studio)]
