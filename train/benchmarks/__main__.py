"""`python -m train.benchmarks --data POP909 --renders FOLDER`: the tables of docs/benchmarks.md, as Markdown."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from musicflamingo_app.analysis.ears import Choice
from train.benchmarks.listening import SONGS, TARGETS, ours, table
from train.benchmarks.peers import peers
from train.pop909 import load, unpacked
from train.render import render, soundfont


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="pop909_dev.tar.gz or its folder")
    parser.add_argument("--renders", type=Path, required=True, help="where renders are kept")
    parser.add_argument("--soundfont", type=Path, default=None)
    parser.add_argument("--songs", type=int, default=len(SONGS), help="only the first so many")
    parser.add_argument("--best", action="store_true", help="also our five chord networks")
    parser.add_argument("--only-listening", action="store_true", help="leave lengths, library and page out")
    args = parser.parse_args()
    _one_thread()
    folder, font = unpacked(args.data, args.renders), soundfont(args.soundfont)
    songs = {}
    for song in SONGS[: args.songs]:
        truth = load(folder, song)
        songs[song] = (truth, render(truth.midi, args.renders, font))
    with tempfile.TemporaryDirectory() as scratch:
        listeners = {"ours": ours(Choice(), Path(scratch))}
        if args.best:
            listeners["ours, best"] = ours(Choice(chords="best"), Path(scratch))
        listeners |= peers()
        tables = {name: table(hear, songs, say=_say) for name, hear in listeners.items()}
    print(f"{len(songs)} songs, {font.name}\n\n" + _markdown(tables))
    if not args.only_listening:
        for name in ("length", "library", "page", "speech"):
            print(f"\n{name}\n", flush=True)
            subprocess.run([sys.executable, "-m", f"train.benchmarks.{name}"], check=True)


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    import torch

    torch.set_num_threads(1)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _markdown(tables: dict[str, dict[str, float]]) -> str:
    names = [*TARGETS, "CPU s a minute"]
    lines = ["| | target | " + " | ".join(tables) + " |", "|---" * (len(tables) + 2) + "|"]
    for name in names:
        cells = [f"{row[name]:.3f}" if name in row else "–" for row in tables.values()]
        target = f"{TARGETS[name]:.2f}" if name in TARGETS else "7.5"
        lines.append(f"| {name} | {target} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
