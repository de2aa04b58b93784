"""The library's query as requests write it: a mapping of texts."""

import math
from typing import Any

from db.values import MAX_PAGE_ROWS, SORT_COLUMNS, TrackQuery
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.key import Key

MAX_ID = 2**63 - 1
DEFAULT_LIMIT = 60


def query_of(params: Any) -> TrackQuery:
    """The library's query from a mapping of texts. Raises StudioError for a number or key that cannot be read."""
    key = params.get("key", "").strip()
    sort = params.get("sort", "added_at")
    if sort not in SORT_COLUMNS:
        raise StudioError(f"The library cannot be sorted by “{sort}”.", f"Use one of {', '.join(SORT_COLUMNS)}.")
    return TrackQuery(
        text=params.get("text", ""),
        key=Key.parse(key) if key else None,
        key_compatible=params.get("compatible") == "1",
        bpm_min=_number(params.get("bpm_min", ""), "slowest tempo"),
        bpm_max=_number(params.get("bpm_max", ""), "fastest tempo"),
        progression=params.get("progression", "").strip(),
        sort=sort,
        descending=params.get("descending", "1") == "1",
        limit=_count(params.get("limit", ""), DEFAULT_LIMIT, MAX_PAGE_ROWS),
        offset=_count(params.get("offset", ""), 0, MAX_ID),
    )


def _number(text: str, name: str) -> float | None:
    if not text.strip():
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise StudioError(f"“{text}” is not a number for the {name}.", "Write beats a minute, such as 120.")
    return number


def _count(text: str, default: int, most: int) -> int:
    return min(int(text), most) if text.isdecimal() and len(text) < 20 else default
