"""How an example is put to a model: as in training, unless a published benchmark has words of its own."""

from collections.abc import Callable

from train.examples import Example
from train.prompts import LETTERS, THINK, prompt_text

Wording = Callable[[Example], str]


def plain_wording(example: Example) -> str:
    """The question with its options, as the models were trained to read them."""
    return prompt_text(example)


def lettered(options: tuple[str, ...], *, between: str = " ") -> str:
    """`(A) piano (B) violin`."""
    return between.join(f"({letter}) {option}" for letter, option in zip(LETTERS, options, strict=False))


def asked(example: Example, wording: Wording, *, thinks: bool) -> str:
    """What is sent: a model that is to think is told the form in which it was trained to answer."""
    text = wording(example)
    return f"{text}\n{THINK}" if thinks else text
