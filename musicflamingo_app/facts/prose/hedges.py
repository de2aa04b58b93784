"""How sure a fact must be to be stated, and the words for less. The one place of these thresholds."""

from typing import TypeVar

from musicflamingo_app.facts.card import Fact
from musicflamingo_app.music.time import Ranked

T = TypeVar("T")

SURE = 0.7  # said as it is
LIKELY = 0.45  # said with “probably”; below with “perhaps”
RIVAL = 0.5  # an alternative is told when it is at least so likely in proportion to the value
CLEAR_TAG, FAINT_TAG = 0.5, 0.25  # tags: heard; probably heard; below not told


def hedge(confidence: float) -> str:
    """`` when sure, else `probably ` or `perhaps `, to stand before what is said."""
    return "" if confidence >= SURE else "probably " if confidence >= LIKELY else "perhaps "


def rival(fact: Fact[T]) -> Ranked[T] | None:
    """The best alternative of an unsure fact, if it is a near one."""
    if fact.confidence >= SURE or not fact.alternatives:
        return None
    best = fact.alternatives[0]
    return best if best.label != fact.value and best.confidence >= RIVAL * fact.confidence else None
