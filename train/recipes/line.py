"""One line of a recipe: its default, what it does, what it costs, and which values it takes."""

from dataclasses import Field, field
from typing import Any

from musicflamingo_app.errors import StudioError


def line(default: Any, help: str, cost: str, *, low: float | None = None, high: float | None = None,
         above: float | None = None, choices: tuple[str, ...] = ()) -> Any:  # fmt: skip
    """A dataclass field that explains itself. `low` and `high` are allowed themselves, `above` is not."""
    about = {"help": help, "cost": cost, "low": low, "high": high, "above": above, "choices": choices}
    return field(default=default, metadata=about)


def check_line(one: Field[Any], value: object, *, table: str = "") -> None:
    """Whether a line may have this value; `table` is the TOML table it stands in. Raises StudioError."""
    about, kind, name = one.metadata, type(one.default), f"{table}.{one.name}" if table else one.name
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise refused(name, value, f"It must be {_kinds[kind]}.")
    if about["choices"] and value not in about["choices"]:
        raise refused(name, value, f"Choose one of {', '.join(about['choices'])}.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(name, value, about["low"], about["high"], about["above"])


def _check_number(name: str, value: float, low: float | None, high: float | None, above: float | None) -> None:
    if low is not None and not value >= low:
        raise refused(name, value, f"It must be at least {low:g}.")
    if above is not None and not value > above:
        raise refused(name, value, f"It must be more than {above:g}.")
    if high is not None and not value <= high:
        raise refused(name, value, f"It must be at most {high:g}.")


def refused(name: str, value: object, advice: str) -> StudioError:
    """What is said about a wrong value."""
    return StudioError(f"The recipe's line {name} is {value!r}.", advice)


_kinds = {int: "a whole number", float: "a number", bool: "true or false", str: "a text in quotes"}
