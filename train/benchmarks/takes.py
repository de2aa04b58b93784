"""The recordings that programs are compared on: held-out songs and styles through a soundfont that taught nothing.

Each is rendered once and kept; `--renders` may be a folder that `train.ears.make --side test --sound` filled.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import soundfile

from musicflamingo_app.audio.resample import load_soxr
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import NotFound, StudioError
from train.benchmarks.truth import Truth, looked_at, truth_of
from train.ears.effects import Floats, treated
from train.ears.make import FONTS, piece_of
from train.ears.sound import performed
from train.ears.split import HELD_OUT_FONT, TEST_SEEDS, songs
from train.pieces.compose import piece
from train.pieces.values import Piece
from train.scores import corpus

STYLES = ("jazz swing", "jazz waltz", "blues", "bossa")
SETS = {
    "piano": "songs on a piano, as the collection has them",
    "band": "songs in another key and tempo, by a band",
    "jazz": "jazz, blues and bossa",
    "scores": "Bach's chorales and folk tunes as they are written, by instruments of a seed's choice",
    "effects": "songs by a band and jazz, through effects: rooms, equalisers, compression, noise, poor copies",
}
FILE_HZ = 44_100  # every program reads this


@dataclass(frozen=True)
class Take:
    """One recording to hear: its set, its WAV file and what is true of it."""

    name: str
    set: str
    path: Path
    truth: Truth


@dataclass(frozen=True)
class Source:
    """Where recordings come from and go to. `seconds` is None for whole ones."""

    songs: Path
    renders: Path
    seconds: float | None

    def take(self, name: str, of: str) -> Take:
        """The recording of a piece, made if it is not there. Raises NotFound, MissingPackage, StudioError."""
        made = piece_of(name, self.songs, "test")
        assert made is not None, "the test side takes every style"
        kept = self.renders / f"{name}.flac"
        if not kept.exists():
            _render(made, name, kept)
        called = f"{name}-effects" if of == "effects" else name
        target = self.renders / ("whole" if self.seconds is None else f"first {self.seconds:g} s") / f"{called}.wav"
        if not target.exists():
            sound = _read(kept, made)
            _write(treated(sound, zlib.crc32(called.encode())) if of == "effects" else sound, target, self.seconds)
        truth = truth_of(made, self.seconds)
        return Take(called, of, target, looked_at(truth) if name.startswith("pop-") else truth)


def names(of: str, folder: Path, n_songs: int, n_pieces: int) -> list[str]:
    """The pieces of a set: of songs, with known sections first, and of styles in turn, the first so many."""
    chosen = sorted(songs(folder, "test"), key=lambda song: not (folder / f"{song}.sections.lab").is_file())[:n_songs]
    if of == "piano":
        return [f"pop-{song}-0" for song in chosen]
    if of == "band":
        return [f"pop-{song}-1" for song in chosen]
    if of == "jazz":
        return styled(n_pieces)
    if of == "scores":
        return written(n_pieces)
    halves = names("band", folder, (n_songs + 1) // 2, 0), styled((n_pieces + 1) // 2)
    return [*halves[0], *halves[1]]


def styled(n: int) -> list[str]:
    """The first so many made pieces in the styles of `STYLES`, as even among them as can be."""
    wanted = {style: n // len(STYLES) + (index < n % len(STYLES)) for index, style in enumerate(STYLES)}
    found: list[str] = []
    for seed in TEST_SEEDS if n else ():
        style = piece(seed).style
        if wanted.get(style, 0):
            wanted[style] -= 1
            found.append(f"piece-{seed}")
        if len(found) == n:
            break
    return found


def written(n: int) -> list[str]:
    """The first so many scores of the test side, chorales and tunes in turn. Raises MissingPackage."""
    listed = corpus.names() if n else []
    judging = (name for name in listed if (score := corpus.load(name)) is not None and corpus.side(score) == "test")
    return [f"score-{name}" for name in islice(judging, n)]


def takes(
    source: Source, sets: Sequence[str], n_songs: int, n_pieces: int, say: Callable[[str], None]
) -> Iterator[Take]:
    """All recordings of the sets, one after the other. Raises NotFound for a set that is not there."""
    for of in sets:
        if of not in SETS:
            raise NotFound(f"There is no set “{of}”.", f"Choose among: {', '.join(SETS)}.")
        for name in names(of, source.songs, n_songs, n_pieces):
            say(f"{of}: {name}")
            yield source.take(name, of)


def beginning(path: Path, target: Path, seconds: float = 10.0) -> Path:
    """The first seconds of a recording of ours as another one; where it lies."""
    sound, rate_hz = soundfile.read(path, int(seconds * FILE_HZ), dtype="float32")
    _keep(sound, rate_hz, target, "WAV")
    return target


def _render(made: Piece, name: str, target: Path) -> None:
    font = Path(FONTS[HELD_OUT_FONT])
    if not font.is_file():
        raise NotFound(
            f"There is no soundfont {HELD_OUT_FONT} at {font}.",
            "Install Debian's musescore-general-soundfont-lossless.",
        )
    sound = performed(made, font, zlib.crc32(name.encode()), effects=False)
    _keep(sound / max(1.0, float(np.abs(sound).max())), ANALYSIS_HZ, target, "FLAC")


def _read(path: Path, made: Piece) -> Floats:
    """A render of ours, if it is as long as its piece."""
    sound, rate_hz = soundfile.read(path, dtype="float32")
    if rate_hz != ANALYSIS_HZ or len(sound) != int(made.duration_s * ANALYSIS_HZ):
        raise StudioError(
            f"{path} lasts {len(sound) / rate_hz:.2f} s and its piece {made.duration_s:.2f} s.",
            "It was made by another version of the program; delete it, so that it is made again.",
        )
    return np.asarray(sound, np.float32)


def _write(sound: Floats, target: Path, seconds: float | None) -> None:
    cut = sound if seconds is None else sound[: round(seconds * ANALYSIS_HZ)]
    louder = load_soxr().resample(cut, ANALYSIS_HZ, FILE_HZ)
    _keep(louder / max(1.0, float(np.abs(louder).max())), FILE_HZ, target, "WAV")


def _keep(sound: Floats, rate_hz: int, target: Path, kind: str) -> None:
    """Writes 16-bit sound; nothing half-written stays."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    soundfile.write(draft, sound, rate_hz, subtype="PCM_16", format=kind)
    draft.replace(target)
