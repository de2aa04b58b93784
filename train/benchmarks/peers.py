"""Programs that listen, as processes of their own: one thread, one file at a time.

None but librosa is a dependency of the studio: madmom's networks may not be sold, essentia is AGPL and Chordino GPL.
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from musicflamingo_app.errors import MusicSyntaxError, StudioError
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Degree, Pitch
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, Timeline
from train.benchmarks.listening import Findings

LIBRARIES = ("OMP", "MKL", "OPENBLAS", "NUMBA", "NUMEXPR")
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in LIBRARIES}


class Program:
    """A worker that is running. Use it with `with`; raises StudioError when it does not start, or ends."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self.peak_mb = 0
        environment = {**os.environ, **ONE_THREAD}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
        try:
            hello = self._answer()
        except BaseException:
            self.close()
            raise
        self.version, self.load_cpu_s = str(hello["program"]), float(hello["cpu_s"])

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Asks no more and waits until it ended."""
        with contextlib.suppress(OSError):  # words for one that has ended already
            _stream(self._process.stdin).close()
        _stream(self._process.stdout).close()
        self._process.wait()

    def hear(self, path: Path) -> Findings:
        """What it finds in a file. Raises StudioError when it ends instead of answering."""
        asked = _stream(self._process.stdin)
        try:
            asked.write(f"{path.resolve()}\n")
            asked.flush()
        except OSError as error:
            raise StudioError(f"{self.name} ended.", "Its own words stand above.") from error
        told = self._answer()
        self.peak_mb = max(self.peak_mb, int(told.get("peak_mb", 0)))
        return findings(told)

    def _answer(self) -> dict[str, Any]:
        line = _stream(self._process.stdout).readline()
        if not line:
            code = self._process.wait()
            raise StudioError(f"{self.name} ended with {code} instead of answering.", "Its own words stand above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None, "both are pipes"
    return stream


def findings(told: Mapping[str, Any]) -> Findings:
    """An answer of a worker in our terms; its words are explained in `workers/answering.py`."""
    beats = told.get("beats")
    metre, key, sections, instruments = (told.get(name) for name in ("metre", "key", "sections", "instruments"))
    has_bars = beats is not None and all(position is not None for _, position in beats)
    chords = told.get("chords")
    return Findings(
        None if beats is None else tuple(time_s for time_s, _ in beats),
        tuple(time_s for time_s, position in beats if position == 1) if beats is not None and has_bars else None,
        Metre.parse(metre) if metre else None,
        told.get("tempo_bpm"),
        None if chords is None else _chords(chords),
        Key.parse(key) if key else None,
        told.get("key_confidence"),
        None if sections is None else Timeline.of((a, b, Section(letter)) for a, b, letter in sections),
        None if instruments is None else tuple(Playing.of(name, rows) for name, rows in instruments.items()),
        told.get("cpu_s", {}),
        (*told.get("failures", ()), *([told["error"]] if "error" in told else ())),
    )


def _chords(rows: Sequence[tuple[float, float, str, float | None]]) -> Timeline[Chord]:
    """Neighbours of the same chord made one only where nobody is sure of them: confidences stay with their stretch."""
    timeline = Timeline(tuple(Segment(start, end, chord(name), sure) for start, end, name, sure in rows))
    return timeline.merged() if all(segment.confidence is None for segment in timeline) else timeline


_WRITTEN = {
    "": "maj", "m": "min", "7": "7", "maj7": "maj7", "m7": "min7", "6": "maj6", "m6": "min6", "dim": "dim",
    "dim7": "dim7", "aug": "aug", "m7b5": "hdim7", "mMaj7": "minmaj7", "sus4": "sus4", "sus2": "sus2",
}  # fmt: skip
_STEPS = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")


def chord(name: str) -> Chord:
    """The chord of a name in Harte's syntax, or as musicians write it: `Am7`, `C#m7b5`, `C/E`. Raises MusicSyntaxError.

    What is neither counts as an error, so that no program is blamed for our reading.
    """
    try:
        return Chord.parse(name)
    except MusicSyntaxError:
        above, _, below = name.partition("/")
    width = 2 if above[1:2] in ("#", "b") else 1
    if above[width:] not in _WRITTEN:
        raise MusicSyntaxError(f"“{name}” is not a chord.", "Teach train/benchmarks/peers.py to read it.")
    root = Pitch.parse(above[:width])
    made = Chord(root, _WRITTEN[above[width:]])
    steps = (Pitch.parse(below).pitch_class - root.pitch_class) % 12 if below else 0
    return made if not steps else Chord(root, made.quality, bass=_degree(made, steps))


def _degree(of: Chord, steps: int) -> Degree:
    tones = (degree for degree in of.degrees if degree.semitones == steps)
    return next(tones, Degree.parse(_STEPS[steps]))
