"""The format reward: whether a completion thinks in `<think>` and answers in `<answer>`, as the paper's targets do.

Those end "</think> Hence, the final answer is: <answer>D</answer>", so words between the two blocks are allowed; the
strict layout allows white space only.
"""

import re
from typing import Literal

from train.examples import Example, Score

Layout = Literal["think", "strict", "answer", "plain"]
LAYOUTS: tuple[Layout, ...] = ("think", "strict", "answer", "plain")

_TAG = re.compile(r"</?(?:think|answer)>")
_BLOCKS = re.compile(
    r"\s*<think>(?P<thought>.*?)</think>(?P<between>.*?)<answer>(?P<answer>.*?)</answer>\s*", re.DOTALL
)
_ANSWER = re.compile(r"\s*<answer>(?P<answer>.*?)</answer>\s*", re.S)


def fits(completion: str, layout: Layout) -> bool:
    """Whether a completion has the layout: each tag once and in order, nothing around, thought and answer not blank.

    `answer` wants the answer block alone, `plain` no tag at all.
    """
    tags = _TAG.findall(completion)
    if layout == "plain":
        return not tags and bool(completion.strip())
    if layout == "answer":
        found = _ANSWER.fullmatch(completion)
        return tags == ["<answer>", "</answer>"] and found is not None and bool(found["answer"].strip())
    found = _BLOCKS.fullmatch(completion)
    if found is None or tags != ["<think>", "</think>", "<answer>", "</answer>"]:
        return False
    is_close = layout == "think" or not found["between"].strip()
    return is_close and bool(found["thought"].strip()) and bool(found["answer"].strip())


def format_reward(example: Example, completion: str, layout: Layout = "think") -> Score:
    """1 when the completion has the layout, else 0."""
    return Score(float(fits(completion, layout)))


def answer_of(completion: str) -> str:
    """What a completion answers: the last `<answer>` block, else what follows the thought, else all of it.

    A block that never closes runs to the end; a thought that never closes leaves no answer.
    """
    _, tag, rest = completion.rpartition("<answer>")
    if tag:
        return rest.partition("</answer>")[0].strip()
    if "<think>" in completion and "</think>" not in completion:
        return ""
    return completion.rpartition("</think>")[2].partition("</answer>")[0].strip()
