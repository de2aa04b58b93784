"""Every task by its name, and the one judge of all answers."""

from train.examples import Example, Score, Task
from train.tasks import attributes, chord_questions, harmony, lyric, players, structure, temporal, vocal
from train.tasks.caption import CAPTIONS
from train.tasks.judge import judge

QUESTIONS = (
    *temporal.QUESTIONS, *attributes.QUESTIONS, *chord_questions.QUESTIONS, *harmony.QUESTIONS, *vocal.QUESTIONS,
    *structure.QUESTIONS, *players.QUESTIONS, *lyric.QUESTIONS,
)  # fmt: skip
TASKS: dict[str, Task] = {task.name: task for task in (*QUESTIONS, *CAPTIONS)}
TRIVIAL = frozenset(task.name for task in QUESTIONS if task.is_trivial)


def score(example: Example, completion: str) -> Score | None:
    """How right a completion is (thoughts and tags included); None when it cannot be judged.

    An example of a task that is not known here (an imported one) is judged by its options or its text.
    """
    task = TASKS.get(example.task)
    return task.score(example, completion) if task else judge(example, completion)
