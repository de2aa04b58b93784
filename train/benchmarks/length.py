"""What a long recording costs: `python -m train.benchmarks.length --minutes 4 60`.

Repeats a bundled piece to the length as stereo FLAC and measures it whole, from the file to the last aspect, each
length in a process of its own: CPU seconds on one core, those of them that loading the networks takes, and the highest
memory. `--ours` names the engines as `train.benchmarks.columns` reads them, `studio` or `fast`.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

from musicflamingo_app.analysis.ears import Choice
from musicflamingo_app.analysis.engines import Unwatched
from musicflamingo_app.services.measure import measure
from train.benchmarks.columns import choice_of

PIECE = "paper-lanterns.opus"
BARS = {4: "30 s of CPU", 60: "0.8 GB"}
SHORT_S = 2.0  # under the full hour that the studio takes
SAMPLE_S = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, nargs="+", default=[4, 60])
    parser.add_argument("--ours", default=None, help="the engines; those of a new installation if left out")
    parser.add_argument("--inside", type=Path, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args()
    choice = Choice() if args.ours is None else choice_of(args.ours)
    if args.inside:
        measure_file(args.inside, choice)
        return
    for minutes in args.minutes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "long.flac"
            repeat(path, 60 * minutes - SHORT_S)
            command = [sys.executable, "-m", "train.benchmarks.length", "--inside", str(path)]
            command += [] if args.ours is None else ["--ours", args.ours]
            said = subprocess.run(command, check=True, capture_output=True, text=True, env=_one_thread()).stdout
            print(f"{minutes} minutes of stereo FLAC: {said.strip()}{_bar(minutes)}", flush=True)


def _bar(minutes: int) -> str:
    return f" (bar: {BARS[minutes]})" if minutes in BARS else ""


def _one_thread() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def repeat(path: Path, length_s: float) -> None:
    """Writes the bundled piece again and again until the length is reached."""
    import numpy as np
    import soundfile

    with as_file(files("assets") / "songs" / PIECE) as source:
        samples, rate_hz = soundfile.read(source, dtype="int16", always_2d=True)
    stereo = np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples
    left = int(length_s * rate_hz)
    with soundfile.SoundFile(path, "w", rate_hz, 2, subtype="PCM_16") as out:
        while left > 0:
            out.write(stereo[:left])
            left -= len(stereo)


def measure_file(path: Path, choice: Choice) -> None:
    """Measures one file and prints what it cost."""
    import torch

    torch.set_num_threads(1)
    load_s = _loading_s(path, choice)
    start_s = time.process_time()
    found = measure(path, path.with_suffix(".m4a"), choice, Unwatched()).analysis
    cpu_s = time.process_time() - start_s + load_s
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform != "darwin" else 1e9)
    n_beats = len(found.beats.value.beats) if found.beats else 0
    print(
        f"{cpu_s:.1f} s of CPU ({load_s:.1f} of them loading), peak {peak:.2f} GB, "
        f"{n_beats} beats, {len(found.failures)} failures"
    )


def _loading_s(path: Path, choice: Choice) -> float:
    """What hearing a few seconds costs the first time, beyond the second time."""
    short = path.with_name("short.flac")
    repeat(short, SAMPLE_S)
    spent_s = []
    for _ in range(2):
        start_s = time.process_time()
        measure(short, short.with_suffix(".m4a"), choice, Unwatched())
        spent_s.append(time.process_time() - start_s)
    return max(0.0, spent_s[0] - spent_s[1])


if __name__ == "__main__":
    main()
