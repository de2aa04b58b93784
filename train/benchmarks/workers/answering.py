"""How a program that listens talks to the benchmark: it reads the path of a file a line, and writes a line of JSON.

Needs the standard library alone, for it runs inside each program's own environment. The first line tells the program
and what loading it cost; each answer holds what was found, or `error`, and what finding it cost:

    {"program": "madmom 0.17", "cpu_s": 2.1}
    {"beats": [[0.51, 1], ...], "metre": "4/4", "tempo_bpm": 92.0, "chords": [[0.0, 1.9, "A:min", 0.8], ...],
     "key": "A minor", "key_confidence": 0.7, "sections": [[0.0, 12.1, "A"], ...],
     "instruments": {"drums": [[0.0, 9.5, 0.9], ...]}, "failures": ["..."],
     "cpu_s": {"beats": 3.2, "whole": 9.1}, "peak_mb": 612}

A position in the bar, a confidence and every aspect may be null or left out.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Found = dict[str, object]


def answer(load: Callable[[], tuple[str, Callable[[str, "Clock"], Found]]]) -> None:
    """Loads a program, then answers until there are no more lines. What it prints itself goes to the error stream."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def say(row: Found) -> None:
        out.write(json.dumps(row) + "\n")
        out.flush()

    began_s = cpu_s()
    program, hear = load()
    say({"program": program, "cpu_s": cpu_s() - began_s})
    for line in sys.stdin:
        clock, began_s = Clock(), cpu_s()
        try:
            found = hear(line.rstrip("\n"), clock)
        except Exception as error:  # noqa: BLE001 - one file must not end the run
            found = {"error": f"{type(error).__name__}: {error}"}
        say({**found, "cpu_s": {**clock.spent_s, "whole": cpu_s() - began_s}, "peak_mb": peak_mb()})


class Clock:
    """Processor time by aspect."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}

    @contextmanager
    def of(self, aspect: str) -> Iterator[None]:
        """Counts what is done inside."""
        began_s = cpu_s()
        try:
            yield
        finally:
            self.spent_s[aspect] = self.spent_s.get(aspect, 0.0) + cpu_s() - began_s


def cpu_s() -> float:
    """Processor time of this process and of those that it started and that ended."""
    spent = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def peak_mb() -> int:
    """The most memory that the process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 1e6) if sys.platform == "darwin" else round(peak / 1e3)
