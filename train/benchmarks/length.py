"""What a long recording costs: `python -m train.benchmarks.length --minutes 4 60`.

Repeats a bundled piece to the length as stereo FLAC and measures it whole, from the file to the last aspect, each
length in a process of its own: CPU seconds on one core and the highest memory.
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

PIECE = "paper-lanterns.opus"
BARS = {4: "30 s of CPU", 60: "1.5 GB"}
SHORT_S = 2.0  # under the full hour that the studio takes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, nargs="+", default=[4, 60])
    parser.add_argument("--inside", type=Path, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        measure_file(args.inside)
        return
    for minutes in args.minutes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "long.flac"
            repeat(path, 60 * minutes - SHORT_S)
            command = [sys.executable, "-m", "train.benchmarks.length", "--inside", str(path)]
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


def measure_file(path: Path) -> None:
    """Measures one file and prints what it cost."""
    import torch

    from musicflamingo_app.analysis.ears import Choice
    from musicflamingo_app.analysis.engines import Unwatched
    from musicflamingo_app.services.measure import measure

    torch.set_num_threads(1)
    start_s = time.process_time()
    found = measure(path, path.with_suffix(".m4a"), Choice(), Unwatched()).analysis
    cpu_s = time.process_time() - start_s
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform != "darwin" else 1e9)
    n_beats = len(found.beats.value.beats) if found.beats else 0
    print(f"{cpu_s:.1f} s of CPU, peak {peak:.2f} GB, {n_beats} beats, {len(found.failures)} failures")


if __name__ == "__main__":
    main()
