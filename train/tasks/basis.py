"""What of a card is sure enough to ask about, and what a person should look at before a model learns it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from musicflamingo_app.facts.card import Fact
from musicflamingo_app.facts.prose.hedges import LIKELY, SURE, rival

T = TypeVar("T")


@dataclass(frozen=True)
class Basis(Generic[T]):
    """A value that a question may rest on, who measured it, and sentences that say why it is doubtful."""

    value: T
    sources: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def basis(fact: Fact[T] | None, name: str) -> Basis[T] | None:
    """The basis that a fact gives; None when it was not measured, or its engine is more unsure than sure."""
    if fact is None or fact.confidence < LIKELY:
        return None
    doubts = []
    if fact.confidence < SURE:
        doubts.append(f"The {name} is only {round(100 * fact.confidence)} % sure.")
    other = rival(fact)
    if other is not None:
        shown = f"{other.label:.0f}" if isinstance(other.label, float) else str(other.label)
        doubts.append(f"The {name} may be {shown} as well ({round(100 * other.confidence)} %).")
    return Basis(fact.value, (f"{name}: {fact.source}",), tuple(doubts))
