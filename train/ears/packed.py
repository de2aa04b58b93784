"""Items as pictures, a sixth of their size, for a machine to which whole ones cannot be carried.

    python -m train.ears.packed pack --items FOLDER ... --spectra harmonic --out PACKS
    python -m train.ears.packed unpack PACKS/*.zip --out FOLDER

Spectra become WebP pictures: off by four of 255 steps (0.12 nats) at the quality used, which to a learner is noise.
"""

import argparse
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import NotFound, StudioError
from train.ears.items import Item, load, save

SPECTRA = ("harmonic", "rhythmic")
QUALITY = 70
HIGHEST = 16_000  # rows of one picture; WebP ends at 16,383


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.packed", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    packing = verbs.add_parser("pack")
    packing.add_argument("--items", type=Path, nargs="+", required=True, help="folders of items")
    packing.add_argument("--spectra", choices=SPECTRA, nargs="+", default=list(SPECTRA))
    packing.add_argument("--out", type=Path, required=True, help="the beginning of the packs' names")
    packing.add_argument("--most-mb", type=float, default=56.0, help="of one pack")
    packing.add_argument("--quality", type=int, default=QUALITY)
    unpacking = verbs.add_parser("unpack")
    unpacking.add_argument("packs", type=Path, nargs="+")
    unpacking.add_argument("--out", type=Path, required=True, help="each folder of items gets its own name in it")
    for verb in (packing, unpacking):
        verb.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes) as pool:
        if asked.verb == "pack":
            paths = [path for folder in asked.items for path in sorted(folder.glob("*.npz"))]
            if not paths:
                raise NotFound(f"There are no items in {asked.items[0]}.", "Name folders that hold items.")
            made = pool.map(packed, paths, repeat(asked.spectra), repeat(asked.quality), chunksize=8)
            write(zip(paths, made, strict=True), asked.out, asked.most_mb * 1e6)
        else:
            names = sorted({name for pack in asked.packs for name in members(pack)})
            list(pool.map(unpack, names, repeat(asked.packs), repeat(asked.out), chunksize=8))


def write(made: Iterator[tuple[Path, dict[str, bytes]]], out: Path, most: float) -> None:
    """Fills `OUT-0.zip`, `OUT-1.zip`, ..., none of them larger than `most` bytes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    number, size = 0, 0.0
    pack = zipfile.ZipFile(f"{out}-{number}.zip", "w")
    for path, parts in made:
        needed = sum(map(len, parts.values())) + 300 * len(parts)
        if size + needed > most:
            pack.close()
            number, size = number + 1, 0.0
            pack = zipfile.ZipFile(f"{out}-{number}.zip", "w")
        for part, data in parts.items():
            pack.writestr(f"{path.parent.name}/{path.stem}/{part}", data)
        size += needed
    pack.close()


def packed(path: Path, spectra: Sequence[str], quality: int) -> dict[str, bytes]:
    """The parts of an item: what is told of it, and pictures of the spectra that are asked for."""
    item = load(path)
    parts = {}
    for name in spectra:
        rows = getattr(item, name)
        for index, first in enumerate(range(0, len(rows), HIGHEST)):
            parts[f"{name}-{index}.webp"] = pictured(rows[first : first + HIGHEST], quality)
    told = io.BytesIO()
    unseen = replace(item, **{name: getattr(item, name)[:0] for name in SPECTRA})
    arrays = {name: getattr(unseen, name) for name in Item.__dataclass_fields__ if name != "about"}
    np.savez_compressed(told, **arrays)
    return parts | {"told.npz": told.getvalue(), "about.json": json.dumps(item.about).encode()}


def pictured(rows: NDArray[np.uint8], quality: int) -> bytes:
    """Rows as a grey picture."""
    from PIL import Image

    made = io.BytesIO()
    Image.fromarray(rows).convert("RGB").save(made, "WEBP", quality=quality, method=2)
    return made.getvalue()


def seen(picture: bytes) -> NDArray[np.uint8]:
    """The rows of a picture."""
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)).convert("L"))


def members(pack: Path) -> set[str]:
    """The items of a pack as FOLDER/NAME."""
    with zipfile.ZipFile(pack) as opened:
        return {name.rsplit("/", 1)[0] for name in opened.namelist()}


@cache
def _opened(pack: Path) -> tuple[zipfile.ZipFile, dict[str, list[str]]]:
    """A pack, kept open, and the parts of each item in the order in which they were written."""
    opened = zipfile.ZipFile(pack)
    parts: dict[str, list[str]] = {}
    for name in opened.namelist():
        item, part = name.rsplit("/", 1)
        parts.setdefault(item, []).append(part)
    return opened, parts


def unpack(name: str, packs: Sequence[Path], out: Path) -> None:
    """Writes an item again with the spectra that the packs hold of it; of others it has no rows."""
    spectra: dict[str, NDArray[np.uint8]] = {}
    told: dict[str, NDArray[np.generic]] = {}
    about = b"{}"
    for pack in packs:
        opened, parts = _opened(pack)
        for part in parts.get(name, []):
            data = opened.read(f"{name}/{part}")
            if part.endswith(".webp"):
                spectrum = part.split("-")[0]
                rows = seen(data)
                spectra[spectrum] = np.concatenate([spectra[spectrum], rows]) if spectrum in spectra else rows
            elif part == "told.npz":
                with np.load(io.BytesIO(data)) as stored:
                    told = {key: stored[key] for key in stored.files}
            else:
                about = data
    target = out / f"{name}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    save(Item(**(told | spectra), about=json.loads(about)), target)  # type: ignore[arg-type]


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
