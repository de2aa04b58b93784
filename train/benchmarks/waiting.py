"""How long the trainer waits for data: `python -m train.benchmarks.waiting [--out FOLDER] [--base FOLDER]`.

A real run on rendered clips, first with no spectrogram kept (each is decoded and transformed every time), then with
all of them on the shelf. Prints the share of step time in which the learning stood still; at most 5 % is wanted. One
process prepares clips ahead, so a machine with a single free core waits longer.
"""

import argparse
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import StudioError
from train.examples import Example
from train.runs.read import Run

BAR = 0.05
SECONDS = 20.0
PATIENCE_S = 3600.0
LINES: dict[str, Any] = {
    "stage": "sft",
    "precision": "fp32",
    "lora_rank": 8,
    "lora_alpha": 16,
    "batch": 4,
    "batch_per_device": 1,
    "turns_per_clip": 2,
    "gradient_checkpointing": False,
    "eval_every": 0,
    "sample_every": 0,
    "save_every": 10_000,
    "loaders": 1,
}


@dataclass(frozen=True)
class Waited:
    """Of one run: the share of step time spent waiting, the mean step, and how many steps were counted."""

    share: float
    step_s: float
    n_steps: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.benchmarks.waiting", description=__doc__)
    parser.add_argument("--out", type=Path, help="where clips and runs are kept; else a folder that goes again")
    parser.add_argument("--base", type=Path, help="a Music Flamingo; else a random one of ten million weights is made")
    parser.add_argument("--clips", type=int, default=36)
    parser.add_argument("--epochs", type=float, default=2.0, help="of each run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waiting-") as scratch:
        place = given.out or Path(scratch)
        found = measured(place, given.base or small_base(place), given.clips, given.epochs)
    print(table(found))
    if max(one.share for one in found.values()) > BAR:
        sys.exit(1)


def table(found: dict[str, Waited]) -> str:
    """As Markdown."""
    lines = ["| spectrograms | waiting | bar | a step | steps |", "| --- | --- | --- | --- | --- |"]
    for name, one in found.items():
        lines.append(f"| {name} | {one.share:.2%} | {BAR:.0%} | {one.step_s:.2f} s | {one.n_steps} |")
    return "\n".join(lines)


def measured(place: Path, base: Path, n_clips: int, epochs: float) -> dict[str, Waited]:
    """Both runs. Raises StudioError where one fails."""
    dataset = rendered(place, n_clips)
    found = {}
    for name, cache_gb in (("made anew", 0.0), ("kept", 4.0)):
        if cache_gb:
            _run(place, base, dataset, {**LINES, "max_steps": -(-n_clips // LINES["batch"]), "cache_gb": cache_gb})
        found[name] = waited(_run(place, base, dataset, {**LINES, "epochs": epochs, "cache_gb": cache_gb}))
    return found


def waited(run: Run) -> Waited:
    """Of all steps but the first, in which torch and the loader begin."""
    times_s = dict(run.curves["step_s"])
    steps = [(share, times_s[step]) for step, share in run.curves["waiting"] if step > 1]
    total_s = sum(step_s for _, step_s in steps)
    return Waited(sum(share * step_s for share, step_s in steps) / total_s, total_s / len(steps), len(steps))


def _run(place: Path, base: Path, dataset: Path, lines: dict[str, Any]) -> Run:
    from train.recipes.read import made
    from train.runs.folder import Plan, create
    from train.runs.read import read_run
    from train.runs.start import start, wait

    folder = create(place / "runs", Plan(made(lines), base, dataset, base.name))
    start(folder)
    wait(folder, timeout_s=PATIENCE_S)
    run = read_run(folder)
    if run.status != "done":
        raise StudioError(f"The run {run.name} ended early. {run.sentence}")
    return run


def rendered(place: Path, n_clips: int) -> Path:
    """A dataset of rendered clips with two questions each, made where it is not there yet."""
    from train.dataset import About, datasets_folder, write_dataset

    folder = datasets_folder(place) / f"clips-{n_clips}"
    if not folder.exists():
        sounds = place / "sounds" / "audio"
        examples = [example for n in range(n_clips) for example in _clip(n, sounds)]
        about = About(folder.name, 0, "made by this program", "2026-01-01T00:00:00+00:00")
        write_dataset(folder, about, examples, (), audio=sounds)
    return folder


def _clip(n: int, sounds: Path) -> list[Example]:
    import numpy as np
    import soundfile

    from musicflamingo_app.audio.sound import ANALYSIS_HZ
    from train.ears.make import piece_of
    from train.ears.sound import performed
    from train.ears.split import TEST_SEEDS
    from train.render import soundfont

    name = f"piece-{TEST_SEEDS[n]}"
    made = piece_of(name, sounds, "test")
    assert made is not None, "the test side takes every style"
    sound = performed(made, soundfont(), zlib.crc32(name.encode()), effects=False)[: round(SECONDS * ANALYSIS_HZ)]
    sounds.mkdir(parents=True, exist_ok=True)
    soundfile.write(sounds / f"{name}.flac", 0.8 * sound / max(1e-6, float(np.abs(sound).max())), ANALYSIS_HZ)
    asked = (("Which style is it?", made.style), ("How many players are there?", str(len(made.parts))))
    return [
        Example(f"{name}-{k}", f"{n:064x}", f"audio/{name}.flac", "imported", "attribute identification", "open", *said)
        for k, said in enumerate(asked)
    ]


def small_base(place: Path) -> Path:
    """A random Music Flamingo whose steps take long enough to be like those of a real one."""
    from train.toy import write_toy

    folder = place / "small"
    return folder if folder.is_dir() else write_toy(folder, width=384, n_layers=6)


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
