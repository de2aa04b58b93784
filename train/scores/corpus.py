"""The scores that music21 brings along and whose own notes let us learn from them.

Bach's chorales (Margaret Greentree's edition, “used by permission”), Ryan's Mammoth Collection (1883, contributed by
Ray Davies and others) and O'Neill's Music of Ireland (1903, transcribed by many), each given to music21 by those who
wrote the files. The Essen songs are left out: their licence is for non-commercial use alone. So is every tune whose own
text speaks of copyright, licence or permission. Nothing of them is shipped.
"""

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from itertools import chain, zip_longest
from pathlib import Path
from random import Random

from musicflamingo_app.errors import MissingPackage
from train.scores.read import read
from train.scores.written import Written

COLLECTIONS = {"bach": "bach/bwv*.mxl", "ryans": "ryansMammoth/*.abc", "oneills": "oneills1850/*.abc"}
VOICES = 4  # of a chorale; what has more is a movement with instruments
_RESTRICTED = re.compile(r"copyright|©|\(c\)\s*\d|commercial|licen[cs]e|permission", re.IGNORECASE)
_TUNE = re.compile(r"^X:\s*(\d+)", re.MULTILINE)
_TEST_SHARE, _VALID_SHARE = 12, 8  # percent


def side(score: Written) -> str:
    """`train`, `valid` or `test`, by how its tune begins: settings of one tune are on one side."""
    mark = int(hashlib.sha256(f"scores {score.incipit}".encode()).hexdigest(), 16) % 100
    return "test" if mark < _TEST_SHARE else "valid" if mark < _TEST_SHARE + _VALID_SHARE else "train"


def names() -> list[str]:
    """All scores, `bach.bwv10.7`, `ryans.AcaciaReel`, `oneills.12`, the collections in turn, each in a fixed disorder.

    Raises MissingPackage.
    """
    by_collection = {collection: sorted(_sources(collection)) for collection in COLLECTIONS}
    for collection, listed in by_collection.items():
        Random(collection).shuffle(listed)
    rows = zip_longest(*by_collection.values())
    return [name for name in chain.from_iterable(rows) if name is not None]


def load(name: str) -> Written | None:
    """One score; None where it is restricted or does not add up. Raises MissingPackage."""
    collection = name.partition(".")[0]
    source = _sources(collection)[name]
    if isinstance(source, str) and _RESTRICTED.search(source):
        return None
    score = read(source)
    return score if score is not None and score.n_parts == (VOICES if collection == "bach" else 1) else None


@cache
def _sources(collection: str) -> dict[str, str | Path]:
    """Name -> path of a chorale, or the text of a tune; of tunes that share a number the first."""
    paths = sorted(_folder().glob(COLLECTIONS[collection]))
    if collection == "bach":
        return {f"bach.{path.stem.replace('-', '_')}": path for path in paths}  # names of items part at -
    texts = {path.stem: path.read_text("utf-8", errors="replace") for path in paths}
    if collection == "ryans":
        return {f"ryans.{stem}": text for stem, text in texts.items()}
    found: dict[str, str | Path] = {}
    for text in texts.values():
        starts = [match.start() for match in _TUNE.finditer(text)]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            tune = text[start:end]
            found.setdefault(f"oneills.{int(_TUNE.match(tune)[1])}", tune)  # type: ignore[index]
    return found


def _folder() -> Path:
    """Where music21 keeps its corpus; it is not imported for it."""
    spec = find_spec("music21")
    if spec is None or not spec.submodule_search_locations:
        raise MissingPackage("The scores are those of the package music21.", "Install it: pip install music21")
    return Path(spec.submodule_search_locations[0]) / "corpus"
