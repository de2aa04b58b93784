"""Recipes from files and back: shipped ones by name, a person's own by path, single lines set by hand."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StudioError
from train.recipes.recipe import STAGES, Recipe, lines

SHIPPED = Path(__file__).parent
SIZES = ("small", "medium", "large")


def recipe_of(stage: str, named: str = "small", changes: Sequence[str] = ()) -> Recipe:
    """A shipped recipe (small, medium, large) or one in a file, for a stage, with `key=value` changes.

    Raises NotFound for one that is not there, StudioError for a line that is unknown or wrong.
    """
    if stage not in STAGES:
        raise NotFound(f"There is no stage {stage!r}.", f"Choose one of {', '.join(STAGES)}.")
    path = SHIPPED / f"{stage}-{named}.toml" if named in SIZES else Path(named)
    if not path.is_file():
        raise NotFound(f"There is no recipe {named!r}.", f"Choose one of {', '.join(SIZES)}, or name a TOML file.")
    table = _table(path)
    if table.get("stage", stage) != stage:
        raise StudioError(f"The recipe {path.name} is for the stage {table['stage']!r}, not {stage!r}.", _ANOTHER)
    return made({"stage": stage, **_changed(table, changes)})


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file. Raises NotFound, StudioError."""
    if not path.is_file():
        raise NotFound(f"There is no recipe {path}.", "Name a TOML file.")
    return made(_table(path))


def made(table: Mapping[str, Any]) -> Recipe:
    """A recipe of plain values. Raises StudioError for a line that is unknown or wrong."""
    for name in table:
        _known(name, [line.name for line in fields(Recipe)])
    recipe = Recipe(**{name: _exact(name, value) for name, value in table.items()})
    if recipe.stage == "grpo":
        from train.grpo.settings import settings_of

        settings_of(recipe.grpo)
    return recipe


def written(recipe: Recipe) -> str:
    """The recipe as TOML, each line under what it does and costs; reading it gives the same recipe."""
    said = []
    for line in lines():
        said += [f"# {line.metadata['help']} Cost: {line.metadata['cost']}", _assigned(line.name, recipe)]
    if recipe.grpo:
        said += ["", "[grpo]", *_table_lines(recipe.grpo)]
    return "\n".join(said) + "\n"


def _table_lines(table: Mapping[str, Any]) -> list[str]:
    from train.grpo.settings import lines as table_lines

    about = {one.name: one.metadata for one in table_lines()}
    said = []
    for name, value in table.items():
        said += [f"# {about[name]['help']} Cost: {about[name]['cost']}", f"{name} = {json.dumps(value)}"]
    return said


_ANOTHER = "Use a recipe of this stage."


def _assigned(name: str, recipe: Recipe) -> str:
    return f"{name} = {json.dumps(getattr(recipe, name), ensure_ascii=False)}"


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudioError(f"The recipe {path.name} is not TOML: {error}.", "Correct that line.") from error
    except OSError as error:
        raise StudioError(f"The recipe {path.name} cannot be read: {error.strerror}.", "Check the file.") from error


def _changed(table: dict[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    changed = {name: dict(value) if isinstance(value, dict) else value for name, value in table.items()}
    for change in changes:
        name, equals, text = change.partition("=")
        if not equals or not name.strip():
            raise StudioError(f"{change!r} sets no line of the recipe.", "Write it as key=value, such as epochs=2.")
        place, name = changed, name.strip()
        if name.startswith("grpo."):
            place, name = changed.setdefault("grpo", {}), name.removeprefix("grpo.")
        place[name] = _value(text.strip())
    return changed


def _value(text: str) -> Any:
    """A value as TOML writes it; anything else is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _known(name: str, names: Sequence[str]) -> None:
    if name not in names:
        near = get_close_matches(name, names, n=1)
        advice = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(names)}."
        raise StudioError(f"The recipe's line {name} is not known.", advice)


def _exact(name: str, value: Any) -> Any:
    """Whole numbers where the recipe has numbers with a point; everything else as it is, to be checked."""
    kinds = {line.name: type(line.default) for line in lines()}
    if name == "grpo" and not isinstance(value, dict):
        raise StudioError(f"The recipe's line grpo is {value!r}.", "Write it as a table, [grpo].")
    return float(value) if kinds.get(name) is float and type(value) is int else value
