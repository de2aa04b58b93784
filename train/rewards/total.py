"""A Reward: what a completion earns, from the format and from how right it is.

Task scores come from `train.tasks`; captions that know their categories are judged by the structured-thinking
reward. Weights are ours (0.2 and 0.8, in [0, 1]); the paper adds format and accuracy as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from musicflamingo_app.errors import StudioError
from train.examples import Example, Score, Task
from train.rewards import caption
from train.rewards.exact import exact_match
from train.rewards.layout import LAYOUTS, Layout, fits

Reward = Callable[[Example, str], Score | None]
"""What a completion earns; None when it cannot be judged. `parts` holds at least `format` and `task`."""

CAPTIONS = {"bounded": caption.bounded, "printed": caption.printed}
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


def judged_by(tasks: Mapping[str, Task], *, captions: str = "bounded", accuracy: str = "task") -> Reward:
    """How right a completion is: captions with categories by their words, the rest by its task or by exact match.

    Raises StudioError for a form of the reward, or later for a task, that is not known.
    """
    if captions not in CAPTIONS or accuracy not in ACCURACIES:
        known = ", ".join((*CAPTIONS, *ACCURACIES))
        raise StudioError(f"The reward {captions!r} with {accuracy!r} is not known.", f"Known are {known}.")
    return partial(_judged, tasks, CAPTIONS[captions], accuracy)


def _judged(tasks: Mapping[str, Task], of_caption: Reward, accuracy: str, example: Example, text: str) -> Score | None:
    if example.kind == "caption" and example.truth.get("categories"):
        return of_caption(example, text)
    if accuracy == "exact":
        return exact_match(example, text)
    if example.task not in tasks:
        what = f"The example {example.id} is of the task {example.task!r}, which nobody here scores."
        raise StudioError(what, f"Known are {', '.join(sorted(tasks)) or 'none'}.")
    return tasks[example.task].score(example, text)


def checked_layout(name: str) -> Layout:
    """The layout of that name. Raises StudioError."""
    for layout in LAYOUTS:
        if layout == name:
            return layout
    raise StudioError(f"The layout {name!r} is not known.", f"Known are {', '.join(LAYOUTS)}.")
