"""Rewards add the format to what the task says."""

import pytest

from musicflamingo_app.errors import StudioError
from tests.train.rewards.making import caption, example
from train.examples import Example, Score
from train.rewards.exact import exact_match
from train.rewards.total import Weights, checked_layout, judged_by, total

GOOD = "<think>x</think> <answer>piano</answer>"


def half(example: Example, completion: str) -> Score | None:
    return None if "?" in completion else Score(0.5, {"detail": 0.25})


def test_weights_by_hand() -> None:
    ours, paper = total(exact_match), total(exact_match, Weights(1.0, 1.0))
    for text, value, sum_ in [(GOOD, 1.0, 2.0), ("piano", 0.8, 1.0), (GOOD.replace("piano", "harp"), 0.2, 1.0)]:
        assert ours(example(), text).value == pytest.approx(value)
        assert paper(example(), text).value == pytest.approx(sum_)


def test_questions_go_to_their_task_and_captions_to_their_categories() -> None:
    reward = judged_by(half)
    assert reward(example(), "x") == Score(0.5, {"detail": 0.25})
    assert reward(caption(BPM=100), "It is at 100 BPM.").value == 1
    assert reward(example(kind="caption"), "Without categories.").value == 0.5
    assert reward(example(), "?") is None and total(reward)(example(), "?") is None
    assert total(reward)(example(), GOOD).parts == {"format": 1.0, "task": 0.5, "task/detail": 0.25}
    assert judged_by(half, accuracy="exact")(example(), GOOD).value == 1
    assert judged_by(half, captions="printed")(caption(BPM=100, Key="A minor"), "A BPM of 100").value == 1
    assert judged_by(half, captions="task")(caption(BPM=100), "It is at 100 BPM.").value == 0.5


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(StudioError, match="'loose'"):
        judged_by(half, captions="loose")
    with pytest.raises(StudioError, match="'loose'"):
        judged_by(half, accuracy="loose")
    with pytest.raises(StudioError, match="'html' is not known"):
        checked_layout("html")


def test_the_trainer_s_own_judge_fits() -> None:
    from train.tasks.registry import score

    reward = total(judged_by(score))
    assert reward(example(), GOOD).value == pytest.approx(1.0)
    assert reward(example(), GOOD.replace("piano", "flute")).value == pytest.approx(0.2)
