"""Files of clips for the nano model: 64 of them in `shard-00012.npz`, their questions in `shard-00012.jsonl`.

Spectrograms are kept as bytes: a log-mel of Whisper's spans two units below its maximum, so a byte is a 127th of one.
The `.npz` is written last and whole; a shard without it is not there yet.
"""

import json
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import NotFound, StudioError
from train.examples import Example, example_as_json, example_of_json
from train.nano.truth import N_PITCHES, NAMES, Truth

CLIPS_PER_SHARD = 64
N_MELS, N_FRAMES = 192, 1000
SPAN = 2.0  # of a log-mel of Whisper's
_STEPS = 255 / SPAN
_BITS = ("pitches", "onsets")
_TYPES = {
    "pitches": np.uint8, "onsets": np.uint8, "chords": np.int16, "bass": np.int8, "keys": np.int8,
    "families": np.uint32, "beats": np.bool_, "downbeats": np.bool_, "boundaries": np.bool_, "loudness": np.float16,
    "tempo_bpm": np.float32, "metre": np.int8,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class NanoClip:
    """20 s of music. `mel` is (192, 1000) float32 as WhisperFeatureExtractor gives it; `song` names what it is of."""

    name: str
    song: str
    style: str
    mel: NDArray[np.float32]
    truth: Truth
    examples: tuple[Example, ...]
    facts: str = ""  # what could be measured of it, a line each


def shard_path(folder: Path, side: str, number: int) -> Path:
    """Where a shard's arrays lie; its questions lie beside them."""
    return folder / side / f"shard-{number:05d}.npz"


def write_shard(path: Path, clips: Sequence[NanoClip]) -> None:
    """Writes a shard, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_questions(path, clips)
    packed = [as_bytes(clip.mel) for clip in clips]
    arrays = {"mels": np.stack([mel for mel, _ in packed]), "tops": np.array([top for _, top in packed], np.float32)}
    arrays |= {name: _stacked(name, [getattr(clip.truth, name) for clip in clips]) for name in NAMES}
    draft = path.with_suffix(".npz.part")
    with draft.open("wb") as file:
        np.savez(file, **arrays)
    draft.replace(path)


def write_questions(path: Path, clips: Sequence[NanoClip]) -> None:
    """Writes what is asked about the clips of a shard, whole or not at all."""
    rows = [_row(clip) for clip in clips]
    lines = path.with_suffix(".jsonl")
    draft = lines.with_suffix(".jsonl.part")
    draft.write_text("".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows), "utf-8")
    draft.replace(lines)


def as_bytes(mel: NDArray[np.float32]) -> tuple[NDArray[np.uint8], float]:
    """A log-mel as bytes below its maximum, and the maximum."""
    top = float(mel.max())
    return np.clip(np.round((mel - (top - SPAN)) * _STEPS), 0, 255).astype(np.uint8), top


def of_bytes(packed: NDArray[np.uint8], top: float) -> NDArray[np.float32]:
    """The log-mel of such bytes."""
    return np.asarray(packed, np.float32) / np.float32(_STEPS) + np.float32(top - SPAN)


def _row(clip: NanoClip) -> dict[str, Any]:
    examples = [example_as_json(one) for one in clip.examples]
    return {"name": clip.name, "song": clip.song, "style": clip.style, "examples": examples, "facts": clip.facts}


def _stacked(name: str, values: Sequence[Any]) -> NDArray[Any]:
    stacked = np.stack([np.asarray(value) for value in values])
    return np.packbits(stacked, axis=-1) if name in _BITS else stacked.astype(_TYPES[name])


class Shard:
    """One shard, its arrays read from the disk as they are asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        lines = self.path.with_suffix(".jsonl")
        if not lines.is_file():
            raise NotFound(f"The questions of {self.path} are missing.", "Make the shard again: remove it first.")
        return [json.loads(line) for line in lines.read_text("utf-8").split("\n") if line]

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        return _mapped(self.path)

    def __len__(self) -> int:
        return len(self.rows)

    def mel(self, at: int) -> NDArray[np.float32]:
        """The log-mel of one clip, (192, 1000)."""
        return of_bytes(self.arrays["mels"][at], float(self.arrays["tops"][at]))

    def truth(self, at: int) -> Truth:
        """The truth of one clip."""
        values = {name: np.array(self.arrays[name][at]) for name in NAMES}
        for name in _BITS:
            values[name] = np.unpackbits(values[name], axis=-1, count=N_PITCHES).astype(bool)
        values["loudness"] = values["loudness"].astype(np.float32)
        return Truth(**values | {"tempo_bpm": float(values["tempo_bpm"]), "metre": int(values["metre"])})

    def clip(self, at: int) -> NanoClip:
        """One clip with everything."""
        row = self.rows[at]
        examples = tuple(example_of_json(one) for one in row["examples"])
        return NanoClip(
            row["name"], row["song"], row["style"], self.mel(at), self.truth(at), examples, row.get("facts", "")
        )


class Clips(Sequence[NanoClip]):
    """The clips of a side in order, over its shards. `mel` and `truth` read a part of a clip alone."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.shards = tuple(shards)
        self._places = [(shard, at) for shard in self.shards for at in range(len(shard))]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> NanoClip: ...
    @overload
    def __getitem__(self, index: slice) -> list[NanoClip]: ...
    def __getitem__(self, index: int | slice) -> NanoClip | list[NanoClip]:
        if isinstance(index, slice):
            return [shard.clip(at) for shard, at in self._places[index]]
        shard, at = self._places[index]
        return shard.clip(at)

    def __iter__(self) -> Iterator[NanoClip]:
        return (shard.clip(at) for shard, at in self._places)

    def mel(self, index: int) -> NDArray[np.float32]:
        """The log-mel of one clip, (192, 1000) float32."""
        shard, at = self._places[index]
        return shard.mel(at)

    def truth(self, index: int) -> Truth:
        """The truth of one clip."""
        shard, at = self._places[index]
        return shard.truth(at)


def clips(folder: Path, side: str) -> Clips:
    """The clips of a side that are there by now. Raises NotFound when there are none."""
    found = sorted((folder / side).glob("shard-*.npz"))
    if not found:
        advice = f"Make them: python -m train.nano.make --out {folder} --side {side}"
        raise NotFound(f"There are no {side} clips in {folder}.", advice)
    return Clips([Shard(path) for path in found])


def _mapped(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an uncompressed `.npz`, mapped and not read. Raises StudioError."""
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            return {entry.filename.removesuffix(".npy"): _map(path, file, entry) for entry in archive.infolist()}
    except (OSError, ValueError, zipfile.BadZipFile, struct.error) as error:
        raise StudioError(f"{path} cannot be read: {error}.", "Remove it and make it again.") from error


def _map(path: Path, file: Any, entry: zipfile.ZipInfo) -> NDArray[Any]:
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{entry.filename} is compressed")
    file.seek(entry.header_offset + 26)  # lengths of the name and the extra field in a local header
    n_name, n_extra = struct.unpack("<HH", file.read(4))
    file.seek(n_name + n_extra, 1)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, in_columns, kind = read(file)
    return np.memmap(path, kind, "r", file.tell(), shape, "F" if in_columns else "C")
