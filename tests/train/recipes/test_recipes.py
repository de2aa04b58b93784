"""Recipes: shipped ones are whole, every line explains itself, typos and wrong values cost one sentence."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from musicflamingo_app.errors import NotFound, StudioError
from train.recipes.read import SIZES, made, read_recipe, recipe_of, written
from train.recipes.recipe import STAGES, Recipe, as_table, lines


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("size", SIZES)
def test_a_shipped_recipe_is_read_and_survives_writing(stage: str, size: str, tmp_path: Path) -> None:
    recipe = recipe_of(stage, size)
    assert recipe.stage == stage and recipe.about
    (tmp_path / "recipe.toml").write_text(written(recipe), "utf-8")
    assert read_recipe(tmp_path / "recipe.toml") == recipe


@pytest.mark.parametrize("line", lines(), ids=lambda line: line.name)
def test_every_line_says_what_it_does_and_costs(line: Any) -> None:
    for said in (line.metadata["help"], line.metadata["cost"]):
        assert (said[0].isupper() or said[0].isdigit()) and said.endswith(".")
    assert f"# {line.metadata['help']} Cost: {line.metadata['cost']}\n{line.name} = " in written(Recipe())


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"learing_rate": 1e-4}, "The recipe's line learing_rate is not known. Did you mean learning_rate?"),
        ({"epochs": "three"}, "The recipe's line epochs is 'three'. It must be a number."),
        ({"epochs": True}, "The recipe's line epochs is True. It must be a number."),
        ({"batch": 1.5}, "The recipe's line batch is 1.5. It must be a whole number."),
        ({"batch": 0}, "The recipe's line batch is 0. It must be at least 1."),
        ({"lora_dropout": 1.0}, "The recipe's line lora_dropout is 1.0. It must be at most 0.9."),
        ({"learning_rate": float("nan")}, "The recipe's line learning_rate is nan. It must be at least 0."),
        ({"precision": "int3"}, "Choose one of auto, fp32, bf16, nf4."),
        ({"batch": 6, "batch_per_device": 4}, "The recipe's batch is 6, which 4 per device does not divide."),
        ({"grpo": {"clip": 0.1}}, "The recipe has a table [grpo], and its stage is 'sft'."),
        ({"stage": "grpo", "grpo": 3}, "Write it as a table, [grpo]."),
        ({"stage": "grpo", "grpo": {"clap": 0.1}}, "clap"),
    ],
)
def test_wrong_lines_cost_one_sentence(table: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StudioError) as refused:
        made(table)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_lines_are_set_by_hand() -> None:
    changed = recipe_of("sft", "small", ["epochs=2", "precision=fp32", "gradient_checkpointing = false"])
    assert (changed.epochs, changed.precision, changed.gradient_checkpointing) == (2.0, "fp32", False)
    assert as_table(changed) | {"epochs": 3.0, "precision": "auto", "gradient_checkpointing": True} == as_table(
        recipe_of("sft", "small")
    )
    assert recipe_of("grpo", "small", ["grpo.group_size=4"]).grpo["group_size"] == 4


@pytest.mark.parametrize("change", ["epochs", "=2", ""])
def test_a_change_without_a_value_is_refused(change: str) -> None:
    with pytest.raises(StudioError, match="key=value"):
        recipe_of("sft", "small", [change])


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("epochs = 1\n", "utf-8")
    assert recipe_of("cot", str(path)) == Recipe(stage="cot", epochs=1.0)
    path.write_text('stage = "grpo"\n', "utf-8")
    with pytest.raises(StudioError, match="for the stage 'grpo', not 'sft'"):
        recipe_of("sft", str(path))
    path.write_text("epochs = \n", "utf-8")
    with pytest.raises(StudioError, match=r"mine\.toml is not TOML"):
        recipe_of("sft", str(path))
    with pytest.raises(NotFound, match="There is no recipe 'huge'"):
        recipe_of("sft", "huge")


def test_a_text_with_quotes_and_lines_survives() -> None:
    recipe = Recipe(about='a "quoted"\nline — ♯')
    assert made(tomllib.loads(written(recipe))) == recipe
