"""Leak words: a text that speaks of data, tags or transcripts was not written by somebody who listens."""

import re

from train.examples import Example

_LEAKS = re.compile(
    r"\b(?:metadata|meta data|annotations?|annotated|ground truth|according to|as tagged|tagged as|the tags?|ASR|"
    r"transcript(?:ion)?|not available|N/A|unknown value|as an AI|language model|json field|the provided|"
    r"was (?:given|provided)|the data ?set|confidence (?:score|of)|(?:the )?analysis (?:says|shows|data))\b",
    re.I,
)


def leaks(example: Example) -> str:
    """What gives a text away, as a sentence; empty when nothing does."""
    for name, text in (("question", example.question), ("answer", example.answer), ("thought", example.thought)):
        if match := _LEAKS.search(text):
            return f"The {name} says “{match[0]}”."
    return ""
