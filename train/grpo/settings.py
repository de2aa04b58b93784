"""What a GRPO run is told. The recipe's table `[grpo]` is read into this."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from difflib import get_close_matches
from typing import Any

from musicflamingo_app.errors import StudioError
from train.recipes.line import check_line, line
from train.rewards.layout import LAYOUTS
from train.rewards.total import ACCURACIES, CAPTIONS

TABLE = "grpo"
FROM_RECIPE = (  # the lines of the recipe itself that a run by reward reads
    "precision", "lora_rank", "lora_alpha", "projector_learning_rate", "max_tokens", "cache_gb",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GrpoSettings:
    """Defaults follow the paper where it says (group of 5, learning rate of full tuning) and TRL where it does not."""

    group_size: int = line(
        5, "Answers drawn for each prompt; each is judged against the others.", "Drawing grows with it.", low=2
    )
    prompts_per_step: int = line(
        8, "Different prompts in a step; with fewer the curve is mostly noise.", "Time per step grows with it.", low=1
    )
    updates_per_batch: int = line(
        1, "How often each batch is learned from; the clip matters from the second on.", "Learning time.", low=1
    )
    clip: float = line(0.2, "How far a word's probability may move in an update and still count.", "Nothing.", above=0)
    kl_weight: float = line(
        0.01,
        "Pull towards the model that it starts from; 0 needs none.",
        "One more reading of each answer.",
        low=0,
    )
    kl_correction: bool = line(False, "Weigh that pull by the ratio, as TRL does; the paper does not.", "Nothing.")
    temperature: float = line(
        1.0,
        "How freely answers are drawn; too cold and all are alike.",
        "Groups alike teach nothing.",
        above=0,
    )
    max_new_tokens: int = line(
        512, "Where an answer is cut.", "Drawing takes as long as the longest; memory grows with it.", low=1
    )
    steps: int = line(200, "Batches drawn in all.", "Time.", low=1)
    learning_rate: float = line(
        1e-5, "Largest step of the adapter's weights.", "Too large forgets how to answer at all.", above=0
    )
    warmup_share: float = line(0.03, "Share of the updates in which the rate grows.", "Nothing.", low=0, high=1)
    max_grad_norm: float = line(1.0, "Longer gradients are shortened to this.", "Nothing.", above=0)
    seed: int = line(0, "Order of the prompts, and what is drawn.", "Nothing.", low=0)
    prompts_at_once: int = line(
        8, "Prompts whose answers are drawn together.", "Memory grows with it; fewer take longer.", low=1
    )
    think: bool = line(True, "Whether prompts ask for thoughts before the answer.", "Answers several times longer.")
    layout: str = line(
        "think", "What earns the reward for form.", "A form that is never met teaches nothing.", choices=tuple(LAYOUTS)
    )
    format_weight: float = line(0.2, "Weight of the form in the reward; the paper adds 1 and 1.", "Nothing.", low=0)
    task_weight: float = line(0.8, "Weight of what is said in the reward.", "Nothing.", low=0)
    captions: str = line(
        "bounded", "How captions are judged: bounded punishes wrong claims, printed is the paper's, task our score.",
        "The printed reward grows with length.", choices=(*CAPTIONS, "task"),
    )  # fmt: skip
    accuracy: str = line(
        "task", "How answers are judged: by their task, or by exact match.", "Exact match gives nothing for near.",
        choices=tuple(ACCURACIES),
    )  # fmt: skip
    control_every: int = line(
        20, "Steps between looks at held-out prompts, heard and as noise; 0 for never.",
        "As long as drawing so many prompts twice.", low=0,
    )  # fmt: skip
    control_prompts: int = line(16, "How many of them.", "Time of each look.", low=0)
    save_every: int = line(20, "Steps between checkpoints.", "A killed run repeats what came after the last.", low=1)
    keep_checkpoints: int = line(
        2, "Newest checkpoints that stay.", "0.5 GB each for rank 16 on the 8B model.", low=1, high=100
    )

    def __post_init__(self) -> None:
        for one in lines():
            check_line(one, getattr(self, one.name), table=TABLE)


def lines() -> tuple[Field[Any], ...]:
    """Every line of the table, in its order."""
    return fields(GrpoSettings)


def settings_of(table: Mapping[str, Any]) -> GrpoSettings:
    """The settings of a recipe's table. Raises StudioError for a line that is unknown or wrong."""
    kinds = {one.name: type(one.default) for one in lines()}
    for name in table:
        if name not in kinds:
            near = get_close_matches(name, kinds, n=1)
            advice = f"Did you mean {TABLE}.{near[0]}?" if near else f"Known are {', '.join(sorted(kinds))}."
            raise StudioError(f"The recipe's line {TABLE}.{name} is not known.", advice)
    exact = {name: float(v) if kinds[name] is float and type(v) is int else v for name, v in table.items()}
    return GrpoSettings(**exact)
