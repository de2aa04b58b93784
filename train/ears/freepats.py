"""Makes items that judge through sounds that never taught: `python -m train.ears.freepats --data POP909 --out ITEMS`.

Songs of the collection and every second piece among the items that judge already (`train.ears.make --side valid`),
ninety seconds of each, played with FreePats by TiMidity++ (on Debian freepats and timidity) into freepats/. FreePats
lacks some instruments: the nearest of their family that it has plays.
"""

import argparse
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import FAMILIES, family_of
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import MissingPackage, StudioError
from train.ears.effects import treated
from train.ears.items import item_of, save
from train.ears.make import beginning, piece_of
from train.ears.pop import VOICE
from train.ears.sound import with_singers
from train.pieces.midi import write_midi
from train.pieces.values import Piece
from train.pop909 import unpacked

BANK = Path("/etc/timidity/freepats.cfg")
SIDE, SECONDS = "valid", 90.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.freepats", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909: the archive or its folder")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the items")
    given = parser.parse_args()
    folder, target = unpacked(given.data, given.out), given.out / "freepats"
    programs = programs_of(BANK)
    target.mkdir(parents=True, exist_ok=True)
    for name in chosen([path.stem for path in (given.out / SIDE).glob("*.npz")]):
        path = target / f"{name}.npz"
        made = None if path.exists() else piece_of(name, folder, SIDE)
        if made is not None:
            make(name, beginning(made, SECONDS), programs, path)


def chosen(asked: Sequence[str]) -> list[str]:
    """All songs and every second piece; songs that a pianist plays elsewhere are left out."""
    songs, pieces = ([name for name in sorted(asked) if name.startswith(kind)] for kind in ("pop-", "piece-"))
    return songs + pieces[::2]


def make(name: str, made: Piece, programs: Sequence[int], target: Path) -> None:
    """Makes one item."""
    seed = zlib.crc32(name.encode())
    played = playable(made, programs)
    sound = treated(with_singers(by_timidity(played), played, seed), seed)
    save(item_of(played, sound, seed, font="freepats", song=name, name=name), target)


def programs_of(bank: Path) -> list[int]:
    """The melodic General MIDI programs of a bank. Raises MissingPackage."""
    if not bank.is_file() or shutil.which("timidity") is None:
        raise MissingPackage(
            "TiMidity++ or FreePats is not installed.",
            "Install them, on Debian with “apt-get install timidity freepats”.",
        )
    melodic = bank.read_text("utf-8", "replace").split("bank 0", 1)[-1].split("drumset")[0]
    return [int(number) for number in re.findall(r"^\s*(\d+)\s+Tone", melodic, re.MULTILINE)]


def playable(made: Piece, programs: Sequence[int]) -> Piece:
    """The piece with programs that there are; parts of families without any are left out."""
    parts, silent = list(made.parts), set()
    for index, part in enumerate(parts):
        if part.role == VOICE or part.is_drums:
            continue
        program = nearest(part.program, programs)
        if program is None:
            silent.add(index)
        else:
            parts[index] = replace(part, program=program)
    return replace(made, parts=tuple(parts), notes=tuple(note for note in made.notes if note.part not in silent))


def nearest(program: int, programs: Sequence[int]) -> int | None:
    """The program itself, or the nearest of its family that there is."""
    family = family_of(program)
    if program in programs or family is None:
        return program if program in programs else None
    others = [other for other in list(FAMILIES.values())[family] if other in programs]
    return min(others, key=lambda other: abs(other - program)) if others else None


def by_timidity(made: Piece) -> NDArray[np.float32]:
    """Mono sound of all but the singers, without rooms. Raises StudioError."""
    singers = {index for index, part in enumerate(made.parts) if part.role == VOICE}
    notes = tuple(note for note in made.notes if note.part not in singers)
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
        write_midi(replace(made, notes=notes), midi)
        options = f"-c {BANK} -Ow -s {ANALYSIS_HZ} -EFreverb=0 -EFchorus=0".split()
        command = ["timidity", *options, "-o", str(wave), str(midi)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not wave.exists():
            raise StudioError("TiMidity++ could not render a piece.", f"It said: {done.stderr.strip()[-200:]}")
        sound = soundfile.read(wave, dtype="float32", always_2d=True)[0].mean(axis=1)
    out = np.zeros(int(made.duration_s * ANALYSIS_HZ), np.float32)
    first = round(min((note.start_s for note in notes), default=0.0) * ANALYSIS_HZ)  # TiMidity++ begins with it
    n = min(len(sound), len(out) - first)
    out[first : first + n] = sound[:n]
    return out


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
