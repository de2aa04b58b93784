"""What the Train page's requests carry, checked."""

from typing import Any

from starlette.requests import Request

from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.ui.answers import Body

MOST_IDS = 100_000


def number_of(request: Request) -> int:
    """The number in the address. Raises NotFound for one that no row can have."""
    number: int = request.path_params["id"]
    if number >= 2**63:
        raise NotFound(f"Nothing has the number {number}.", "Open the Train page and choose from there.")
    return number


def ids_of(body: Body, name: str) -> list[int]:
    """A list of whole numbers. Raises StudioError for anything else."""
    value: Any = body.get(name)
    if not isinstance(value, list) or len(value) > MOST_IDS or not all(type(item) is int for item in value):
        raise StudioError(f"“{name}” is not a list of numbers.", "Send the numbers of the tracks as a JSON list.")
    return value


def texts_of(body: Body, name: str) -> dict[str, str]:
    """An object whose values are texts. Raises StudioError for anything else."""
    value: Any = body.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise StudioError(f"“{name}” is not an object of texts.", "Send names with their values as JSON strings.")
    return value


def nothing(request: Request) -> NotFound:
    """The error for an address that leads nowhere."""
    return NotFound(f"There is nothing at {request.url.path}.", "Open the Train page and choose from there.")
