"""Names of runs, datasets and evaluations in addresses: each is one folder's."""

from musicflamingo_app.errors import NotFound


def named(name: str, what: str) -> str:
    """A name that is one folder's, not a way to another. Raises NotFound."""
    if not name or name.startswith(".") or "/" in name or "\\" in name or "\0" in name:
        raise NotFound(f"There is no {what} named “{name}”.", "Choose one on the Train page.")
    return name
