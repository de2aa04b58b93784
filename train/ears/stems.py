"""Makes players alone: `python -m train.ears.stems --data POP909 --out ITEMS --sonivox FILE --samples FOLDER`.

Each stem is one part of a song's arrangement or of a made piece, through a soundfont or recordings of single notes
drawn for it alone, and half of the time on another instrument than the band's. `train.ears.mixes` lets some of them
sound together: more bands than anybody would render, each player through other loudspeakers.
"""

import argparse
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.analysis.listening.classes import DRUMS, FAMILIES
from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.time import Timeline
from train.ears.effects import treated
from train.ears.items import item_of, save
from train.ears.make import FONTS
from train.ears.pop import VOICE, arranged
from train.ears.sampled import INSTRUMENTS, Sampled
from train.ears.sound import performed
from train.ears.split import HELD_OUT_FONT, HELD_OUT_STYLE, TRAIN_SEEDS, songs
from train.pieces.compose import piece
from train.pieces.values import Part, Piece
from train.pop909 import load, unpacked
from train.render import soundfont

STEM_S = 45.0
FEWEST_NOTES = 8
OTHERWISE = 0.5  # of the pitched parts that are played by an instrument of a family drawn evenly
SAMPLED = 0.5  # of the parts for which there are recordings of single notes
BODIES = range(-4, 5)  # semitones by which the sound of a part is raised, and its notes lowered before
FIRST_PIECE = TRAIN_SEEDS[0] + 50_000  # pieces that teach nothing else
FONT_SHARES = {"FluidR3_GM": 4, "TimGM6mb": 3, "sf_GMbank": 3, "OPL-3_FM_128M": 1, "sonivox": 4}


@dataclass(frozen=True)
class Banks:
    """Soundfonts by name, and instruments sampled note by note."""

    fonts: dict[str, Path]
    sampled: dict[str, Sampled]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.stems", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909: the archive or its folder")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the items; stems go into stems/")
    parser.add_argument(
        "--sonivox", type=Path, required=True, help="sonivox.sf2 of the npm package @coderline/alphatab"
    )
    parser.add_argument("--samples", type=Path, required=True, help="a folder of instruments, each with its notes")
    parser.add_argument("--stems", type=int, default=2400, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--part", default="0/1", help="which part of the work, such as 0/2")
    given = parser.parse_args()
    collection, target = unpacked(given.data, given.out), given.out / "stems"
    target.mkdir(parents=True, exist_ok=True)
    banks = banks_of(given.sonivox, given.samples)
    share, of = (int(number) for number in given.part.split("/"))
    taught = songs(collection, "train")
    for number in range(given.first + share, given.first + given.stems, of):
        path = target / f"stem-{number}.npz"
        if not path.exists():
            make(number, collection, taught, banks, path)


def banks_of(sonivox: Path, samples: Path) -> Banks:
    """What the stems are played with. Raises MissingPackage, NotFound, AudioError."""
    files = {name: Path(path) for name, path in FONTS.items() if name != HELD_OUT_FONT} | {"sonivox": sonivox}
    names = sorted(set(INSTRUMENTS.values()))
    fonts = {name: soundfont(path) for name, path in files.items()}
    return Banks(fonts, {name: Sampled.of(samples / name) for name in names})


def make(number: int, collection: Path, taught: Sequence[str], banks: Banks, target: Path) -> None:
    """Makes one stem; none where the drawn piece has no part with enough notes."""
    random, seed = Random(f"stem {number}"), zlib.crc32(f"stem {number}".encode())
    whole = piece(FIRST_PIECE + number) if number % 2 else arranged(load(collection, random.choice(taught)), seed)
    alone = player(whole, random)
    if whole.style == HELD_OUT_STYLE or alone is None:
        return
    sound, bank = embodied(alone, random.choice(BODIES), lambda part: played(part, banks, random, seed))
    name = f"stem-{number}"
    save(item_of(alone, treated(sound, seed), seed, font=bank, song=name, name=name), target)


def player(whole: Piece, random: Random) -> Piece | None:
    """One part of a piece for `STEM_S` from one of its notes on; None where too few notes are left."""
    index = random.randrange(len(whole.parts))
    notes = whole.notes_of(index)
    if not notes:
        return None
    start_s = max(0.0, random.choice(notes).start_s - 1.0)
    kept = tuple(
        replace(
            note, start_s=note.start_s - start_s, length_s=min(note.length_s, start_s + STEM_S - note.start_s), part=0
        )
        for note in notes
        if start_s <= note.start_s < start_s + STEM_S - 0.1
    )
    part = replace(another(whole.parts[index], random), volume=100, pan=64)
    if len(kept) < FEWEST_NOTES:
        return None
    return replace(
        whole,
        duration_s=STEM_S,
        parts=(part,),
        notes=kept,
        beats=replace(whole.beats, beats=()),
        chords=Timeline(),
        keys=Timeline(),
        sections=Timeline(),
    )


def another(part: Part, random: Random) -> Part:
    """The part, half of the time on an instrument of a family drawn evenly."""
    if part.is_drums or random.random() >= OTHERWISE:
        return part
    pitched = [programs for family, programs in enumerate(FAMILIES.values()) if family != DRUMS]
    return replace(part, role="lead", program=random.choice(list(random.choice(pitched))))


def embodied(
    alone: Piece, semitones: int, play: Callable[[Piece], tuple[NDArray[np.float32], str]]
) -> tuple[NDArray[np.float32], str]:
    """A part on an instrument with a smaller or larger body: played lower and slower, then sped up to what it was."""
    if alone.parts[0].is_drums or semitones == 0:
        return play(alone)
    import soxr

    slower = 2 ** (semitones / 12)
    notes = tuple(
        replace(n, start_s=n.start_s * slower, length_s=n.length_s * slower, pitch=n.pitch - semitones)
        for n in alone.notes
    )
    sound, bank = play(replace(alone, duration_s=alone.duration_s * slower, notes=notes))
    return np.asarray(soxr.resample(sound, ANALYSIS_HZ * slower, ANALYSIS_HZ), np.float32), bank


def played(alone: Piece, banks: Banks, random: Random, seed: int) -> tuple[NDArray[np.float32], str]:
    """The sound of a part, and the bank it is played with."""
    (part,) = alone.parts
    instrument = INSTRUMENTS.get(part.program)
    if not part.is_drums and part.role != VOICE and instrument and random.random() < SAMPLED:
        return banks.sampled[instrument].play(alone.notes, alone.duration_s), "samples"
    (font,) = random.choices(list(FONT_SHARES), list(FONT_SHARES.values()))
    return performed(alone, banks.fonts[font], seed, effects=False), font


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
