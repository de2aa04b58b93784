"""A Reward: what a completion earns, from the format and from how right it is.

Task scores come from `train.tasks`; captions whose categories are known are judged by the structured-thinking reward.
Weights are ours (0.2 and 0.8, in [0, 1]); the paper adds format and accuracy as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from musicflamingo_app.errors import StudioError
from train.examples import Example, Score
from train.rewards import caption
from train.rewards.exact import exact_match
from train.rewards.layout import LAYOUTS, Layout, fits
from train.rewards.truth import has_categories

Reward = Callable[[Example, str], Score | None]
"""What a completion earns; None when it cannot be judged. `parts` holds at least `format` and `task`."""

CAPTIONS: dict[str, Callable[[Example, str], Score]] = {"bounded": caption.bounded, "printed": caption.printed}
ACCURACIES = ("task", "exact")


@dataclass(frozen=True, slots=True)
class Weights:
    """What format and accuracy count. The paper's sum is `Weights(1.0, 1.0)`."""

    format: float = 0.2
    task: float = 0.8


def total(task: Reward, weights: Weights = Weights(), layout: Layout = "think") -> Reward:
    """Format and accuracy, weighted and added."""

    def reward(example: Example, completion: str) -> Score | None:
        judged = task(example, completion)
        if judged is None:
            return None
        formed = float(fits(completion, layout))
        parts = {f"task/{name}": value for name, value in judged.parts.items()}
        value = weights.format * formed + weights.task * judged.value
        return Score(value, {"format": formed, "task": judged.value, **parts})

    return reward


def judged_by(score: Reward, *, captions: str = "bounded", accuracy: str = "task") -> Reward:
    """How right a completion is: captions by their categories, the rest by `score` or by exact match.

    `score` is `train.tasks.registry.score` but in tests; with `captions="task"` it judges captions too. Raises
    StudioError for a form of the reward that is not known.
    """
    if captions not in (*CAPTIONS, "task") or accuracy not in ACCURACIES:
        known = ", ".join((*CAPTIONS, "task", *ACCURACIES))
        raise StudioError(f"The reward {captions!r} with {accuracy!r} is not known.", f"Known are {known}.")
    questions = score if accuracy == "task" else exact_match

    def judged(example: Example, completion: str) -> Score | None:
        if example.kind != "caption":
            return questions(example, completion)
        if captions == "task" or not has_categories(example):
            return score(example, completion)
        return CAPTIONS[captions](example, completion)

    return judged


def checked_layout(name: str) -> Layout:
    """The layout of that name. Raises StudioError."""
    for layout in LAYOUTS:
        if layout == name:
            return layout
    raise StudioError(f"The layout {name!r} is not known.", f"Known are {', '.join(LAYOUTS)}.")
