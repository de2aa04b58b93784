"""Progressions that musicians know by name, as degrees and triads: the key and the sevenths do not matter.

Sources: the names in common use (Tagg, "Everyday Tonality II", 2014; Moore, "Patterns of Harmony", Popular Music 11/1,
1992; Everett, "The Foundations of Rock", 2009).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.theory import progression_patterns

Step = tuple[int, str]  # semitones above the tonic, family of the triad (M, m, d, a, s)

_WRITTEN: dict[str, tuple[str, ...]] = {
    "the Pachelbel sequence": ("I-V-vi-iii-IV-I-IV-V", "I-V-vi-iii-IV-I-ii-V"),
    "the Axis progression": ("I-V-vi-IV", "i-bVI-bIII-bVII"),
    "the doo-wop progression": ("I-vi-IV-V",),
    "the I–vi–ii–V turnaround": ("I-vi-ii-V",),
    "the royal road": ("IV-V-iii-vi",),
    "the Andalusian cadence": ("i-bVII-bVI-V",),
    "the Romanesca": ("bIII-bVII-i-V",),
    "the Aeolian loop": ("i-bVII-bVI-bVII",),
    "the epic ascent": ("bVI-bVII-i",),
    "the double-plagal loop": ("I-bVII-IV", "I-bVII-IV-I"),
    "the minor-plagal progression": ("I-III-IV-iv",),
    "the three-chord turn": ("I-IV-V", "I-IV-V-I", "I-IV-I-V"),
    "ii–V–I": ("ii-V-I", "iidim-V-i", "ii-V-i"),
}  # fmt: skip
BLUES = "the twelve-bar blues"
CIRCLE = "the circle of fifths"
CIRCLE_CHORDS = 4  # fewer chords falling by fifths are a ii–V–I
TWO_FIVE_ONE = "ii–V–I"
SHORT = (TWO_FIVE_ONE,)  # three chords that are telling wherever they stand
_TWELVE_BARS = (
    ("I",), ("I", "IV"), ("I",), ("I",),
    ("IV",), ("IV",), ("I",), ("I", "VI", "vi"),
    ("V", "ii"), ("IV", "V"), ("I",), ("V", "I"),
)  # fmt: skip
_BLUES_STEPS = {"I": (0, "Mm"), "IV": (5, "Mm"), "V": (7, "Mm"), "VI": (9, "M"), "vi": (9, "m"), "ii": (2, "md")}


@dataclass(frozen=True)
class Named:
    """A known progression: its name and its steps above the tonic."""

    name: str
    steps: tuple[Step, ...]


def _known() -> tuple[Named, ...]:
    rows = []
    for name, texts in _WRITTEN.items():
        for text in texts:
            in_c = progression_patterns(text)[0]
            rows.append(Named(name, tuple((int(token[:-1]), token[-1]) for token in in_c)))
    return tuple(sorted(rows, key=lambda row: -len(row.steps)))


KNOWN = _known()


def step_of(chord: Chord, key: Key) -> Step:
    """Where a chord stands in a key: semitones above the tonic and the family of its triad. Needs a root."""
    if chord.root is None:
        raise ValueError("A chord without root stands nowhere.")
    family = {"maj": "M", "min": "m", "dim": "d", "aug": "a", "sus4": "s", "sus2": "s", "5": "M", "1": "M"}
    return (chord.root.pitch_class - key.tonic.pitch_class) % 12, family[chord.triad.quality]


def name_of_loop(steps: Sequence[Step]) -> tuple[str, int] | None:
    """The name of a repeating loop and which of its chords the loop starts with (0: as it is usually told)."""
    for known in KNOWN:
        turned = len(known.steps) if len(known.steps) >= 4 else 1  # a rotation of three chords says little
        if len(known.steps) != len(steps) or known.name in SHORT:
            continue
        for turn in range(turned):
            if tuple(steps) == known.steps[turn:] + known.steps[:turn]:
                return known.name, turn
    return None


def fifths_from(roots: Sequence[int]) -> int:
    """How many chords from the first one on fall by fifths (one diminished fifth per chain is allowed)."""
    length, tritones = 1, 0
    for before, root in pairwise(roots):
        fall = (root - before) % 12
        tritones += fall == 6
        if fall not in (5, 6) or tritones > 1:
            break
        length += 1
    return length


def is_twelve_bar_blues(bars: Sequence[Sequence[Step]]) -> bool:
    """Whether twelve bars are a blues: every bar holds a chord that the form allows, and IV stands in the fifth."""
    if len(bars) != len(_TWELVE_BARS):
        return False
    for steps, allowed in zip(bars, _TWELVE_BARS, strict=True):
        fits = {_BLUES_STEPS[name] for name in allowed}
        if not any(step == at and family in families for step, family in steps for at, families in fits):
            return False
    return True
