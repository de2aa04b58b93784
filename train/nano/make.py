"""Makes the clips of the nano model: `python -m train.nano.make --data POP909 --bank BANK --out FOLDER --side train`.

A shard depends on its number alone, so a run that was cut short goes on where it stopped, and several processes
(`--part 0/2`, `--part 1/2`) share the work. The test side is played by FluidSynth with a soundfont, songs and a style
that are nowhere else.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicflamingo_app.errors import StudioError
from musicflamingo_app.facts.seconds import seconds_text
from train.ears.make import FONTS, SEEDS
from train.ears.pop import VOICE, arranged, plain
from train.ears.sound import performed
from train.ears.split import HELD_OUT_FONT, HELD_OUT_STYLE, songs
from train.nano import bank
from train.nano.excerpt_card import card_of_excerpt
from train.nano.lessons import lessons_of
from train.nano.mels import log_mel
from train.nano.mix import N_SAMPLES, Mixer
from train.nano.shards import CLIPS_PER_SHARD, NanoClip, Shard, shard_path, write_questions, write_shard
from train.nano.spoil import spoiled
from train.nano.truth import CLIP_S, RATE_HZ, truth_of
from train.pieces.compose import piece
from train.pieces.styles import STYLES
from train.pieces.values import Note, Part, Piece
from train.pop909 import load, unpacked
from train.tasks.choose import balanced

SUNG, PLAIN = 0.4, 0.12  # how many leads are sung, how many songs are played as they are
UP, DOWN = 320, 441  # 22,050 Hz, at which FluidSynth plays, to 16,000 Hz
NEAR_S = 4.0  # around a clip: more than what rings on, and than the pauses that count as playing
LEAD_S = 3.0  # what FluidSynth plays before the clip, so that what rings on is there
EVENTFUL, TRIES, FEWEST_NOTES = 0.6, 8, 12


@dataclass(frozen=True)
class Plan:
    """What a shard holds: so many songs and made pieces, each for so many clips, and pieces of the held-out style."""

    songs: int
    clips_a_song: int
    pieces: int
    clips_a_piece: int
    held_out: int = 0


PLANS = {"train": Plan(4, 6, 10, 4), "valid": Plan(16, 1, 48, 1), "test": Plan(20, 1, 40, 1, 4)}


@dataclass(frozen=True)
class Order:
    """A clip to make: its name, what it is of, and the piece."""

    name: str
    song: str
    piece: Piece


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.nano.make", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909: the archive or its folder")
    parser.add_argument("--bank", type=Path, required=True, help="the note bank (.npz); the test side needs none")
    parser.add_argument("--out", type=Path, required=True, help="where the clips go")
    parser.add_argument("--side", choices=tuple(PLANS), default="train")
    parser.add_argument("--clips", type=int, default=14_000, help="how many clips, in shards of 64")
    parser.add_argument("--part", default="0/1", help="which part of the work, such as 0/2")
    parser.add_argument("--questions", action="store_true", help="ask anew about the clips that are there")
    given = parser.parse_args()
    folder = unpacked(given.data, given.out)
    mixer = None if given.side == "test" or given.questions else Mixer(bank.load(given.bank))
    share, of = (int(number) for number in given.part.split("/"))
    for number in range(share, -(-given.clips // CLIPS_PER_SHARD), of):
        path = shard_path(given.out, given.side, number)
        if given.questions and path.exists():
            asked_anew(path, folder, given.side, number)
        elif not path.exists() and not given.questions:
            begun_s = monotonic()
            write_shard(path, shard(folder, given.side, number, mixer))
            print(f"{path}: {(monotonic() - begun_s) / CLIPS_PER_SHARD:.3f} s a clip", flush=True)


def shard(folder: Path, side: str, number: int, mixer: Mixer | None) -> list[NanoClip]:
    """The clips of a shard; letters are right equally often in it."""
    return _balanced([clip(order, mixer) for order in orders(folder, side, number)], number)


def orders(folder: Path, side: str, number: int) -> Iterator[Order]:
    """What a shard is made of."""
    plan = PLANS[side]
    known = _shuffled(folder, side)
    for visit in range(number * plan.songs, (number + 1) * plan.songs):
        song, turn = known[visit % len(known)], visit // len(known)
        made = _song(folder, song, turn, side)
        yield from (Order(f"pop-{song}-{turn}-{n}", f"pop-{song}", made) for n in range(plan.clips_a_song))
    first = SEEDS[side][0] + number * plan.pieces
    for seed in range(first, first + plan.pieces):
        made = _piece(seed, side)
        yield from (Order(f"piece-{seed}-{n}", f"piece-{seed}", made) for n in range(plan.clips_a_piece))
    for seed in range(number * plan.held_out, (number + 1) * plan.held_out):
        made = _with_singer(piece(SEEDS[side][-1] - seed, HELD_OUT_STYLE))
        yield Order(f"{HELD_OUT_STYLE}-{seed}", f"{HELD_OUT_STYLE}-{seed}", made)


@lru_cache(maxsize=4)
def _shuffled(folder: Path, side: str) -> list[str]:
    known = songs(folder, side)
    Random(f"order {side}").shuffle(known)
    return known


def _song(folder: Path, song: str, turn: int, side: str) -> Piece:
    random = Random(f"song {side} {song} {turn}")
    seed = random.randrange(1, 1 << 30)
    return plain(load(folder, song), seed) if random.random() < PLAIN else arranged(load(folder, song), seed)


def _piece(seed: int, side: str) -> Piece:
    """The piece of a seed; in another style where it would be in the held-out one."""
    made = piece(seed)
    if made.style == HELD_OUT_STYLE and side != "test":
        made = piece(seed, Random(f"other {seed}").choice([name for name in STYLES if name != HELD_OUT_STYLE]))
    return _with_singer(made)


def _with_singer(made: Piece) -> Piece:
    """Some of the leads are sung."""
    if Random(f"singer {made.seed}").random() >= SUNG:
        return made
    parts = tuple(Part(VOICE, 53, False, 64, p.volume) if p.role == "lead" else p for p in made.parts)
    return replace(made, parts=parts)


def asked_anew(path: Path, folder: Path, side: str, number: int) -> None:
    """Writes the questions of a shard again, as the lessons are now; what is heard stays."""
    stored, made = Shard(path), []
    for at, order in enumerate(orders(folder, side, number)):
        start_s = chosen_start_s(order.piece, Random(f"clip {order.name}"))
        card = card_of_excerpt(near(order.piece, start_s), start_s, stored.truth(at), order.name)
        examples = tuple(lessons_of(order.name, card))
        heard = (stored.mel(at), stored.truth(at))
        made.append(NanoClip(order.name, order.song, order.piece.style, *heard, examples, seconds_text(card)))
    if [clip.name for clip in made] != [row["name"] for row in stored.rows]:
        raise StudioError(f"{path} holds other clips than it would now.", "Remove it and make it again.")
    write_questions(path, _balanced(made, number))


def _balanced(made: Sequence[NanoClip], number: int) -> list[NanoClip]:
    """The same with every letter right equally often."""
    asked = balanced([example for one in made for example in one.examples], number)
    of = {example.id: example for example in asked}
    return [replace(one, examples=tuple(of[example.id] for example in one.examples)) for one in made]


def clip(order: Order, mixer: Mixer | None) -> NanoClip:
    """One clip: heard, true, and asked about. Without a mixer FluidSynth plays it, with the held-out soundfont."""
    random = Random(f"clip {order.name}")
    start_s = chosen_start_s(order.piece, random)
    made = near(order.piece, start_s)
    sound = played(made, start_s, random) if mixer is None else spoiled(mixer.mix(made, start_s, random), random)
    truth = truth_of(made, start_s, sound.cpu().numpy())
    card = card_of_excerpt(made, start_s, truth, order.name)
    mel = log_mel(sound).cpu().numpy()
    asked = tuple(lessons_of(order.name, card))
    return NanoClip(order.name, order.song, order.piece.style, mel, truth, asked, seconds_text(card))


def chosen_start_s(made: Piece, random: Random) -> float:
    """Where a clip begins: often so that something happens in its middle, never where hardly anybody plays."""
    last_s = max(0.0, made.duration_s - CLIP_S)
    starts_s = np.array([note.start_s for note in made.notes])
    events_s = _events_s(made)
    start_s = 0.0
    for _ in range(TRIES):
        start_s = random.uniform(0.0, last_s)
        if events_s and random.random() < EVENTFUL:
            start_s = min(last_s, max(0.0, random.choice(events_s) - random.uniform(4.0, CLIP_S - 4.0)))
        if np.count_nonzero((starts_s >= start_s) & (starts_s < start_s + CLIP_S)) >= FEWEST_NOTES:
            break
    return round(start_s, 3)


def _events_s(made: Piece) -> list[float]:
    """Where sections, keys and metres begin, and where players come and go; singers count three times."""
    found = [s.start_s for line in (made.sections, made.keys, made.metres) for s in line]
    for number, part in enumerate(made.parts):
        edges = [edge_s for active in made.active(number) for edge_s in (active.start_s, active.end_s)]
        found += edges * (3 if part.role == VOICE else 1)
    return [time_s for time_s in found if 5.0 < time_s < made.duration_s - 5.0]


def played(made: Piece, start_s: float, random: Random) -> Any:
    """The clip as FluidSynth and the held-out soundfont play it: (320000,) at 16 kHz, its peak below full scale."""
    import torch
    from scipy.signal import resample_poly

    lead_s = min(LEAD_S, start_s)
    sound = performed(shortened(made, start_s - lead_s, CLIP_S + lead_s), Path(FONTS[HELD_OUT_FONT]), 0, effects=False)
    at_rate: NDArray[np.float32] = resample_poly(sound, UP, DOWN).astype(np.float32)
    out = np.zeros(N_SAMPLES, np.float32)
    kept = at_rate[round(lead_s * RATE_HZ) :][:N_SAMPLES]
    out[: len(kept)] = kept
    level = 10 ** (random.uniform(-12, -1) / 20)
    return torch.from_numpy(out / max(1e-6, float(np.abs(out).max())) * np.float32(level))


def near(made: Piece, start_s: float) -> Piece:
    """The piece with only those notes that matter to a clip: they are searched again and again."""
    begin_s, end_s = start_s - NEAR_S, start_s + CLIP_S + NEAR_S
    return replace(made, notes=tuple(note for note in made.notes if note.start_s < end_s and note.end_s > begin_s))


def shortened(made: Piece, start_s: float, length_s: float) -> Piece:
    """The notes of a stretch as a piece of its own, for playing; its labels are left as they are."""
    notes: Sequence[Note] = made.notes
    kept = tuple(
        replace(note, start_s=max(0.0, note.start_s - start_s), length_s=note.end_s - max(start_s, note.start_s))
        for note in notes
        if note.start_s < start_s + length_s and note.end_s > start_s + 0.02
    )
    return replace(made, notes=kept, duration_s=length_s)


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
