"""Makes what the networks learn from: `python -m train.ears.make --data POP909 --out FOLDER [--side train]`.

Every item depends on its number alone, so a run that was cut short goes on where it stopped, and several processes
(`--part 0/2`, `--part 1/2`) share the work.
"""

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import soundfile

from musicflamingo_app.audio.sound import ANALYSIS_HZ
from musicflamingo_app.errors import NotFound, StudioError
from train.ears.items import item_of, save
from train.ears.pop import VOICE, arranged, plain, soloed
from train.ears.sound import performed
from train.ears.split import HELD_OUT_FONT, HELD_OUT_STYLE, TEST_SEEDS, TRAIN_SEEDS, VALID_SEEDS, songs
from train.pieces.compose import piece
from train.pieces.values import Part, Piece
from train.pop909 import load, unpacked
from train.scores import corpus
from train.scores.play import played

FONTS = {
    "FluidR3_GM": "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "TimGM6mb": "/usr/share/sounds/sf2/TimGM6mb.sf2",
    "sf_GMbank": "/usr/share/sounds/sf2/sf_GMbank.sf2",
    "OPL-3_FM_128M": "/usr/share/sounds/sf2/OPL-3_FM_128M.sf2",
    HELD_OUT_FONT: "/usr/share/sounds/sf2/MuseScore_General_Full.sf2",
}
_TRAIN_FONTS = ("FluidR3_GM",) * 4 + ("TimGM6mb",) * 3 + ("sf_GMbank",) * 3 + ("OPL-3_FM_128M",)
SEEDS = {"train": TRAIN_SEEDS, "valid": VALID_SEEDS, "test": TEST_SEEDS}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.make", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909: the archive or its folder")
    parser.add_argument("--out", type=Path, required=True, help="where the items go")
    parser.add_argument("--side", choices=tuple(SEEDS), default="train")
    parser.add_argument("--rounds", type=int, default=2, help="how often each song is arranged, beside once as it is")
    parser.add_argument("--solos", type=int, default=0, help="how often each song is played by a pianist elsewhere")
    parser.add_argument("--pieces", type=int, default=600, help="how many made pieces")
    parser.add_argument("--first", type=int, default=0, help="how many of the side's pieces to pass over")
    parser.add_argument("--styles", nargs="*", default=[], help="make pieces of these styles alone, and no songs")
    parser.add_argument("--scores", type=int, default=0, help="make the side's among so many real scores, and no songs")
    parser.add_argument("--lessons", action="store_true", help="make only songs that teach nothing yet, into lessons/")
    parser.add_argument("--seconds", type=float, default=0.0, help="of each, from its start; 0 for all of it")
    parser.add_argument("--part", default="0/1", help="which part of the work, such as 0/2")
    parser.add_argument("--sound", action="store_true", help="keep the sound too, as FLAC beside the items")
    given = parser.parse_args()
    if given.first and not given.styles:
        parser.error("--first passes over pieces of chosen styles: name them with --styles")
    folder = unpacked(given.data, given.out)
    target = given.out / ("lessons" if given.lessons else given.side)
    target.mkdir(parents=True, exist_ok=True)
    share, of = (int(number) for number in given.part.split("/"))
    for index, name in enumerate(_asked(folder, given)):
        path = target / f"{name}.npz"
        if index % of == share and not path.exists():
            make(name, folder, path, given.side, seconds=given.seconds, keep_sound=given.sound)


def _asked(folder: Path, given: argparse.Namespace) -> list[str]:
    if given.scores:
        return [f"score-{name}" for name in corpus.names()[: given.scores]]
    if given.styles:
        return of_styles(given.side, given.styles, given.first, given.pieces)
    asked = names(folder, given.side, given.rounds, given.pieces, given.solos)
    return untaught(asked, given.out / given.side) if given.lessons else asked


def untaught(asked: Sequence[str], taught: Path) -> list[str]:
    """The names whose song has no item among those that teach: what networks do with them is what they will do."""
    known = {path.stem.split("-")[1] for path in taught.glob("*.npz")}
    return [name for name in asked if name.split("-")[1] not in known]


def of_styles(side: str, styles: Sequence[str], first: int, n_pieces: int) -> list[str]:
    """The made pieces in some styles among `n_pieces` of a side's, from the one numbered `first` on."""
    return [f"piece-{seed}" for seed in SEEDS[side][first:][:n_pieces] if piece(seed).style in styles]


def names(folder: Path, side: str, rounds: int, n_pieces: int, n_solos: int = 0) -> list[str]:
    """The items of a side in an order that mixes them.

    `pop-001-0` is a song as it is, `-1` by a band, `solo-001-0` by a pianist in another key and tempo, `piece-10000`.
    """
    made = [f"pop-{song}-{number}" for song in songs(folder, side) for number in range(rounds + 1)]
    made += [f"solo-{song}-{number}" for song in songs(folder, side) for number in range(n_solos)]
    made += [f"piece-{seed}" for seed in SEEDS[side][:n_pieces]]
    Random("order").shuffle(made)
    return made


def make(name: str, folder: Path, target: Path, side: str, *, seconds: float = 0.0, keep_sound: bool = False) -> None:
    """Makes one item, of a piece or its first seconds."""
    seed = zlib.crc32(name.encode())
    made = piece_of(name, folder, side)
    if made is None:
        return
    if seconds:
        made = beginning(made, seconds)
    font = HELD_OUT_FONT if side == "test" else _TRAIN_FONTS[seed % len(_TRAIN_FONTS)]
    path = Path(FONTS[font])
    if not path.is_file():
        raise NotFound(
            f"There is no soundfont {font} at {path}.",
            "Install Debian's fluid-soundfont-gm, timgm6mb-soundfont, csound-soundfont, opl3-soundfont and"
            " musescore-general-soundfont-lossless.",
        )
    sound = performed(made, path, seed, effects=side != "test")
    if keep_sound:
        soundfile.write(target.with_suffix(".flac"), sound / max(1.0, float(np.abs(sound).max())), ANALYSIS_HZ)
    song = name if name.startswith("piece-") else name.split("-")[1]
    save(item_of(made, sound, seed, font=font, song=song, name=name), target)


def beginning(made: Piece, seconds: float) -> Piece:
    """The first seconds of a piece; the labels of what comes after are left, but for the beats."""
    if made.duration_s <= seconds:
        return made
    notes = tuple(
        replace(note, length_s=min(note.length_s, seconds - note.start_s))
        for note in made.notes
        if note.start_s < seconds
    )
    beats = tuple(beat for beat in made.beats.beats if beat.time_s < seconds)
    return replace(made, duration_s=seconds, notes=notes, beats=replace(made.beats, beats=beats))


def piece_of(name: str, folder: Path, side: str) -> Piece | None:
    """The music of an item with its truth.

    None for a held-out style or a score where it does not belong, and for a score that does not add up.
    """
    seed = zlib.crc32(name.encode())
    kind, which, *rest = name.split("-")
    if kind == "score":
        score = corpus.load(which)
        return played(score, seed) if score is not None and corpus.side(score) == side else None
    if kind == "piece":
        made = piece(int(which))
        if made.style == HELD_OUT_STYLE and side != "test":
            return None
        return _with_singer(made, Random(f"singer {seed}"))
    song = load(folder, which)
    if kind == "solo":
        return soloed(song, seed)
    number = int(rest[0])
    tuning = Random(f"tuning {seed}").uniform(-50, 50) if seed % 3 == 0 and side == "train" else 0.0
    return (
        plain(song, seed if side == "train" else 0, tuning_cents=round(tuning, 1))
        if number == 0
        else arranged(song, seed)
    )


def _with_singer(made: Piece, random: Random) -> Piece:
    """A third of the leads are sung."""
    if random.random() >= 0.33:
        return made
    parts = tuple(Part(VOICE, 53, False, 64, p.volume) if p.role == "lead" else p for p in made.parts)
    return replace(made, parts=parts)


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
