"""What is true of a recording in the paper's categories, as the structured-thinking reward compares it.

It stands in `example.truth["categories"]`, a mapping from category to its value or values; else it follows from the
measurements that a caption example carries (`truth["document"]`, see train/tasks/caption_score.py). An empty list says
that there is none of it (an instrumental has no vocal character); a category that is left out judges nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from musicflamingo_app.errors import StudioError
from train.examples import Example
from train.rewards.lexicon import CATEGORIES

SURE = 0.5  # how sure a tag must be
_VOICES = {"female voice": "female vocals", "male voice": "male vocals"}


def has_categories(example: Example) -> bool:
    """Whether a caption of an example can be judged by categories."""
    document = example.truth.get("document")
    return bool(example.truth.get("categories") or (isinstance(document, Mapping) and measured(document)))


def categories_of(example: Example) -> dict[str, tuple[str, ...]]:
    """The truth by category, every value as text. Raises StudioError for an example that has none."""
    known = example.truth.get("categories") or measured(example.truth.get("document") or {})
    if not isinstance(known, Mapping) or not known:
        what = f"The example {example.id} has no categories to judge a caption by."
        raise StudioError(what, "Make the dataset again, or leave captions out of the rewards.")
    strange = sorted(set(known) - set(CATEGORIES))
    if strange:
        what = f"The example {example.id} has a category {strange[0]!r}."
        raise StudioError(what, f"Known are {', '.join(CATEGORIES)}.")
    return {name: _texts(known[name]) for name in CATEGORIES if name in known}


def measured(document: Mapping[str, Any]) -> dict[str, Any]:
    """The categories that measurements say something about."""
    single = {"BPM": document.get("tempo"), "Key": document.get("key"), "Meter": document.get("metre")}
    found: dict[str, Any] = {name: value for name, value in single.items() if value is not None}
    functions = dict.fromkeys(row[3] for row in document.get("sections", ()) if row[3])
    tags = [(kind, name) for kind, name, score in document.get("tags", ()) if score >= SURE]
    lists = {
        "Structure": list(functions),
        "Genre": [name for kind, name in tags if kind == "genre"],
        "Instruments": [name for kind, name in tags if kind == "instrument"],
        "Vocal Character": [_VOICES.get(name, name) for kind, name in tags if kind == "voice"],
    }
    return found | {name: values for name, values in lists.items() if values}


def _texts(value: Any) -> tuple[str, ...]:
    items: Sequence[Any] = value if isinstance(value, list | tuple) else [value]
    return tuple(f"{item:g}" if isinstance(item, float) else str(item) for item in items if str(item).strip())
