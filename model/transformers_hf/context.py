"""What was computed for the last prompt, kept for the next one that begins the same.

A second question on a recording shares everything up to the end of the sound with the first, so only its own words
are read. Keys and values of the attention take some 57 kB a token in the 8B model.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(slots=True)
class Kept:
    """The last context: which tokens, what they mean (`about`: adapter and sound), and the attention's memory."""

    limit_bytes: int
    _ids: list[int] = field(default_factory=list)
    _about: tuple[str, str] = ("", "")
    _cache: Any = None

    def take(self, ids: list[int], about: tuple[str, str]) -> Any:
        """The memory cut to what both prompts share, at most all but the last token; None when that is nothing.

        It is taken out: `put` gives it back once it has grown.
        """
        cache, known, same = self._cache, self._ids, self._about == about
        self.clear()
        n_shared = min(shared(known, ids), len(ids) - 1) if cache is not None and same else 0
        if n_shared <= 0:
            return None
        cache.crop(n_shared - cache.get_seq_length())
        return cache

    def put(self, ids: list[int], about: tuple[str, str], cache: Any) -> None:
        """Keeps the memory of these tokens unless it is too big; it may hold fewer than `ids`, never other ones."""
        n_tokens = cache.get_seq_length()
        if 0 < n_tokens <= len(ids) and size_bytes(cache) <= self.limit_bytes:
            self._ids, self._about, self._cache = ids[:n_tokens], about, cache

    def clear(self) -> None:
        self._ids, self._about, self._cache = [], ("", ""), None


def shared(a: list[int], b: list[int]) -> int:
    """How many tokens two prompts have in common at the beginning."""
    n = min(len(a), len(b))
    different = np.flatnonzero(np.asarray(a[:n]) != np.asarray(b[:n]))
    return int(different[0]) if len(different) else n


def size_bytes(cache: Any) -> int:
    """How much memory the keys and values take."""
    return sum(int(layer.keys.nbytes) + int(layer.values.nbytes) for layer in cache.layers if layer.is_initialized)
