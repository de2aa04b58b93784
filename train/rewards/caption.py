"""The structured-thinking reward for captions, as the paper prints it and in our bounded form.

Printed: words of the truth that occur in the caption, over the number of categories. It has no upper bound and a
caption that lists every word there is earns all of it. Bounded: for each category the harmonic mean of precision (of
what the caption claims) and recall (of what is true), and the mean of those, in [0, 1]; a wrong claim costs.
"""

import re
from collections.abc import Sequence

from musicflamingo_app.errors import StudioError
from train.examples import Example, Score
from train.rewards.layout import answer_of
from train.rewards.overlap import claims, overlap, truths
from train.rewards.truth import categories_of

_WORD = re.compile(r"[\w#♯♭/'&.-]*[\w#♯♭]")


def printed(example: Example, completion: str) -> Score:
    """#matching words / #categories (paper, section 3.3). Not bounded by 1."""
    categories = categories_of(example)
    said = {word.casefold() for word in _WORD.findall(answer_of(completion))}
    matches = {name: float(len(_words(values) & said)) for name, values in categories.items()}
    return Score(sum(matches.values()) / len(categories), matches)


def bounded(example: Example, completion: str) -> Score:
    """Mean over the known categories of the harmonic mean of precision and recall; the parts name them."""
    caption = answer_of(completion)
    parts = {name: _agreement(name, values, caption) for name, values in categories_of(example).items()}
    return Score(sum(parts.values()) / len(parts), parts)


def _agreement(category: str, values: Sequence[str], caption: str) -> float:
    true = truths(category, values)
    if values and not true:
        raise StudioError(f"The {category} {values[0]!r} of an example cannot be read.", "Make the dataset again.")
    said = claims(category, caption, true)
    if not true or not said:
        return float(not true and not said)
    recall = sum(max(overlap(category, t, s) for s in said) for t in true) / len(true)
    precision = sum(max(overlap(category, t, s) for t in true) for s in said) / len(said)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _words(values: Sequence[str]) -> set[str]:
    return {word.casefold() for value in values for word in _WORD.findall(value)}
