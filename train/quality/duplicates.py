"""Near duplicates: the same thing asked of one recording twice, and captions that share most of their words."""

import re
from collections.abc import Iterable, Sequence

from train.examples import Example

ALIKE = 0.9  # share of three-word runs that two captions have in common


def repeated(items: Sequence[Example]) -> Iterable[tuple[Example, str]]:
    """Every item after the first that asks the same or says nearly the same."""
    asked: dict[tuple[object, ...], Example] = {}
    texts: dict[tuple[object, ...], list[tuple[set[str], Example]]] = {}
    for example in items:
        heard = (example.track, example.audio, example.start_s, example.end_s)
        if example.kind == "caption":
            runs = _runs(example.answer)
            known = texts.setdefault(heard, [])
            twin = next((one for other, one in known if _share(runs, other) >= ALIKE), None)
            known.append((runs, example))
        else:
            key = (*heard, bare(example.question))
            twin = asked.get(key)
            asked.setdefault(key, example)
        if twin is not None:
            yield example, f"“{twin.question}” is there already."


def bare(question: str) -> str:
    """A question without the frame around it, capitals and marks."""
    core = question.split(": ", 1)[-1].split(", ", 1)[-1] if re.match(r"[^?]{4,32}[:,] [a-z]", question) else question
    return " ".join(re.findall(r"[\w#♯♭]+", core.lower()))


def _runs(text: str) -> set[str]:
    words = re.findall(r"[\w#♯♭:]+", text.lower())
    return {" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2))}


def _share(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
