"""What people and files call a track: cleaned when a file says it, checked when a person does."""

import re
import unicodedata
from dataclasses import dataclass

from musicflamingo_app.errors import StudioError

MAX_LABEL = 300  # characters
YEARS = range(1, 10_000)
# Marks that turn the direction of the text after them: they can make a name read as another one.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Labels:
    """The names of a track as a person gives them; None for not known."""

    title: str
    artist: str | None = None
    album: str | None = None
    year: int | None = None
    genre: str | None = None


def cleaned(text: str | None) -> str | None:
    """A name from a file's tags without control characters, its blanks made single, cut to length; None when empty."""
    if text is None:
        return None
    whole = _SURROGATE.sub("\ufffd", text)  # bytes of a file's name that are no UTF-8
    kept = "".join(" " if _is_control(letter) else letter for letter in whole)
    return " ".join(kept.split())[:MAX_LABEL].rstrip() or None


def title_for(title: str | None, original_name: str) -> str:
    """The title of a new track: its tag, else its file's name without the ending, else “Untitled”."""
    stem, dot, _ = original_name.rpartition(".")
    return cleaned(title) or cleaned(stem if dot and stem else original_name) or "Untitled"


def checked(labels: Labels) -> Labels:
    """The same names with the blanks around them gone. Raises StudioError for one that cannot be kept."""
    title = _checked_text("title", labels.title)
    if title is None:
        raise StudioError("The title is empty.", "Write at least one letter.")
    if labels.year is not None and labels.year not in YEARS:
        raise StudioError(f"{labels.year} is not a year.", "Write one such as 1997, or leave it empty.")
    artist, album, genre = (_checked_text(n, getattr(labels, n)) for n in ("artist", "album", "genre"))
    return Labels(title, artist, album, labels.year, genre)


def _checked_text(name: str, text: str | None) -> str | None:
    stripped = (text or "").strip()
    if len(stripped) > MAX_LABEL:
        raise StudioError(f"The {name} has {len(stripped)} characters.", f"Use at most {MAX_LABEL}.")
    if any(_is_control(letter) for letter in stripped):
        raise StudioError(f"The {name} has a control character in it.", "Use letters, digits and signs on one line.")
    return stripped or None


def _is_control(letter: str) -> bool:
    return letter in _TURNING or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")
