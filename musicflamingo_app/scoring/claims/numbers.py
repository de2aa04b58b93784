"""Numbers written as words: “a hundred and twenty”, “ninety-six”, “three and a half”."""

import re

_UNITS = {
    word: value
    for value, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
    )
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SMALL = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
WORDS = (
    rf"(?:(?:a|one|two|three)[ -]hundred(?:(?:[ -]and)?[ -](?:{_SMALL})(?:[ -](?:{_SMALL}))?)?|"
    rf"(?:{_SMALL})(?:[ -](?:{_SMALL}))?)"
)
NUMBER = rf"(?:\d{{1,3}}(?:\.\d+)?|{WORDS})"  # for a pattern that ignores case


def number(text: str) -> float | None:
    """The value of a number in digits or words up to 399; None when it is neither."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    total, before = 0, 0
    for word in re.split(r"[ -]+", text.lower()):
        if word == "hundred":
            total, before = (before or 1) * 100, 0
        elif word in _TENS:
            total, before = total + _TENS[word], 0
        elif word in _UNITS:
            total, before = total + before, _UNITS[word]
        elif word == "a":
            before = 1
        elif word != "and":
            return None
    return float(total + before)
