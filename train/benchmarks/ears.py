"""Our ears beside other programs': the same files, the same core, one thread each, in one run.

`python -m train.benchmarks.ears --data POP909 --renders FOLDER`, with `--ours` and `--peers` for the columns. Each
program is a process of its own; those of `make bench-peers` stand in `.bench/peers`, and one that is not there shows
as “–”.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from musicflamingo_app.errors import StudioError
from train.benchmarks.columns import PEERS, ours, peer
from train.benchmarks.ears_tables import Column, absent, page
from train.benchmarks.marks import Marks, marks
from train.benchmarks.peers import Program
from train.benchmarks.takes import SETS, Source, Take, beginning, takes
from train.pop909 import unpacked


def main() -> None:
    given = _parser().parse_args()
    core = _on_one_core(given.core)
    sets = given.sets.split(",")
    songs = unpacked(given.data, given.renders)
    source = Source(songs, given.renders, given.seconds or None)
    heard = list(takes(source, sets, given.songs, given.pieces, say))
    programs = commands(given.ours.split(","), _names(given.peers), given.environments)
    say(absent([name for name, command in programs.items() if command is None]))
    columns = compared(heard, programs)
    print(page(columns, heard, {of: SETS[of] for of in sets}, core))
    if given.json:
        given.json.write_text(json.dumps([_stored(column, heard) for column in columns], indent=1) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train.benchmarks.ears", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="POP909: the archive or its folder")
    parser.add_argument("--renders", type=Path, required=True, help="where recordings are kept")
    parser.add_argument("--sets", default=",".join(SETS), help="which recordings: %(default)s")
    parser.add_argument("--songs", type=int, default=16, help="how many songs of a set (default %(default)s)")
    parser.add_argument("--pieces", type=int, default=16, help="how many made pieces of a set (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=90, help="of each, from its start; 0 for all (default 90)")
    parser.add_argument("--ours", default="studio,fast,best", help="our columns by engines: %(default)s")
    parser.add_argument("--peers", default=",".join(PEERS), help="other columns: %(default)s, or none")
    parser.add_argument("--environments", type=Path, default=Path(".bench/peers"), help="where peers are installed")
    parser.add_argument("--core", type=int, default=None, help="the core that all run on (default: the first)")
    parser.add_argument("--json", type=Path, default=None, help="keep every score of every recording here")
    return parser


def _names(text: str) -> list[str]:
    return [] if text == "none" else text.split(",")


def _on_one_core(core: int | None) -> int | None:
    """Holds this process, and those it starts, on one core where the system can; which it is."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = min(os.sched_getaffinity(0)) if core is None else core
    try:
        os.sched_setaffinity(0, {chosen})
    except (OSError, ValueError, OverflowError) as error:
        raise StudioError(f"There is no core {chosen} to run on.", "Leave --core out.") from error
    return chosen


def commands(mine: Sequence[str], others: Sequence[str], environments: Path) -> dict[str, list[str] | None]:
    """Column -> its command; None for a peer that is not installed. Raises NotFound for an unknown name."""
    return {f"ours, {choice}": ours(choice) for choice in mine} | {name: peer(name, environments) for name in others}


def compared(heard: Sequence[Take], programs: dict[str, list[str] | None]) -> list[Column]:
    """Lets every program hear every recording, one recording after the other, so that none has the quieter hour.

    Each hears ten seconds twice before, uncounted: that loads what loads late. One that ends is left out from there on,
    and its column says so. Raises StudioError when there is nothing to hear.
    """
    if not heard:
        raise StudioError("There is nothing to hear.", "Ask for at least one song or piece.")
    columns = {name: Column(name) for name in programs}
    with ExitStack() as stack, TemporaryDirectory() as scratch:
        short = beginning(heard[0].path, Path(scratch) / "beginning.wav")
        running: dict[str, Program] = {}
        for name, command in programs.items():
            if command is not None and (started := _started(columns[name], command, short, stack)):
                running[name] = started
        for index, take in enumerate(heard, start=1):
            for name, program in list(running.items()):
                if not _heard(columns[name], program, take, f"{index}/{len(heard)}"):
                    del running[name]
    return list(columns.values())


def _started(column: Column, command: Sequence[str], short: Path, stack: ExitStack) -> Program | None:
    try:
        program = stack.enter_context(Program(column.name, command))
        spent_s = [program.hear(short).cpu_s.get("whole", 0.0) for _ in range(2)]
    except StudioError as error:
        column.failures.append(str(error))
        say(f"{column.name}: {error}")
        return None
    column.begin(program.version, program.load_cpu_s, max(0.0, spent_s[0] - spent_s[1]))
    return program


def _heard(column: Column, program: Program, take: Take, place: str) -> bool:
    """Notes what a program makes of a recording; False when it ended."""
    try:
        found = program.hear(take.path)
    except StudioError as error:
        column.failures.append(f"{take.name}: {error}")
        say(f"{column.name}: {error}")
        return False
    column.add(take, marks(take.truth, found), found.failures)
    column.peak_mb = program.peak_mb
    say(f"{place} {take.name} {column.name}: {_line(column.judged[-1][1], found.failures)}")
    return True


def _line(judged: Marks, failures: Sequence[str]) -> str:
    shown = [f"{name} {judged.scores[name]:.2f}" for name in ("chords majmin", "beats F") if name in judged.scores]
    return ", ".join([*shown, f"{judged.cpu_s.get('whole', 0.0):.1f} s", *failures])


def _stored(column: Column, heard: Sequence[Take]) -> dict[str, object]:
    rows = [
        {"recording": take.name, "set": take.set, "scores": judged.scores, "cpu_s": judged.cpu_s}
        | {"duration_s": judged.duration_s, "chord_claims": [asdict(claim) for claim in judged.chord_claims]}
        for take, judged in column.judged
    ]
    about = {"column": column.name, "program": column.version, "peak_mb": column.peak_mb, "failures": column.failures}
    return {**about, "recordings": rows, "n": len(heard)}


def say(line: str) -> None:
    """Tells how far it is, beside the tables; nothing for an empty line."""
    if line:
        print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
