"""The accuracy reward for questions: whether the answer is the right one, both normalised."""

import re
import unicodedata

from train.examples import Example, Score
from train.rewards.layout import answer_of

_SIGNS = str.maketrans({"♯": "#", "♭": "b", "‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'"})
_EDGES = " \t\n.,;:!?\"'`*_"
_LETTER = re.compile(r"\(?(?P<letter>[A-Za-z])(?:[).:]\s*|\s*$)(?P<rest>.*)", re.DOTALL)


def normalised(text: str, *, keep_case: bool = False) -> str:
    """One spelling for signs and white space, no punctuation around; lower case unless case means something."""
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    plain = " ".join(plain.split()).strip(_EDGES)
    return plain if keep_case else plain.casefold()


def exact_match(example: Example, completion: str) -> Score:
    """1 when the answer equals the example's, else 0.

    Of a choice, the option's text, its letter and both together are the same answer. Chords keep their case, since
    `CM7` is not `Cm7`.
    """
    return Score(float(_is_right(example, answer_of(completion))))


def _is_right(example: Example, answer: str) -> bool:
    keep_case = example.kind == "chord"
    said, truth = (normalised(text, keep_case=keep_case) for text in (answer, example.answer))
    options = [normalised(option, keep_case=keep_case) for option in example.options]
    if said == truth or said in options or truth not in options:
        return said == truth and bool(said)
    return chosen(answer, options, keep_case=keep_case) == options.index(truth)


def chosen(answer: str, options: list[str], *, keep_case: bool = False) -> int | None:
    """The option whose letter an answer begins with: `B`, `(b)`, `B) piano`; None when letter and text disagree."""
    found = _LETTER.fullmatch(answer.strip())
    if found is None:
        return None
    index = ord(found["letter"].upper()) - ord("A")
    rest = normalised(found["rest"], keep_case=keep_case)
    if index >= len(options) or (rest and rest != options[index]):
        return None
    return index
