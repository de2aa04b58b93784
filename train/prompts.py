"""How an example is put to a model, and what the model should say: the words around question, options and thought.

Options stand with letters, as Music Flamingo's own benchmarks write them; answers are the text of an option.
"""

import re

from train.examples import Example

LETTERS = "ABCDEFGH"
CHOOSE = "Choose the correct option from the following options:"
THINK = "Output the thinking process in <think> </think> and final answer in <answer> </answer>."
_FORMAT = re.compile(r"\s*<think>(?:(?!</?think>|</?answer>).)+</think>(?:(?!</?think>|</?answer>).)*"
                     r"<answer>(?:(?!</?think>|</?answer>).)+</answer>\s*", re.DOTALL)  # fmt: skip


def prompt_text(example: Example, *, thinks: bool = False) -> str:
    """The question with its options; with `thinks` the request for a chain of thought."""
    lines = [example.question]
    if example.options:
        lettered = (f"({letter}) {option}" for letter, option in zip(LETTERS, example.options, strict=False))
        lines = [f"{example.question} {CHOOSE}", *lettered]
    return "\n".join([*lines, *([THINK] if thinks else [])])


def target_text(example: Example, *, thinks: bool = False) -> str:
    """What a model should say. With `thinks` in tags, the thought first; without a thought the answer alone.

    A collator asks for both with `thinks=bool(example.thought)`: trivial questions have no thought.
    """
    if not (thinks and example.thought):
        return example.answer
    if example.kind == "caption":
        return f"<think>{example.thought}</think> <answer>{example.answer}</answer>"
    return f"<think>{example.thought}</think> Hence, the final answer is: <answer>{example.answer}</answer>"


def follows_format(completion: str) -> bool:
    """Whether a completion is one thought and one answer in tags, in that order; text between them is allowed."""
    return _FORMAT.fullmatch(completion) is not None
