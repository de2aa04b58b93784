"""How many edits turn one row of tokens into another, and the longest row that two have in common."""

from collections.abc import Hashable, Sequence


def edits(truth: Sequence[Hashable], said: Sequence[Hashable]) -> int:
    """The fewest substitutions, deletions and insertions (Levenshtein)."""
    row = list(range(len(said) + 1))
    for n, wanted in enumerate(truth, start=1):
        diagonal, row[0] = row[0], n
        for m, given in enumerate(said, start=1):
            diagonal, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, diagonal + (wanted != given))
    return row[-1]


def common_length(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence, by bits (Hyyrö 2004): a set bit is a place of `a` not yet used."""
    places: dict[Hashable, int] = {}
    for n, token in enumerate(a):
        places[token] = places.get(token, 0) | 1 << n
    whole = (1 << len(a)) - 1
    free = whole
    for token in b:
        used = free & places.get(token, 0)
        free = (free + used | free - used) & whole
    return len(a) - free.bit_count()
