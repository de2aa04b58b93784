"""Parts of the training items that a network has not known, so that what it does with them is what it will do.

Songs are learned by heart, so lessons drawn from songs that taught tell what is remembered, not what is heard. A run
`--without 0/3` leaves out every third song; the fit of bars hears those songs by it.
"""

import re
import zlib
from argparse import ArgumentTypeError
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fold:
    """One of `of` parts of the songs, pieces and scores; whoever plays a song, it is in one part only."""

    index: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "Fold":
        """The fold written `0/3`. Raises ArgumentTypeError, which a command line shows as a sentence."""
        written = re.fullmatch(r"(\d+)/(\d+)", text)
        if written is None or int(written[1]) >= int(written[2]):
            raise ArgumentTypeError(f"“{text}” is no part: write 0/3, 1/3 or 2/3 for a third.")
        return cls(int(written[1]), int(written[2]))

    def holds(self, name: str) -> bool:
        """Whether an item belongs to the part."""
        return zlib.crc32(song_of(name).encode()) % self.of == self.index


def song_of(name: str) -> str:
    """What an item plays: a piece and a score are their own, songs of the collection have many players."""
    kind, which, *_ = name.split("-")
    return which if kind in ("pop", "solo") else name


def unknown(items: Path, heard_by: Sequence[Path], of: int, most: int) -> Iterator[tuple[Path, list[Path]]]:
    """For each folder of weights, in the order of the parts their rhythm never knew, training items of its part.

    They are thinned evenly to about `most` in all.
    """
    paths = sorted((items / "train").glob("*.npz"))
    for index, weights in enumerate(heard_by):
        held = [path for path in paths if Fold(index, of).holds(path.stem)]
        yield weights, thinned(held, most // len(heard_by))


def thinned(paths: Sequence[Path], most: int) -> list[Path]:
    """About so many of the paths, evenly among them."""
    return list(paths[:: max(1, len(paths) // max(1, most))])
