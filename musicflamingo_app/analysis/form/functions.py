"""Functional names of sections, given only where the evidence is plain; elsewhere the letter stands alone.

Rules of thumb of popular form: the chorus comes back most and loudest; the verse comes back before it; what stands
alone at the start or end is intro or outro; what stands alone late, between repetitions, is a bridge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from musicflamingo_app.music.section import Section

SILENT_DB = -80.0  # mean mel power of silence
LOUDER_BY_DB = 1.0  # a chorus must stand out at least so much over the other repeated material


@dataclass(frozen=True, slots=True)
class Material:
    """One section as the rules see it: letter (primes removed), bars, mean level in dB."""

    letter: str
    n_bars: int
    level_db: float


def functions(materials: Sequence[Material]) -> list[str | None]:
    """The functional name of each section in order, None where it is not plain."""
    names: list[str | None] = [None] * len(materials)
    chorus = _chorus(materials)
    verse = _verse(materials, chorus)
    for index, material in enumerate(materials):
        if material.level_db <= SILENT_DB:
            names[index] = "silence"
        elif material.letter == chorus:
            names[index] = "chorus"
        elif material.letter == verse:
            names[index] = "verse"
    if chorus is not None:
        _name_single_ones(materials, names)
    return names


def named(letters: Sequence[str], names: Sequence[str | None]) -> list[Section]:
    """Sections from letters and functional names."""
    return [Section(letter, name) for letter, name in zip(letters, names, strict=True)]


def _repeated(materials: Sequence[Material]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, material in enumerate(materials):
        places.setdefault(material.letter, []).append(index)
    apart = {letter: at for letter, at in places.items() if len(at) > 1 and at[-1] - at[0] >= len(at)}
    return apart  # repetitions in one run only (A A A) say nothing of function


def _mean_level_db(materials: Sequence[Material], places: Sequence[int]) -> float:
    return sum(materials[i].level_db for i in places) / len(places)


def _chorus(materials: Sequence[Material]) -> str | None:
    """The loudest material that comes back, when it is plainly louder than the other that does and does not open."""
    levels = sorted(
        ((_mean_level_db(materials, at), letter) for letter, at in _repeated(materials).items()), reverse=True
    )
    if len(levels) < 2 or levels[0][0] - levels[1][0] < LOUDER_BY_DB:
        return None
    return levels[0][1] if levels[0][1] != materials[0].letter else None


def _verse(materials: Sequence[Material], chorus: str | None) -> str | None:
    """The material that first comes back and stands before a chorus."""
    if chorus is None:
        return None
    first_chorus = next(i for i, material in enumerate(materials) if material.letter == chorus)
    others = [letter for letter, at in _repeated(materials).items() if letter != chorus and at[0] < first_chorus]
    return others[0] if others else None


def _name_single_ones(materials: Sequence[Material], names: list[str | None]) -> None:
    counts = {m.letter: sum(other.letter == m.letter for other in materials) for m in materials}
    named_at = [i for i, name in enumerate(names) if name in ("verse", "chorus")]
    for index, material in enumerate(materials):
        if names[index] is not None or counts[material.letter] > 1:
            continue
        if index == 0 and named_at[0] > 0:
            names[index] = "intro"
        elif index == len(materials) - 1:
            names[index] = "outro"
        elif index > len(materials) / 2 and named_at[0] < index < named_at[-1]:
            names[index] = "bridge"
