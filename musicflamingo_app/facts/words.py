"""English for counts, order and lists."""

from collections.abc import Sequence

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth",
)  # fmt: skip
_IRREGULAR = {"chorus": "choruses", "pre-chorus": "pre-choruses", "harmony": "harmonies"}


def number(count: int) -> str:
    """`three`; digits above twelve; `no` for none."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def ordinal(place: int) -> str:
    """`third` for 3; `21st` above twelve."""
    if 1 <= place <= len(_ORDINALS):
        return _ORDINALS[place - 1]
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def plural(noun: str) -> str:
    """The noun for many: `choruses`, `bars`."""
    return _IRREGULAR.get(noun, f"{noun}s")


def counted(count: int, noun: str) -> str:
    """`one bar`, `two choruses`, `24 bars`, `no beats`."""
    return f"{number(count)} {noun if count == 1 else plural(noun)}"


def times(count: int) -> str:
    """`once`, `twice`, `three times`."""
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def with_article(noun: str) -> str:
    """`a verse`, `an intro`, `an A major chord`; by the letter that is heard first."""
    first = noun.split()[0]
    vowel = first[0] in "aeioAEIO" or (first[0] in "FE" and len(first.rstrip("♯♭")) == 1) or first in ("8", "11", "18")
    return f"{'an' if vowel else 'a'} {noun}"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
