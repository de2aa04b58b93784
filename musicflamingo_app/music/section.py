"""Sections: a letter for what repeats, and a functional name where it is clear."""

from dataclasses import dataclass

FUNCTIONS = (
    "intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "interlude", "outro", "silence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the form. `letter` is the material (`A`, `B`; `A'` a variant); `function` is None when not clear."""

    letter: str
    function: str | None = None

    def __post_init__(self) -> None:
        if self.function is not None and self.function not in FUNCTIONS:
            raise ValueError(f"“{self.function}” is not a section's function; use one of {', '.join(FUNCTIONS)}.")

    @property
    def label(self) -> str:
        """The functional name, or the letter when the function is not clear."""
        return self.function or self.letter

    def __str__(self) -> str:
        return f"{self.function} ({self.letter})" if self.function else self.letter
