"""How an example is put to a model, and what the model should say: the words around question, options and thought.

Options stand with letters, as Music Flamingo's own benchmarks write them; answers are the text of an option.
"""

from train.examples import Example

LETTERS = "ABCDEFGH"
CHOOSE = "Choose the correct option from the following options:"
THINK = "Output the thinking process in <think> </think> and final answer in <answer> </answer>."


def prompt_text(example: Example, *, thinks: bool = False) -> str:
    """The question with its options, under letters or, when there are more than letters, bare.

    With `thinks` the request for a chain of thought.
    """
    lines = [example.question]
    if example.options:
        lines = [f"{example.question} {CHOOSE}", *_listed(example.options)]
    return "\n".join([*lines, *([THINK] if thinks else [])])


def _listed(options: tuple[str, ...]) -> tuple[str, ...]:
    if len(options) > len(LETTERS):
        return options
    return tuple(f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))


def target_text(example: Example, *, thinks: bool = False) -> str:
    """What a model should say. With `thinks` in tags, the thought first; without a thought the answer alone.

    A collator asks for both with `thinks=bool(example.thought)`: trivial questions have no thought.
    """
    if not (thinks and example.thought):
        return example.answer
    if example.kind == "caption":
        return f"<think>{example.thought}</think> <answer>{example.answer}</answer>"
    return f"<think>{example.thought}</think> Hence, the final answer is: <answer>{example.answer}</answer>"
