"""Two runs side by side: what was set differently, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from train.runs.read import Run

_LOWER_IS_BETTER = ("loss", "held_out_loss")


@dataclass(frozen=True)
class Comparison:
    """`settings` and `origins` hold what differs, by name, as (first, second); `results` all that both measured."""

    first: str
    second: str
    settings: Mapping[str, tuple[Any, Any]]
    origins: Mapping[str, tuple[Any, Any]]
    results: Mapping[str, tuple[float | None, float | None]]

    @property
    def same_data(self) -> bool:
        """Whether both learned from the same examples."""
        return "data" not in self.origins


def compare(first: Run, second: Run) -> Comparison:
    """Compares two runs that were read whole (`read_run`)."""
    origins = {name: (_origin(first, name), _origin(second, name)) for name in ("model", "data", "commit", "adapter")}
    return Comparison(
        first.name,
        second.name,
        _different(first.settings, second.settings),
        {name: pair for name, pair in origins.items() if pair[0] != pair[1]},
        _results(first, second),
    )


def _origin(run: Run, name: str) -> Any:
    if name == "data":
        return run.about.get("card", {}).get("data_hash") or run.about.get("dataset")
    return run.about.get(name, "")


def _different(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = dict.fromkeys([*one, *other])
    return {name: (one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)}


def _results(first: Run, second: Run) -> dict[str, tuple[float | None, float | None]]:
    names = [name for name in dict.fromkeys([*first.curves, *second.curves]) if name not in ("epoch", "learning_rate")]
    results: dict[str, tuple[float | None, float | None]] = {"steps": (first.step, second.step)}
    for name in names:
        results[name] = (_end(first, name), _end(second, name))
        if name in _LOWER_IS_BETTER:
            results[f"best {name}"] = (_best(first, name), _best(second, name))
    return results


def _end(run: Run, name: str) -> float | None:
    """Where a curve ends: the mean of its last tenth, for single steps are noise."""
    points = run.curves.get(name, ())
    last = points[-max(1, len(points) // 10) :]
    return sum(value for _, value in last) / len(last) if last else None


def _best(run: Run, name: str) -> float | None:
    return min((value for _, value in run.curves.get(name, ())), default=None)
